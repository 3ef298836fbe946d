import { type ClaimName, claimNames, type TrustVector } from './claims.ts';
import type { Finding } from './finding.ts';
import { severityOf, tierOf } from './tiers.ts';

/** Nothing is claimed. The neutral element of composition. */
export const emptyVector: TrustVector = Object.freeze(
  Object.fromEntries(claimNames.map((name) => [name, 0])) as Record<ClaimName, number>,
);

/**
 * Where a value stands in the total order of claim values, 0 being the lowest.
 *
 * Tiers come first: none, affirming, warning, contraindicated. Within a tier a standard value stands above
 * a non-standard one, which is how AR4SI lets a verifier choose between them (draft-ietf-rats-ar4si §2.3.3),
 * and then the greater magnitude above the lesser.
 */
export function rankOf(value: number): number {
  const severity = severityOf(tierOf(value));
  if (value === 0) return 0;
  return severity * 512 + (value > 0 ? 256 + value : -value);
}

/**
 * The join of two claim values: the higher in rank. Commutative, associative and idempotent, with 0 neutral,
 * so what composition yields depends on neither order nor repetition, and a further finding only raises it.
 */
export function joinValues(left: number, right: number): number {
  return rankOf(left) >= rankOf(right) ? left : right;
}

/** The join of findings, claim by claim. */
export function composeVector(findings: Iterable<Pick<Finding, 'claim' | 'value'>>): TrustVector {
  const vector: Record<ClaimName, number> = { ...emptyVector };
  for (const { claim, value } of findings) vector[claim] = joinValues(vector[claim], value);
  return vector;
}

export function sameVector(left: TrustVector, right: TrustVector): boolean {
  return claimNames.every((name) => left[name] === right[name]);
}
