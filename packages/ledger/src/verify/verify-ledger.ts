import { stat } from 'node:fs/promises';
import { KitenError, toBase64 } from '@kiten/codec';
import type { Checkpoint } from '../note/checkpoint.ts';
import { listSegments } from '../segment/segment-files.ts';
import { originHashOf } from '../segment/segment-header.ts';
import { TileComparison } from './compare-tiles.ts';
import {
  checkpointIn,
  judgePublished,
  judgeRemembered,
  readPublished,
  readRemembered,
} from './judge-checkpoint.ts';
import { publishedExtent } from './published-extent.ts';
import { type LedgerReport, ProblemList } from './report.ts';
import { SegmentWalk } from './verify-segments.ts';

/** What the verifier is told from outside the ledger: the less, the less it can find. */
export interface VerifyLedgerOptions {
  /** The log's Ed25519 key (SPKI, DER). Without it nobody knows who signed the checkpoint. */
  readonly publicKey?: Uint8Array;
  /** Keys that signed this log's checkpoints before. */
  readonly previousKeys?: readonly Uint8Array[];
  /** A checkpoint kept elsewhere, as text. Without one, a log set back as a whole looks like an earlier log. */
  readonly checkpoint?: string;
  /** The name of the log that this should be. */
  readonly origin?: string;
  /** Called now and then with the number of entries seen. */
  readonly onProgress?: (entries: number) => void;
}

/**
 * Verifies a ledger from its files alone, believing none of them: recomputes every hash from the entries, and
 * compares the published tiles and the checkpoints with the result. Memory does not grow with the log. A site may
 * go on writing meanwhile.
 *
 * Whatever the files hold is reported, not thrown.
 *
 * @throws KitenError `ledger/no-ledger` when the directory isn't there; `ledger/key-unsuitable`; and for a
 * remembered checkpoint that is no evidence: `ledger/note-malformed`, `ledger/checkpoint-malformed`,
 * `ledger/checkpoint-forged`.
 */
export async function verifyLedger(
  directory: string,
  options: VerifyLedgerOptions = {},
): Promise<LedgerReport> {
  await requireDirectory(directory);
  const { publicKey, previousKeys = [] } = options;
  const publicKeys = publicKey === undefined ? [] : [publicKey, ...previousKeys];
  const remembered =
    options.checkpoint === undefined ? undefined : readRemembered(options.checkpoint, publicKeys);
  const problems = new ProblemList();

  try {
    return await verifyFiles(directory, { ...options, publicKeys, remembered, problems });
  } catch (error) {
    if (error instanceof KitenError) throw error;
    problems.add('ledger/unreadable', '.', 0, `The ledger cannot be read: ${String(error)}`);
    return {
      intact: false,
      entries: 0,
      root: '',
      problems: problems.problems,
      problemsLeftOut: problems.leftOut,
    };
  }
}

interface Verification {
  readonly publicKeys: readonly Uint8Array[];
  readonly origin?: string;
  readonly remembered: Checkpoint | undefined;
  readonly problems: ProblemList;
  readonly onProgress?: (entries: number) => void;
}

async function verifyFiles(directory: string, verification: Verification): Promise<LedgerReport> {
  const { remembered, problems, onProgress } = verification;
  // First what is derived from the segments, then the segments: a running site is only ever ahead there.
  const published = await readPublished(checkpointIn(directory), verification, problems);
  const extent = await publishedExtent(directory);
  const segments = await listSegments(directory);

  const origin = verification.origin ?? published?.origin ?? remembered?.origin;
  const originHash = origin === undefined ? undefined : originHashOf(origin);
  const sizes = [published?.size ?? 0, remembered?.size ?? 0];
  const tiles = new TileComparison(directory, problems, published?.size ?? 0, sizes);
  const acknowledged = Math.max(extent.size, ...sizes);
  const walk = new SegmentWalk({ directory, originHash, acknowledged, problems, tiles, onProgress });
  for (const segment of segments) await walk.walk(segment, segment === segments.at(-1));
  await tiles.finish();

  const { entries, tornTail } = walk;
  if (published !== undefined) judgePublished(published, entries, tiles, problems);
  if (remembered !== undefined) judgeRemembered(remembered, origin, entries, tiles, problems);
  if (extent.size > entries && entries >= (published?.size ?? 0)) {
    const message = `The tile was made from at least ${extent.size} entries and the segments hold ${entries}.`;
    problems.add('ledger/rolled-back', extent.file, 0, message, entries);
  }
  const root = tiles.root();
  return {
    intact: problems.problems.length === 0,
    entries,
    root: root === undefined ? '' : toBase64(root),
    problems: problems.problems,
    problemsLeftOut: problems.leftOut,
    ...(tornTail === undefined ? {} : { tornTail }),
  };
}

async function requireDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new KitenError('ledger/no-ledger', `${directory} is no directory with a ledger.`);
}
