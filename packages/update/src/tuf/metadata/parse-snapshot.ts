import { asFields, type Fields, fieldsAt, malformed, member, wholeAt } from './fields.ts';
import { parseHashes } from './hashes.ts';
import type { CommonMetadata, MetaFile, SnapshotMetadata, TimestampMetadata } from './model.ts';

/** The signed part of a timestamp (TUF §4.6). It describes the snapshot and nothing else. */
export function parseTimestamp(signed: Fields, common: CommonMetadata): TimestampMetadata {
  const meta = parseMeta(signed);
  const snapshot = meta.get('snapshot.json');
  if (snapshot === undefined || meta.size !== 1) throw malformed('meta', 'describes snapshot.json alone');
  return { type: 'timestamp', ...common, snapshot };
}

/** The signed part of a snapshot (TUF §4.4). */
export function parseSnapshot(signed: Fields, common: CommonMetadata): SnapshotMetadata {
  const meta = parseMeta(signed);
  if (!meta.has('targets.json')) throw malformed('meta', 'describes targets.json');
  return { type: 'snapshot', ...common, meta };
}

function parseMeta(signed: Fields): ReadonlyMap<string, MetaFile> {
  return new Map(
    Object.entries(fieldsAt(signed, 'meta')).map(([name, value]) => [
      name,
      parseMetaFile(asFields(value, 'meta')),
    ]),
  );
}

/** What one file says of another. */
export function parseMetaFile(fields: Fields): MetaFile {
  return {
    version: wholeAt(fields, 'version', 1),
    ...(member(fields, 'length') !== undefined && { length: wholeAt(fields, 'length', 0) }),
    ...(member(fields, 'hashes') !== undefined && { hashes: parseHashes(fields) }),
  };
}
