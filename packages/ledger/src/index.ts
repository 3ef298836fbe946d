export type { Ledger } from './ledger.ts';
export type { LedgerOptions } from './ledger-options.ts';
export { type Checkpoint, parseCheckpoint, signCheckpoint, type TreeHead } from './note/checkpoint.ts';
export {
  type Cosignature,
  type Cosigner,
  cosign,
  cosignerKey,
  verifyCosignature,
} from './note/cosignature.ts';
export { isSignedByLog, type KnownLog } from './note/known-log.ts';
export type { SignatureKind } from './note/signature-kind.ts';
export {
  formatNote,
  type NoteSignature,
  noteKeyId,
  parseNote,
  type SignedNote,
  signatureLine,
  signNote,
  verifyNote,
} from './note/signed-note.ts';
export { encodeTlogProof, parseTlogProof, type TlogProof } from './note/tlog-proof.ts';
export { encodeVerifierKey, parseVerifierKey, type VerifierKey, verifierKey } from './note/verifier-key.ts';
export { openLedger } from './open-ledger.ts';
export { openPayloadStore, type PayloadStoreOptions } from './payload/open-payload-store.ts';
export { maxPayloadBytes } from './payload/payload-file.ts';
export type { Payload, PayloadStore, StoredPayload } from './payload/payload-store.ts';
export { saltBytes, saltedDigest, verifyPayload } from './payload/salted-digest.ts';
export { type ExportedLog, type ExportLogOptions, exportLog } from './publish/export-log.ts';
export { directorySource, type PublishedResource, publishedResource } from './publish/published-resource.ts';
export type { PublishedCheckpoint } from './publish/publisher.ts';
export type { TornTail } from './recover.ts';
export type { LedgerEntry } from './segment/entry-reader.ts';
export { type ExtentFile, type LogExtent, logExtent } from './segment/log-extent.ts';
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
export { ClosedWindow, verifyItem } from './window/closed-window.ts';
export { StreamWindow } from './window/stream-window.ts';
export { decodeWindowEntry, encodeWindowEntry, type WindowHead } from './window/window-head.ts';
export {
  askWitness,
  type WitnessPorts,
  type WitnessQuestion,
} from './witness/ask-witness.ts';
export type { PostAnswer, WitnessPeer, WitnessReply } from './witness/judge-answer.ts';
export { type CosigningWitness, checkQuorum, type Quorum, type QuorumPolicy } from './witness/quorum.ts';
export { type Contradiction, proveSplitView, type SplitView } from './witness/split-view.ts';
export { encodeSubmission, parseSubmission, type Submission } from './witness/submission.ts';
export {
  type TlogProofPolicy,
  type VerifiedTlogProof,
  verifyTlogProof,
} from './witness/verify-tlog-proof.ts';
export { Witness, type WitnessOptions } from './witness/witness.ts';
export type { WitnessAnswer } from './witness/witness-answer.ts';
export type { Suspicion, WitnessState, WitnessStore } from './witness/witness-store.ts';
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
