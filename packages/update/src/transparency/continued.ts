import { encodeUtf8, KitenError } from '@kiten/codec';
import {
  type Checkpoint,
  type KnownLog,
  parseCheckpoint,
  proveSplitView,
  verifyConsistency,
} from '@kiten/ledger';

/**
 * Requires that a log’s tree continues the one that was seen before.
 *
 * @param remembered the checkpoint that was accepted last, as it was signed.
 * @param consistency of RFC 9162 §2.1.4.1, from the size that is remembered; not needed for the same tree.
 * @throws KitenError `update/log-split-view`, with both checkpoints as evidence; `update/log-rollback` for a smaller
 * tree; `update/log-consistency-missing`, `update/log-inconsistent`.
 */
export function requireContinued(
  checkpoint: Checkpoint,
  text: string,
  {
    log,
    remembered,
    consistency,
  }: {
    readonly log: KnownLog;
    readonly remembered: string;
    readonly consistency?: readonly Uint8Array[] | undefined;
  },
): void {
  const split = proveSplitView(remembered, text, log);
  if (split !== undefined) {
    throw new KitenError(
      'update/log-split-view',
      'The log has signed two trees of which one at most can be true: it shows others something else. Keep both checkpoints; together they prove it.',
      { detail: { contradiction: split.contradiction, checkpoints: [remembered, text] } },
    );
  }
  const before = parseCheckpoint(encodeUtf8(remembered));
  if (checkpoint.size === before.size) return;
  const detail = { remembered: before.size, found: checkpoint.size };
  if (checkpoint.size < before.size) {
    throw new KitenError(
      'update/log-rollback',
      `A tree of ${checkpoint.size} entries is offered after one of ${before.size}: an older one is passed off as new.`,
      { detail },
    );
  }
  // Everything continues a tree of nothing.
  if (before.size === 0) return;
  if (consistency === undefined) {
    throw new KitenError(
      'update/log-consistency-missing',
      `It is not shown that the log still has the ${before.size} entries that were seen before.`,
      { detail },
    );
  }
  if (verifyConsistency(before.size, checkpoint.size, before.root, checkpoint.root, consistency)) return;
  throw new KitenError(
    'update/log-inconsistent',
    `The log’s tree does not continue the one of ${before.size} entries that was seen before.`,
    { detail: { ...detail, checkpoints: [remembered, text] } },
  );
}
