export type { Ledger } from './ledger.ts';
export type { LedgerOptions } from './ledger-options.ts';
export { type Checkpoint, parseCheckpoint, signCheckpoint, type TreeHead } from './note/checkpoint.ts';
export {
  type NoteSignature,
  noteKeyId,
  parseNote,
  type SignedNote,
  signNote,
  verifyNote,
} from './note/signed-note.ts';
export { openLedger } from './open-ledger.ts';
export { type ExportedLog, type ExportLogOptions, exportLog } from './publish/export-log.ts';
export { directorySource, type PublishedResource, publishedResource } from './publish/published-resource.ts';
export type { PublishedCheckpoint } from './publish/publisher.ts';
export type { TornTail } from './recover.ts';
export type { LedgerEntry } from './segment/entry-reader.ts';
export { leafHash, maxEntryBytes, nodeHash } from './tree/hashing.ts';
export { type HttpAnswer, type HttpGet, httpSource } from './tree/http-source.ts';
export {
  consistencyProof,
  inclusionProof,
  merkleRoot,
  type RangeHash,
  rangeHashOf,
  verifyConsistency,
  verifyInclusion,
} from './tree/merkle.ts';
export {
  parseTilePath,
  partialTiles,
  type TileLevel,
  type TileName,
  type TileShape,
  tilePath,
  tileWidth,
} from './tree/tile-path.ts';
export { TileReader, type TrustedHead } from './tree/tile-reader.ts';
export type { TileSource } from './tree/tile-source.ts';
export { type AuditLogOptions, type AuditReport, auditLog } from './verify/audit-log.ts';
export type { ExpectedSigner } from './verify/judge-checkpoint.ts';
export type { LedgerProblem, LedgerProblemCode, LedgerReport } from './verify/report.ts';
export { signedCheckpoint } from './verify/signed-checkpoint.ts';
export { type VerifyLedgerOptions, verifyLedger } from './verify/verify-ledger.ts';
