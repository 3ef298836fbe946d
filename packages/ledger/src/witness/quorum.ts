import { equalBytes, KitenError } from '@kiten/codec';
import type { Checkpoint } from '../note/checkpoint.ts';
import { type Cosignature, verifyCosignature } from '../note/cosignature.ts';
import type { VerifierKey } from '../note/verifier-key.ts';

/** Which witnesses are known, and how many of them must have cosigned. */
export interface QuorumPolicy {
  readonly keys: readonly VerifierKey[];
  /** At least 1. */
  readonly threshold: number;
}

/** A witness that cosigned. */
export interface CosigningWitness {
  /** The names of its keys, usually one. */
  readonly names: readonly string[];
  /** One for each of its keys that cosigned. */
  readonly cosignatures: readonly Cosignature[];
  /** The latest of them, in seconds since the Unix epoch. */
  readonly timestamp: bigint;
}

/** Who cosigned a checkpoint, and whether that is enough. */
export interface Quorum {
  readonly met: boolean;
  readonly witnesses: readonly CosigningWitness[];
}

/**
 * Counts the witnesses that cosigned a checkpoint. Keys that share a name are one witness, and so are names that
 * share a key (C2SP tlog-policy, "Public key representation"): nobody counts twice. A cosignature without a time
 * does not count.
 *
 * @throws KitenError `ledger/cosignature-forged` when a line of a known key does not hold;
 * `ledger/quorum-unsuitable` for a threshold below 1, or above the number of witnesses there are;
 * `ledger/key-unsuitable` for a key that does not cosign.
 */
export function checkQuorum(checkpoint: Checkpoint, { keys, threshold }: QuorumPolicy): Quorum {
  const known = witnessesOf(keys);
  if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > known.length) {
    throw new KitenError(
      'ledger/quorum-unsuitable',
      `A quorum of ${known.length} witnesses takes 1 to ${known.length} of them, not ${threshold}.`,
    );
  }
  const witnesses = known
    .map((own) => cosigning(checkpoint, own))
    .filter(({ cosignatures }) => cosignatures.length > 0);
  return { met: witnesses.length >= threshold, witnesses };
}

function cosigning(checkpoint: Checkpoint, keys: readonly VerifierKey[]): CosigningWitness {
  const cosignatures = keys
    .map((key) => verifyCosignature(checkpoint, key))
    .filter((each) => each !== undefined && each.timestamp > 0n) as Cosignature[];
  const timestamp = cosignatures.reduce(
    (latest, each) => (each.timestamp > latest ? each.timestamp : latest),
    0n,
  );
  return { names: [...new Set(keys.map(({ name }) => name))], cosignatures, timestamp };
}

/** The keys by witness. */
function witnessesOf(keys: readonly VerifierKey[]): readonly (readonly VerifierKey[])[] {
  let witnesses: (readonly VerifierKey[])[] = [];
  for (const key of keys) {
    const same = witnesses.filter((own) => own.some((each) => isOneWitness(each, key)));
    const others = witnesses.filter((own) => !same.includes(own));
    witnesses = [...others, [...same.flat(), key]];
  }
  return witnesses;
}

function isOneWitness(left: VerifierKey, right: VerifierKey): boolean {
  return left.name === right.name || equalBytes(left.publicKey, right.publicKey);
}
