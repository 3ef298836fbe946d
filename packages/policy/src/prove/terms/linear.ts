import type { Term } from './term.ts';

/** constant + Σ coefficient × term. No coefficient need be different from zero. */
export interface Linear {
  constant: bigint;
  readonly parts: Map<Term, bigint>;
}

/** A term of number kind as a sum. */
export function linearOf(term: Term): Linear {
  if (term.form !== 'sum') return { constant: 0n, parts: new Map([[term, 1n]]) };
  return {
    constant: term.number,
    parts: new Map(term.parts.map((part, index) => [part, term.coefficients[index]!])),
  };
}

/** Adds a multiple of a term. */
export function addTo(sum: Linear, term: Term, factor: bigint): void {
  if (term.form !== 'sum') {
    sum.parts.set(term, (sum.parts.get(term) ?? 0n) + factor);
    return;
  }
  sum.constant += factor * term.number;
  for (const [index, part] of term.parts.entries()) {
    sum.parts.set(part, (sum.parts.get(part) ?? 0n) + factor * term.coefficients[index]!);
  }
}

/** Σ factor × term. */
export function combine(...summands: readonly (readonly [Term, bigint])[]): Linear {
  const sum: Linear = { constant: 0n, parts: new Map() };
  for (const [term, factor] of summands) addTo(sum, term, factor);
  return sum;
}

export function floorDivide(value: bigint, by: bigint): bigint {
  const whole = value / by;
  return value % by !== 0n && value < 0n !== by < 0n ? whole - 1n : whole;
}

export function ceilingDivide(value: bigint, by: bigint): bigint {
  return -floorDivide(-value, by);
}
