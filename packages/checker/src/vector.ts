import { bytesOf, integer, one, type Term } from './shape.ts';

/** The claims of AR4SI (draft-ietf-rats-ar4si §2.3), in the order of their bytes in a trust vector. */
export const claimNames = [
  ...(['instance-identity', 'configuration', 'executables', 'file-system'] as const),
  ...(['hardware', 'runtime-opaque', 'storage-opaque', 'sourced-data'] as const),
] as const;
export type ClaimName = (typeof claimNames)[number];

/** What a claim's value amounts to, the best first. */
export const tiers = ['none', 'affirming', 'warning', 'contraindicated'] as const;
export type Tier = (typeof tiers)[number];

/** The place among the tiers of a value from −128 to 127 (draft-ietf-rats-ar4si §2.3.2). */
function tierOf(value: number): number {
  const magnitude = value >= 0 ? value : -value - 1;
  if (magnitude >= 32) return magnitude >= 96 ? 3 : 2;
  return value >= 2 || value <= -2 ? 1 : 0;
}

const rank = (value: number): number =>
  value === 0 ? 0 : 512 * tierOf(value) + (value > 0 ? 256 + value : -value);

const [isVector, isClaim] = [bytesOf(8), one(...claimNames)];
const isWithin = (value: unknown, least: number, most: number): value is number =>
  integer(value) && value >= least && value <= most;

/** The computing patterns by predicate: the output of as many inputs as there are parameters, if these are fit. */
export const computations: Readonly<Record<string, (...inputs: unknown[]) => Term | undefined>> = {
  '=next': (value) => (isWithin(value, 0, Number.MAX_SAFE_INTEGER - 1) ? value + 1 : undefined),
  '=least': (left, right) => (integer(left) && integer(right) ? Math.min(left, right) : undefined),
  // The claim's value becomes the one of higher rank of itself and another.
  '=join': (vector, claim, value) => {
    if (!isVector(vector) || !isClaim(claim) || !isWithin(value, -128, 127)) return undefined;
    const [joined, at] = [new Int8Array(vector), claimNames.indexOf(claim)];
    if (rank(value) > rank(joined[at]!)) joined[at] = value;
    return new Uint8Array(joined);
  },
  // The worst tier over the claims; one that `required` has a bit for counts as a warning if it is none.
  '=status': (vector, required) => {
    if (!isVector(vector) || !isWithin(required, 0, 255)) return undefined;
    const missing = (claim: number) => ((required >> claim) % 2 === 1 ? 2 : 0);
    const counted = [...new Int8Array(vector)].map((value, claim) => tierOf(value) || missing(claim));
    return tiers[Math.max(...counted)];
  },
};
