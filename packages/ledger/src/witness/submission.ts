import { decodeUtf8, encodeUtf8, KitenError, toBase64 } from '@kiten/codec';
import { type Checkpoint, parseCheckpoint } from '../note/checkpoint.ts';
import { decimalOf, hashOf } from '../note/lines.ts';

/** What a log hands to a witness: the body of `add-checkpoint` (C2SP tlog-witness). */
export interface Submission {
  /** The size that the witness is thought to have cosigned last. Nobody signs it. */
  readonly oldSize: number;
  /** Consistency proof from that size to the checkpoint's; empty from size 0. */
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
}

const maxBodyBytes = 65_536;
// A proof between sizes below 2^63 is no longer than this.
const maxProofLines = 63;

/**
 * The body of a request.
 *
 * @param checkpoint The signed note.
 * @throws KitenError `ledger/submission-malformed` when it would be longer than a witness takes.
 */
export function encodeSubmission(
  oldSize: number,
  proof: readonly Uint8Array[],
  checkpoint: string,
): Uint8Array {
  const lines = proof.map((hash) => `${toBase64(hash)}\n`).join('');
  const body = encodeUtf8(`old ${oldSize}\n${lines}\n${checkpoint}`);
  if (proof.length > maxProofLines) throw malformed(`has more than ${maxProofLines} lines of proof`);
  if (body.length > maxBodyBytes) throw malformed(`is longer than ${maxBodyBytes} bytes`);
  return body;
}

/**
 * Takes the body of a request apart, strictly.
 *
 * @throws KitenError `ledger/submission-malformed`, `ledger/note-malformed` or `ledger/checkpoint-malformed`.
 */
export function parseSubmission(body: Uint8Array): Submission {
  if (body.length > maxBodyBytes) throw malformed(`is longer than ${maxBodyBytes} bytes`);
  const end = Buffer.from(body.buffer, body.byteOffset, body.byteLength).indexOf('\n\n');
  if (end < 0) throw malformed('has no empty line before the checkpoint');
  const [first = '', ...proofLines] = ownLines(body.subarray(0, end));
  const oldSize = first.startsWith('old ') ? decimalOf(first.slice(4)) : undefined;
  if (oldSize === undefined) throw malformed('does not start with "old" and a size');
  if (proofLines.length > maxProofLines) throw malformed(`has more than ${maxProofLines} lines of proof`);
  const proof = proofLines.map(hashOf).filter((hash) => hash !== undefined);
  if (proof.length < proofLines.length) throw malformed('has a line of proof that is no hash');
  return { oldSize, proof, checkpoint: parseCheckpoint(body.subarray(end + 2)) };
}

function ownLines(bytes: Uint8Array): string[] {
  try {
    return decodeUtf8(bytes).split('\n');
  } catch (cause) {
    throw malformed('is not well-formed UTF-8', cause);
  }
}

function malformed(what: string, cause?: unknown): KitenError {
  return new KitenError('ledger/submission-malformed', `The submission ${what}.`, { cause });
}
