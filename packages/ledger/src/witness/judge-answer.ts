import { concatBytes, type ErrorCode, encodeUtf8, KitenError } from '@kiten/codec';
import type { Checkpoint } from '../note/checkpoint.ts';
import { type Cosignature, verifyCosignature } from '../note/cosignature.ts';
import { decimalOf } from '../note/lines.ts';
import { parseNote, type SignedNote, signatureLine, signaturesOf } from '../note/signed-note.ts';
import type { VerifierKey } from '../note/verifier-key.ts';
import { sizeMediaType } from './witness-answer.ts';

/** A witness to ask. */
export interface WitnessPeer {
  /** Its submission prefix: what `/add-checkpoint` is appended to. */
  readonly url: string;
  /** Its keys, which cosign. */
  readonly keys: readonly VerifierKey[];
}

/** An answer over HTTP. */
export interface PostAnswer {
  readonly status: number;
  readonly contentType: string;
  /** The port bounds it; more than 64 KiB are refused here. */
  readonly body: Uint8Array;
}

/** What a witness gave. */
export interface WitnessReply {
  /** Signature lines of its known keys, which hold, to be appended to the checkpoint. */
  readonly lines: string;
  readonly cosignatures: readonly Cosignature[];
  /** To be remembered as `cosignedSize`. */
  readonly cosignedSize: number;
  /** The size that it had cosigned before; below the remembered one if the witness forgot. */
  readonly previousSize: number;
}

/** The size in a 409 that says which one it has cosigned last. */
export function sizeIn({ status, contentType, body }: PostAnswer): number | undefined {
  if (status !== 409 || contentType !== sizeMediaType || body.length > 32) return undefined;
  const text = Buffer.from(body).toString('latin1');
  return text.endsWith('\n') ? decimalOf(text.slice(0, -1)) : undefined;
}

/**
 * What the witness gave, if the answer to the submission from size `from` is one.
 *
 * @throws KitenError as `askWitness`.
 */
export function replyOf(
  witness: WitnessPeer,
  checkpoint: Checkpoint,
  from: number,
  answer: PostAnswer,
): WitnessReply {
  if (answer.status !== 200) throw refusalError(witness, checkpoint, from, answer);
  const note = cosignedNote(witness, checkpoint, answer.body);
  const cosignatures = witness.keys
    .map((key) => cosignature(witness, { ...checkpoint, note }, key))
    .filter((each) => each !== undefined);
  if (cosignatures.length === 0) throw badAnswer(witness, 'has no cosignature of a known key');
  const lines = cosignatures.flatMap(({ key }) => signaturesOf(note, key).map(signatureLine)).join('');
  return { lines, cosignatures, cosignedSize: checkpoint.size, previousSize: from };
}

/** The checkpoint's text with the lines that the witness gave for signatures, and no others. */
function cosignedNote(witness: WitnessPeer, { note: { text } }: Checkpoint, lines: Uint8Array): SignedNote {
  let note: SignedNote;
  try {
    note = parseNote(concatBytes(encodeUtf8(`${text}\n`), lines));
  } catch (cause) {
    throw badAnswer(witness, 'has other lines than signatures', cause);
  }
  // An empty line among them would make text of what stands before it.
  if (note.text !== text) throw badAnswer(witness, 'has other lines than signatures');
  return note;
}

function cosignature(
  witness: WitnessPeer,
  checkpoint: Checkpoint,
  key: VerifierKey,
): Cosignature | undefined {
  let found: Cosignature | undefined;
  try {
    found = verifyCosignature(checkpoint, key);
  } catch (cause) {
    if (cause instanceof KitenError && cause.code === 'ledger/cosignature-forged') {
      throw badAnswer(witness, 'has a cosignature that does not hold', cause);
    }
    throw cause;
  }
  // A witness states when (C2SP tlog-witness).
  if (found?.timestamp === 0n) throw badAnswer(witness, 'has a cosignature without a time');
  return found;
}

function refusalError(
  witness: WitnessPeer,
  { size }: Checkpoint,
  from: number,
  { status, contentType, body }: PostAnswer,
): KitenError {
  const { url } = witness;
  const error = (code: ErrorCode, message: string) =>
    new KitenError(code, message, { detail: { url, status, from, size } });
  if (status === 429 || status >= 500) {
    return error('ledger/witness-unreachable', `The witness at ${url} cannot answer now (${status}).`);
  }
  if (status === 404)
    return error('ledger/witness-refused', `The witness at ${url} does not follow this log.`);
  if (status === 403) {
    return error('ledger/witness-refused', `The witness at ${url} does not take the signature of this log.`);
  }
  const compared = status === 422 || (status === 409 && contentType !== sizeMediaType && from === size);
  if (from > 0 && compared) {
    return from === size
      ? error('ledger/split-view', `The witness at ${url} has cosigned another tree of ${size} entries.`)
      : error(
          'ledger/split-view',
          `The witness at ${url} has cosigned ${from} entries that these do not begin with.`,
        );
  }
  return badAnswer(witness, `has status ${status}${said(body)}`);
}

/** The beginning of what a witness said, for people; nothing if it is no plain text. */
function said(body: Uint8Array): string {
  const text = body.length > 200 ? '' : Buffer.from(body).toString('utf8').trim();
  return /^[\x20-\x7e]+$/.test(text) ? `: ${text}` : '';
}

/** The error of a witness that has cosigned what this log does not have. */
export function ahead({ url }: WitnessPeer, cosigned: number, { size }: Checkpoint): KitenError {
  const message = `The witness at ${url} has cosigned ${cosigned} entries and this log has ${size}: it was rolled back, or a copy of it runs somewhere.`;
  return new KitenError('ledger/witness-ahead', message, { detail: { url, cosigned, size } });
}

function badAnswer({ url }: WitnessPeer, what: string, cause?: unknown): KitenError {
  return new KitenError('ledger/witness-answer', `The answer of the witness at ${url} ${what}.`, {
    cause,
    detail: { url },
  });
}
