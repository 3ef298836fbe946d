import { type ClaimName, claimNames, type TrustVector } from '../claims.ts';
import { isStanding, type Standing } from '../standing.ts';
import { type Tier, tiers } from '../tiers.ts';
import { type Atom, never } from './term.ts';

/** What a bundle proves: the verdict of its goal (docs/verdict-bundle.md, Checking). */
export interface ProvenVerdict {
  /** The key of a subject: `device:pump-1`. */
  readonly subject: string;
  readonly epoch: number;
  /** SHA-256 of the SubjectPublicKeyInfo that the device proves itself with; no bytes if it has none. */
  readonly holder: Uint8Array;
  readonly standing: Standing;
  readonly status: Tier;
  readonly vector: TrustVector;
  readonly overdue: boolean;
  readonly profile: string;
  /** When it was composed, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** When the first affirming finding lapses; absent if none does. */
  readonly until?: number;
}

/** The verdict that an atom states; undefined if it states anything else. */
export function readGoal(atom: Atom): ProvenVerdict | undefined {
  const [predicate, subject, epoch, holder, standing, status, vector, overdue, profile, at, until] =
    atom as readonly unknown[];
  const holds =
    predicate === 'verdict' &&
    atom.length === 11 &&
    typeof subject === 'string' &&
    typeof profile === 'string' &&
    holder instanceof Uint8Array &&
    isStanding(standing) &&
    isTier(status) &&
    vector instanceof Uint8Array &&
    vector.length === claimNames.length &&
    (overdue === 0 || overdue === 1) &&
    [epoch, at, until].every((number) => typeof number === 'number');
  if (!holds) return undefined;
  return {
    ...{ subject, holder, standing, status, profile, vector: vectorOf(vector), overdue: overdue === 1 },
    ...{ epoch: epoch as number, at: at as number },
    ...(until !== never && { until: until as number }),
  };
}

function vectorOf(bytes: Uint8Array): TrustVector {
  const values = new Int8Array(bytes);
  return Object.fromEntries(claimNames.map((name, index) => [name, values[index]])) as Record<
    ClaimName,
    number
  >;
}

function isTier(value: unknown): value is Tier {
  return tiers.some((tier) => tier === value);
}
