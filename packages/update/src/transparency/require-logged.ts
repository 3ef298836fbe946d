import { encodeUtf8, KitenError } from '@kiten/codec';
import {
  type Checkpoint,
  type CosigningWitness,
  isSignedByLog,
  leafHash,
  parseCheckpoint,
  type TreeHead,
  verifyInclusion,
} from '@kiten/ledger';
import { decodeEvent, type RecordedEvent } from '@kiten/trust';
import { requireContinued } from './continued.ts';
import type { LogInclusion } from './inclusion.ts';
import { isLoggedAs, type Logged } from './logged.ts';
import { type LogTrust, requireWitnesses } from './witnessed.ts';

export interface RequireLoggedOptions {
  readonly trust: LogTrust;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The checkpoint that was accepted last, if any was. */
  readonly remembered?: string | undefined;
}

/** What is in the log, and who has seen it there. */
export interface LoggedProof {
  readonly event: RecordedEvent;
  readonly index: number;
  readonly head: TreeHead;
  readonly witnesses: readonly CosigningWitness[];
  /** To be remembered, on the disk, before anything is done that rests on this. */
  readonly checkpoint: string;
}

/**
 * Requires that a release or a decision is in a log, in a tree that witnesses have seen lately and that continues the one
 * that was seen before: then it can’t have been made for one device alone without anybody else being able to find it.
 *
 * @param inclusion nothing if none was to be had.
 * @throws KitenError
 * - `update/inclusion-missing` without a proof, `update/inclusion-other` for the proof of something else,
 *   `update/inclusion-unproven` when it doesn’t lead to the tree’s root
 * - `update/log-other`, `update/checkpoint-malformed`, `update/checkpoint-forged`
 * - what {@link requireContinued} and {@link requireWitnesses} throw
 */
export function requireLogged(
  inclusion: LogInclusion | undefined,
  logged: Logged,
  { trust, now, remembered }: RequireLoggedOptions,
): LoggedProof {
  if (inclusion === undefined) {
    throw new KitenError(
      'update/inclusion-missing',
      `There is no proof that this ${logged.kind} is in the log, which has to show it to everybody.`,
    );
  }
  const { leaf, index, path, checkpoint: text, consistency } = inclusion;
  const event = eventOf(leaf);
  if (event === undefined || !isLoggedAs(event, logged)) {
    throw new KitenError(
      'update/inclusion-other',
      `The entry of the log is not the one that speaks of this ${logged.kind}.`,
      { detail: { kind: logged.kind, index } },
    );
  }
  const checkpoint = signedBy(text, trust);
  if (remembered !== undefined) {
    requireContinued(checkpoint, text, { log: trust.log, remembered, consistency });
  }
  const { origin, size, root } = checkpoint;
  if (!verifyInclusion(leafHash(leaf), index, size, path, root)) {
    throw new KitenError(
      'update/inclusion-unproven',
      `It is not shown that the entry is number ${index} of the log’s ${size}.`,
      { detail: { index, size } },
    );
  }
  const witnesses = requireWitnesses(checkpoint, trust, now);
  return { event, index, head: { origin, size, root }, witnesses, checkpoint: text };
}

function eventOf(leaf: Uint8Array): RecordedEvent | undefined {
  try {
    return decodeEvent(leaf);
  } catch (error) {
    // The log has statements too, and they are about something else.
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

function signedBy(text: string, { log }: LogTrust): Checkpoint {
  let checkpoint: Checkpoint;
  try {
    checkpoint = parseCheckpoint(encodeUtf8(text));
  } catch (cause) {
    throw new KitenError('update/checkpoint-malformed', 'The log’s checkpoint cannot be read.', { cause });
  }
  if (checkpoint.origin !== log.origin) {
    throw new KitenError(
      'update/log-other',
      `The proof is of the log ${checkpoint.origin}, not of ${log.origin}.`,
    );
  }
  if (isSignedByLog(checkpoint, log)) return checkpoint;
  throw new KitenError('update/checkpoint-forged', `The log ${log.origin} has not signed this checkpoint.`);
}
