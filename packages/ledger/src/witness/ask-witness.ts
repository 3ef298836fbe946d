import { encodeUtf8, KitenError } from '@kiten/codec';
import { parseCheckpoint } from '../note/checkpoint.ts';
import {
  ahead,
  type PostAnswer,
  replyOf,
  sizeIn,
  type WitnessPeer,
  type WitnessReply,
} from './judge-answer.ts';
import { encodeSubmission } from './submission.ts';

/** What is asked of a witness. */
export interface WitnessQuestion {
  /** The signed note. */
  readonly checkpoint: string;
  /** The size that this witness is remembered to have cosigned last; 0 if it isn't known. */
  readonly cosignedSize: number;
}

/** What asking needs. */
export interface WitnessPorts {
  /** POST over HTTP; rejects when there is no answer. */
  readonly post: (url: string, body: Uint8Array) => Promise<PostAnswer>;
  /** The consistency proof between two sizes of the log, 0 < from < to (RFC 9162 §2.1.4.1). */
  readonly consistency: (from: number, to: number) => Promise<readonly Uint8Array[]>;
}

/**
 * Asks a witness to cosign a checkpoint (C2SP tlog-witness). One that has cosigned less, or more, than remembered is
 * asked a second time with a proof from there.
 *
 * @throws KitenError
 * - `ledger/witness-ahead`: it has cosigned a larger tree. This log was rolled back, or a copy of it runs somewhere.
 * - `ledger/split-view`: it says that it has cosigned another tree of that size, or one that this does not extend.
 * - `ledger/witness-unreachable`: no answer, or one that says to come again (429, 5xx).
 * - `ledger/witness-refused`: it doesn't follow this log (404) or doesn't take its signature (403).
 * - `ledger/witness-answer`: anything else that isn't an answer, cosignatures that do not hold included.
 * - what parsing the checkpoint and `consistency` throw, and `ledger/submission-malformed`.
 */
export async function askWitness(
  witness: WitnessPeer,
  { checkpoint: text, cosignedSize }: WitnessQuestion,
  ports: WitnessPorts,
): Promise<WitnessReply> {
  const checkpoint = parseCheckpoint(encodeUtf8(text));
  if (cosignedSize > checkpoint.size) throw ahead(witness, cosignedSize, checkpoint);
  const first = await submit(witness, text, cosignedSize, checkpoint.size, ports);
  const moved = sizeIn(first);
  if (moved === undefined || moved === cosignedSize) return replyOf(witness, checkpoint, cosignedSize, first);
  if (moved > checkpoint.size) throw ahead(witness, moved, checkpoint);
  const second = await submit(witness, text, moved, checkpoint.size, ports);
  const again = sizeIn(second);
  if (again !== undefined && again > checkpoint.size) throw ahead(witness, again, checkpoint);
  return replyOf(witness, checkpoint, moved, second);
}

async function submit(
  { url }: WitnessPeer,
  text: string,
  from: number,
  to: number,
  { post, consistency }: WitnessPorts,
): Promise<PostAnswer> {
  const proof = from > 0 && from < to ? await consistency(from, to) : [];
  const body = encodeSubmission(from, proof, text);
  try {
    return await post(`${url.replace(/\/$/, '')}/add-checkpoint`, body);
  } catch (cause) {
    throw new KitenError('ledger/witness-unreachable', `The witness at ${url} does not answer.`, { cause });
  }
}
