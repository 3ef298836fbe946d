import type { Atom } from './shape.ts';
import type { checkStatement } from './statement.ts';
import type { Role } from './trust-file.ts';
import type { ProvenVerdict } from './verdict.ts';

/** Why a bundle does not hold, spelled as in docs/verdict-bundle.md, "Checking". */
export type CheckReason =
  | `bundle-${'too-large' | 'malformed' | 'version'}`
  | `rules-${'unknown' | 'missing' | 'changed' | 'malformed'}`
  | `checkpoint-${'malformed' | 'signature' | 'witnesses' | 'from-the-future' | 'stale'}`
  | `statement-${'malformed' | 'signature' | 'from-the-future' | 'expired' | 'not-logged'}`
  | `marks-${'malformed' | 'not-proven'}`
  | `step-${'malformed' | 'premise' | 'mismatch' | 'unbound' | 'unused'}`
  | `${'key-missing' | 'key-unsuitable' | 'key-unused' | 'leaf-unused' | 'leaf-repeated'}`
  | `${'log' | 'root' | 'goal'}-unknown`
  | `${'goal-not-derived' | 'verdict-lapsed' | 'verdict-from-the-future'}`;

/** The leaf or step of the bundle that is meant, from 0. */
export type Place = Readonly<{ leaf?: number; step?: number }>;

/** What came of a check. Times are milliseconds since the Unix epoch. */
export type CheckReport = Held | (Place & Readonly<{ holds: false; reason: CheckReason; message: string }>);

/** A bundle holds, with all that a person needs to be shown why. */
export interface Held {
  readonly holds: true;
  readonly verdict: ProvenVerdict;
  /** Until then nothing that was checked becomes stale, expires or lapses. */
  readonly holdsUntil: number;
  readonly rules: Readonly<{ name: string; version: number; digest: Uint8Array }>;
  /** `witnesses` are the names of those of the trust file that cosigned it. */
  readonly checkpoint: Readonly<{ origin: string; size: number; time: number; witnesses: string[] }>;
  /** The keys that the trust file vouches for, with the names that they have there. */
  readonly roots: Readonly<{ leaf: number; keyId: Uint8Array; role: Role; name: string }>[];
  readonly statements: CheckedStatement[];
  /** The steps in order; the last concludes the verdict. */
  readonly derivation: DerivationStep[];
}

/** Who said what. Issuer and subject are the signer's words; what counts is the key. Without expiry it is 2^53 − 1. */
export type CheckedStatement = Readonly<{ leaf: number } & Awaited<ReturnType<typeof checkStatement>>>;

/** A rule, by its label, applied to premises: atoms of leaves, and what earlier steps concluded. */
export type DerivationStep = Readonly<{ step: number; rule: string; premises: Premise[]; conclusion: Atom }>;
export type Premise = Place & Readonly<{ atom: Atom }>;

/** How the inside of this package says that a bundle does not hold. It never leaves the package. */
export class Refusal extends Error {
  readonly reason: CheckReason;
  constructor(reason: CheckReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Refuses the bundle unless a condition holds. The message says what does not. */
export function need(condition: unknown, reason: CheckReason, message: string): asserts condition {
  if (!condition) throw new Refusal(reason, message);
}
