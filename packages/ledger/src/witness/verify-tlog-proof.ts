import { encodeUtf8, equalBytes, KitenError } from '@kiten/codec';
import { type Checkpoint, parseCheckpoint, type TreeHead } from '../note/checkpoint.ts';
import { isSignedByLog, type KnownLog } from '../note/known-log.ts';
import { parseTlogProof, type TlogProof } from '../note/tlog-proof.ts';
import { verifyInclusion } from '../tree/merkle.ts';
import { type CosigningWitness, checkQuorum, type QuorumPolicy } from './quorum.ts';

/** What a proof is judged by. */
export interface TlogProofPolicy {
  readonly log: KnownLog;
  /** Left out, the log is taken at its word: it may show others another tree. */
  readonly quorum?: QuorumPolicy;
}

/** A proof that holds. */
export interface VerifiedTlogProof {
  readonly proof: TlogProof;
  readonly head: TreeHead;
  /** Who cosigned the tree; empty without a quorum to look for. */
  readonly witnesses: readonly CosigningWitness[];
}

/**
 * Verifies that the entry with a leaf hash is in the log (C2SP tlog-proof, "Verifying a tlog proof").
 *
 * @param leafHash 32 bytes, computed from the entry itself.
 * @throws KitenError
 * - `ledger/proof-malformed`, `ledger/note-malformed` or `ledger/checkpoint-malformed`
 * - `ledger/other-log`; `ledger/checkpoint-forged` when the log's signature is missing or does not hold
 * - `ledger/inclusion-unproven` when the entry is not shown to be in the tree
 * - `ledger/quorum-missed` when too few witnesses cosigned, and what `checkQuorum` throws
 */
export function verifyTlogProof(
  bytes: Uint8Array,
  leafHash: Uint8Array,
  { log, quorum }: TlogProofPolicy,
): VerifiedTlogProof {
  const proof = parseTlogProof(bytes);
  const checkpoint = parseCheckpoint(encodeUtf8(proof.checkpoint));
  const { origin, size, root } = checkpoint;
  if (origin !== log.origin) {
    throw new KitenError('ledger/other-log', `The proof is of the log ${origin}, not ${log.origin}.`);
  }
  if (!isSignedByLog(checkpoint, log)) {
    throw new KitenError('ledger/checkpoint-forged', 'The proof is not signed with a key of this log.');
  }
  if (!verifyInclusion(leafHash, proof.index, size, proof.path, root)) {
    const message = `The proof does not show that the entry is number ${proof.index} of ${size}.`;
    throw new KitenError('ledger/inclusion-unproven', message);
  }
  const witnesses = quorum === undefined ? [] : requireQuorum(checkpoint, log, quorum);
  return { proof, head: { origin, size, root }, witnesses };
}

function requireQuorum(
  checkpoint: Checkpoint,
  log: KnownLog,
  quorum: QuorumPolicy,
): readonly CosigningWitness[] {
  if (quorum.keys.some((witness) => log.keys.some((own) => equalBytes(own.publicKey, witness.publicKey)))) {
    throw new KitenError('ledger/quorum-unsuitable', 'A log is no witness of itself.');
  }
  const { met, witnesses } = checkQuorum(checkpoint, quorum);
  if (met) return witnesses;
  const message = `${witnesses.length} witnesses cosigned the tree and ${quorum.threshold} are needed.`;
  throw new KitenError('ledger/quorum-missed', message);
}
