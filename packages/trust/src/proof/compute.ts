import { claimNames, claimNumber, isClaimName } from '../claims.ts';
import { joinValues } from '../compose-claims.ts';
import { isClaimValue, type Tier, tierOf, worseTier } from '../tiers.ts';
import { never, type Term } from './term.ts';

/** What a computing pattern does: from its inputs to its output, or to nothing if an input is unfit. */
export interface Computation {
  /** How many inputs it takes; its one output comes after them. */
  readonly inputs: number;
  readonly compute: (inputs: readonly Term[]) => Term | undefined;
}

/** The computing predicates (docs/verdict-bundle.md, Steps). */
export const computations: ReadonlyMap<string, Computation> = new Map<string, Computation>([
  ['=next', { inputs: 1, compute: ([value]) => next(value) }],
  ['=least', { inputs: 2, compute: ([left, right]) => least(left, right) }],
  ['=join', { inputs: 3, compute: ([vector, claim, value]) => join(vector, claim, value) }],
  ['=status', { inputs: 2, compute: ([vector, mask]) => status(vector, mask) }],
]);

function next(value: Term | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 && value < never ? value + 1 : undefined;
}

function least(left: Term | undefined, right: Term | undefined): number | undefined {
  return typeof left === 'number' && typeof right === 'number' ? Math.min(left, right) : undefined;
}

function join(
  vector: Term | undefined,
  claim: Term | undefined,
  value: Term | undefined,
): Uint8Array | undefined {
  if (!isVector(vector) || typeof claim !== 'string' || !isClaimName(claim) || !isClaimValue(value))
    return undefined;
  const joined = vector.slice();
  const index = claimNumber(claim);
  joined[index] = joinValues(signed(vector[index]!), value);
  return joined;
}

function status(vector: Term | undefined, mask: Term | undefined): Tier | undefined {
  if (!isVector(vector) || typeof mask !== 'number' || mask < 0 || mask > 255) return undefined;
  let worst: Tier = 'none';
  for (let index = 0; index < claimNames.length; index += 1) {
    const tier = tierOf(signed(vector[index]!));
    worst = worseTier(worst, tier === 'none' && mask & (1 << index) ? 'warning' : tier);
  }
  return worst;
}

/** A trust vector as a term: one signed byte for each claim, in the order of their numbers. */
function isVector(term: Term | undefined): term is Uint8Array {
  return term instanceof Uint8Array && term.length === claimNames.length;
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}
