import { KitenError } from '@kiten/codec';
import type { Checkpoint } from '../note/checkpoint.ts';
import type { AuditPath } from '../sorted/hash-levels.ts';
import { leafHash, maxEntryBytes } from '../tree/hashing.ts';
import { verifyInclusion } from '../tree/merkle.ts';
import { type LogIdentity, readSignedCheckpoint } from './signed-checkpoint.ts';
import { decodeWriterCheckpoint, writerOrigin } from './writer-checkpoint.ts';

/** From an entry of a writer's log up to a checkpoint of the site's log. */
export interface NestedProof {
  /** Of the entry, in the tree of the writer's checkpoint. */
  readonly inWriter: AuditPath;
  /** The entry of the site's log with the writer's checkpoint. */
  readonly writerCheckpoint: Uint8Array;
  /** Of that entry, in the tree of the site's checkpoint. */
  readonly inSite: AuditPath;
  /** The site's checkpoint, a signed note. */
  readonly siteCheckpoint: string;
}

/** The two logs: the site's, and the writer's, whose origin follows from its name. */
export interface NestedLogs {
  readonly site: LogIdentity;
  readonly writer: { readonly name: string; readonly publicKeys: readonly Uint8Array[] };
}

/** Whether a nested proof holds, or in which log it doesn't and why. */
export type NestedVerdict =
  | { readonly verified: true }
  | { readonly verified: false; readonly log: 'site' | 'writer'; readonly problem: KitenError };

/**
 * Judges whether `entry` is in the writer's log and that log's checkpoint in the site's log, both signed. A problem
 * has the code `ledger/not-included`, `ledger/entry-too-large`, `ledger/entry-malformed`, `ledger/origin-unsuitable`
 * or one of `readSignedCheckpoint`'s.
 */
export function verifyNested(entry: Uint8Array, proof: NestedProof, logs: NestedLogs): NestedVerdict {
  const { site, writer } = logs;
  return (
    judge('site', () => {
      const checkpoint = readSignedCheckpoint(proof.siteCheckpoint, site);
      requireIncluded(proof.writerCheckpoint, proof.inSite, checkpoint);
    }) ??
    judge('writer', () => {
      const origin = writerOrigin(site.origin, writer.name);
      const { text } = decodeWriterCheckpoint(proof.writerCheckpoint);
      const checkpoint = readSignedCheckpoint(text, { origin, publicKeys: writer.publicKeys });
      requireIncluded(entry, proof.inWriter, checkpoint);
    }) ?? { verified: true }
  );
}

function judge(log: 'site' | 'writer', check: () => void): NestedVerdict | undefined {
  try {
    check();
    return undefined;
  } catch (problem) {
    if (!(problem instanceof KitenError)) throw problem;
    return { verified: false, log, problem };
  }
}

function requireIncluded(
  entry: Uint8Array,
  { index, path }: AuditPath,
  { size, root, origin }: Checkpoint,
): void {
  if (entry.length > maxEntryBytes) {
    const message = `An entry has at most ${maxEntryBytes} bytes, this one ${entry.length}.`;
    throw new KitenError('ledger/entry-too-large', message, { detail: { bytes: entry.length } });
  }
  if (verifyInclusion(leafHash(entry), index, size, path, root)) return;
  const message = `The entry is not number ${index} of the ${size} in the log ${origin}.`;
  throw new KitenError('ledger/not-included', message, { detail: { index, size, origin } });
}
