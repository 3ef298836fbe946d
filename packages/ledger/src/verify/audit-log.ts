import { toBase64 } from '@kiten/codec';
import type { Checkpoint } from '../note/checkpoint.ts';
import type { TileSource } from '../tree/tile-source.ts';
import { AuditWalk } from './audit-walk.ts';
import { judgePublished, judgeRemembered, readPublished, readRemembered } from './judge-checkpoint.ts';
import { type LedgerReport, ProblemList } from './report.ts';

/** What an auditor is told from outside the log. */
export interface AuditLogOptions {
  /** The log's Ed25519 keys (SPKI, DER), present and previous. Without any, nobody knows who signed the checkpoint. */
  readonly publicKeys: readonly Uint8Array[];
  /** The name of the log that this should be. */
  readonly origin?: string;
  /** A checkpoint kept from an earlier audit, as text. The log must continue it. */
  readonly remembered?: string;
  /** Called now and then with the number of entries seen. */
  readonly onProgress?: (entries: number) => void;
}

/** What an audit found, and of which checkpoint: the one to remember, if the log is intact. */
export interface AuditReport extends LedgerReport {
  readonly checkpoint?: string;
}

/**
 * Audits a log from its published files alone, as anyone can who is given its key: any log of C2SP tlog-tiles, in a
 * directory or behind a web server. Recomputes all leaf hashes, tiles and the root from the entries and compares them
 * with the tiles, the signed checkpoint and a remembered one. Memory does not grow with the log, which may go on
 * growing meanwhile: what is audited is the checkpoint that was read first.
 *
 * Whatever the source holds is reported, not thrown.
 *
 * @throws KitenError `ledger/key-unsuitable`; and for a remembered checkpoint that is no evidence:
 * `ledger/note-malformed`, `ledger/checkpoint-malformed`, `ledger/checkpoint-forged`.
 */
export async function auditLog(source: TileSource, options: AuditLogOptions): Promise<AuditReport> {
  const { publicKeys, onProgress } = options;
  const remembered =
    options.remembered === undefined ? undefined : readRemembered(options.remembered, publicKeys);
  const problems = new ProblemList();
  let text: Uint8Array | undefined;
  const read = async (): Promise<Uint8Array | undefined> => {
    text = await source.read('checkpoint');
    return text;
  };
  const checkpoint = await readPublished(read, options, problems);
  if (checkpoint === undefined || text === undefined) return report(0, undefined, problems);

  const walk = new AuditWalk({ source, head: checkpoint, problems, onProgress, rootsAt: sizes(remembered) });
  await walk.run();
  judgePublished(checkpoint, checkpoint.size, walk, problems);
  if (remembered !== undefined) {
    const origin = options.origin ?? checkpoint.origin;
    judgeRemembered(remembered, origin, checkpoint.size, walk, problems);
  }
  const found = report(walk.entries, walk.rootAt(checkpoint.size), problems);
  return { ...found, checkpoint: Buffer.from(text).toString() };
}

function sizes(remembered: Checkpoint | undefined): number[] {
  return remembered === undefined ? [] : [remembered.size];
}

function report(
  entries: number,
  root: Uint8Array | undefined,
  { problems, leftOut }: ProblemList,
): LedgerReport {
  return {
    intact: problems.length === 0,
    entries,
    root: root === undefined ? '' : toBase64(root),
    problems,
    problemsLeftOut: leftOut,
  };
}
