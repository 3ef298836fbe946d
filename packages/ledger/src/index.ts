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
export { openPayloadStore, type PayloadStoreOptions } from './payload/open-payload-store.ts';
export { maxPayloadBytes } from './payload/payload-file.ts';
export type { Payload, PayloadStore, StoredPayload } from './payload/payload-store.ts';
export { saltBytes, saltedDigest, verifyPayload } from './payload/salted-digest.ts';
export type { PublishedCheckpoint } from './publish/publisher.ts';
export type { TornTail } from './recover.ts';
export type { LedgerEntry } from './segment/entry-reader.ts';
export type { AuditPath } from './sorted/hash-levels.ts';
export {
  type AbsenceProof,
  type Neighbour,
  type SortedTreeHead,
  verifyAbsence,
  verifyPresence,
} from './sorted/sorted-proof.ts';
export { SortedTree } from './sorted/sorted-tree.ts';
export { leafHash, maxEntryBytes, nodeHash } from './tree/hashing.ts';
export {
  consistencyProof,
  inclusionProof,
  merkleRoot,
  type RangeHash,
  rangeHashOf,
  verifyConsistency,
  verifyInclusion,
} from './tree/merkle.ts';
export { partialTiles, type TileLevel, type TileShape, tilePath, tileWidth } from './tree/tile-path.ts';
export type { LedgerProblem, LedgerProblemCode, LedgerReport } from './verify/report.ts';
export { type VerifyLedgerOptions, verifyLedger } from './verify/verify-ledger.ts';
export { ClosedWindow, verifyItem } from './window/closed-window.ts';
export { StreamWindow } from './window/stream-window.ts';
export { decodeWindowEntry, encodeWindowEntry, type WindowHead } from './window/window-head.ts';
export { type FollowedWriter, type FollowWriterOptions, followWriter } from './writer/follow-writer.ts';
export { type LogIdentity, readSignedCheckpoint } from './writer/signed-checkpoint.ts';
export {
  type NestedLogs,
  type NestedProof,
  type NestedVerdict,
  verifyNested,
} from './writer/verify-nested.ts';
export {
  decodeWriterCheckpoint,
  encodeWriterCheckpoint,
  type WriterCheckpoint,
  writerOrigin,
} from './writer/writer-checkpoint.ts';
