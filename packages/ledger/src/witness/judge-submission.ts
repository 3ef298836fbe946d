import { equalBytes } from '@kiten/codec';
import { sha256 } from '../tree/hashing.ts';
import { verifyConsistency } from '../tree/merkle.ts';
import { contradictionOf } from './split-view.ts';
import type { Submission } from './submission.ts';
import { conflict, refusal, type WitnessAnswer } from './witness-answer.ts';
import type { Suspicion, WitnessState } from './witness-store.ts';

/** The tree that every other one extends; a witness that has cosigned nothing stands there. */
export const emptyTree = { size: 0, root: sha256(new Uint8Array(0)) } as const;

/** What a witness has on record. */
export type Known = WitnessState | (typeof emptyTree & { readonly note?: undefined });

/** Why a checkpoint that the log signed is not cosigned, in the order of C2SP tlog-witness; nothing if it may be. */
export function refusalOf(submission: Submission, known: Known): WitnessAnswer | undefined {
  const { oldSize, checkpoint } = submission;
  if (oldSize > checkpoint.size) return refusal(400, 'The old size is larger than that of the checkpoint.');
  if (oldSize !== known.size) return conflict(known);
  if (checkpoint.size === known.size && !equalBytes(checkpoint.root, known.root)) {
    return refusal(409, 'This tree is another than the one of the same size that was cosigned.');
  }
  return extendsKnown(submission, known) ? undefined : refusal(422, 'The consistency proof does not hold.');
}

/** What a checkpoint that the log signed gives reason to suspect: see {@link Suspicion}. */
export function suspicionOf(submission: Submission, known: Known): Suspicion['kind'] | undefined {
  const { oldSize, checkpoint } = submission;
  if (contradictionOf(known, checkpoint) !== undefined) return 'split-view';
  const compared = oldSize === known.size && checkpoint.size > known.size;
  return compared && !extendsKnown(submission, known) ? 'unproven' : undefined;
}

/** Whether the proof shows that the tree on record is a prefix of the checkpoint's. */
function extendsKnown({ proof, checkpoint }: Submission, known: Known): boolean {
  if (known.size === 0) return proof.length === 0 && contradictionOf(known, checkpoint) === undefined;
  return verifyConsistency(known.size, checkpoint.size, known.root, checkpoint.root, proof);
}
