import { encodeUtf8, equalBytes, KitenError } from '@kiten/codec';
import { parseCheckpoint, type TreeHead } from '../note/checkpoint.ts';
import { isSignedByLog, type KnownLog } from '../note/known-log.ts';
import { sha256 } from '../tree/hashing.ts';

/** Why no consistency proof can lead from one tree head to the other, short of a collision in SHA-256. */
export type Contradiction =
  /** Two trees of one size. */
  | 'other-root'
  /** One root for two sizes: the trees differ in shape, and a leaf's hash never equals a node's. */
  | 'same-root'
  /** An empty tree with something in it. */
  | 'empty-tree';

/** Two checkpoints that a log signed and of which at most one can be true. */
export interface SplitView {
  readonly origin: string;
  readonly contradiction: Contradiction;
  readonly heads: readonly [TreeHead, TreeHead];
}

const emptyRoot = sha256(new Uint8Array(0));

/** What contradicts in two heads of one log, if they do by themselves. Others take a consistency proof to compare. */
export function contradictionOf(
  left: Pick<TreeHead, 'size' | 'root'>,
  right: Pick<TreeHead, 'size' | 'root'>,
): Contradiction | undefined {
  if ([left, right].some(isFilledEmptyTree)) return 'empty-tree';
  const sameRoot = equalBytes(left.root, right.root);
  if (left.size === right.size) return sameRoot ? undefined : 'other-root';
  return sameRoot ? 'same-root' : undefined;
}

/**
 * Judges two signed checkpoints of one log. If they contradict each other, the two notes prove to anybody who knows
 * the log's keys that it showed different trees to different parties; nothing is taken from whoever hands them in.
 * Nothing is returned for two that may both be true.
 *
 * @throws KitenError `ledger/note-malformed`, `ledger/checkpoint-malformed`, `ledger/other-log` or
 * `ledger/checkpoint-forged` when a note is no evidence; `ledger/key-unsuitable`.
 */
export function proveSplitView(left: string, right: string, log: KnownLog): SplitView | undefined {
  const heads = [evidence(left, log), evidence(right, log)] as const;
  const contradiction = contradictionOf(...heads);
  return contradiction === undefined ? undefined : { origin: log.origin, contradiction, heads };
}

function isFilledEmptyTree({ size, root }: Pick<TreeHead, 'size' | 'root'>): boolean {
  return size === 0 && !equalBytes(root, emptyRoot);
}

function evidence(text: string, log: KnownLog): TreeHead {
  const checkpoint = parseCheckpoint(encodeUtf8(text));
  const { origin, size, root } = checkpoint;
  if (origin !== log.origin) {
    throw new KitenError('ledger/other-log', `The checkpoint is of the log ${origin}, not ${log.origin}.`);
  }
  if (!isSignedByLog(checkpoint, log)) {
    throw new KitenError('ledger/checkpoint-forged', 'The checkpoint is not signed with a key of this log.');
  }
  return { origin, size, root };
}
