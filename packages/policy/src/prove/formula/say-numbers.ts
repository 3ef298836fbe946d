import { ceilingDivide, type Linear, linearOf } from '../terms/linear.ts';
import type { Term } from '../terms/term.ts';
import { FALSE, type Literal, TRUE } from './formula.ts';
import type { Universe } from './universe.ts';

/** sum ≥ bound */
export function atLeast({ atoms }: Universe, sum: Linear, bound: bigint): Literal {
  const parts = [...sum.parts].filter(([, factor]) => factor !== 0n);
  const rest = bound - sum.constant;
  if (parts.length === 0) return rest <= 0n ? TRUE : FALSE;
  parts.sort(([left], [right]) => left.id - right.id);
  const divisor = parts.reduce((common, [, factor]) => gcd(common, factor), 0n);
  // The atom is the one whose first coefficient is positive; its negation is the other: −Σ ≥ 1 − b.
  const sign = parts[0]![1] > 0n ? 1n : -1n;
  const tight = ceilingDivide(rest, divisor);
  const literal = atoms.get(
    'atLeast',
    parts.map(([term]) => term),
    {
      coefficients: parts.map(([, factor]) => (sign * factor) / divisor),
      bound: sign > 0n ? tight : 1n - tight,
    },
  );
  return sign > 0n ? literal : -literal;
}

/** left − right ≥ bound */
export function exceeds(universe: Universe, left: Term, right: Term, bound: bigint): Literal {
  return atLeast(universe, difference(left, right), bound);
}

export function difference(left: Term, right: Term): Linear {
  const sum = linearOf(left);
  const other = linearOf(right);
  sum.constant -= other.constant;
  for (const [term, factor] of other.parts) sum.parts.set(term, (sum.parts.get(term) ?? 0n) - factor);
  return sum;
}

function gcd(left: bigint, right: bigint): bigint {
  let [a, b] = [left < 0n ? -left : left, right < 0n ? -right : right];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
