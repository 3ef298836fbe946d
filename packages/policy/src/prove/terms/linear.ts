import { longMaximum, longMinimum } from '../../values/value.ts';
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

export interface Range {
  readonly least: bigint;
  readonly greatest: bigint;
}

const long: Range = { least: longMinimum, greatest: longMaximum };

/** What a term of number kind can be at least and at most. */
export function rangeOf(term: Term): Range {
  switch (term.form) {
    case 'sum':
      return rangeOfSum(linearOf(term));
    case 'floor': {
      const { least, greatest } = rangeOf(term.parts[0]!);
      return { least: floorDivide(least, term.number), greatest: floorDivide(greatest, term.number) };
    }
    default:
      return long;
  }
}

export function rangeOfSum({ constant, parts }: Linear): Range {
  let [least, greatest] = [constant, constant];
  for (const [term, factor] of parts) {
    const range = rangeOf(term);
    least += factor * (factor > 0n ? range.least : range.greatest);
    greatest += factor * (factor > 0n ? range.greatest : range.least);
  }
  return { least, greatest };
}

export function floorDivide(value: bigint, by: bigint): bigint {
  const whole = value / by;
  return value % by !== 0n && value < 0n !== by < 0n ? whole - 1n : whole;
}

export function ceilingDivide(value: bigint, by: bigint): bigint {
  return -floorDivide(-value, by);
}
