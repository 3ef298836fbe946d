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
export type { PublishedCheckpoint } from './publish/publisher.ts';
export type { TornTail } from './recover.ts';
export type { LedgerEntry } from './segment/entry-reader.ts';
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
