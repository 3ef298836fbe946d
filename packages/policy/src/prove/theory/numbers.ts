import { longMaximum, longMinimum } from '../../values/value.ts';
import type { Atom } from '../formula/atom.ts';
import type { Literal } from '../formula/formula.ts';
import { atLeast } from '../formula/say-numbers.ts';
import { rules } from '../search/lemma.ts';
import { addTo, floorDivide, type Linear, linearOf } from '../terms/linear.ts';
import { subterms } from '../terms/replace.ts';
import type { Term } from '../terms/term.ts';
import type { Fact, Reasoning } from './facts.ts';
import type { Rational } from './rational.ts';
import { type Inequality, solveInequalities } from './simplex.ts';

/** What is so of a number anyhow: a sum is at least that. */
interface Bound {
  readonly about: Term;
  readonly sum: Linear;
  readonly least: bigint;
}

type Source = Fact | Bound;

export type Numbers =
  | { readonly kind: 'values'; readonly values: ReadonlyMap<Term, bigint> }
  /** Lemmas were added. */
  | { readonly kind: 'lemmas' }
  | { readonly kind: 'split'; readonly literal: Literal };

/** Whole numbers for all terms that inequalities speak of, and for others. */
export function chooseNumbers(
  reasoning: Reasoning,
  facts: readonly Fact[],
  numbers: Iterable<Term>,
): Numbers {
  const inequalities: Inequality<Term, Source>[] = [];
  const unknowns = new Set(numbers);
  for (const fact of facts) {
    if (fact.atom.form !== 'atLeast') continue;
    inequalities.push(inequalityOf(fact));
    for (const term of fact.atom.terms) for (const part of subterms(term)) addUnknowns(unknowns, part);
  }
  for (const term of unknowns) inequalities.push(...boundsOf(term).map(inequality));
  const solution = solveInequalities(inequalities);
  if ('contradiction' in solution) {
    addContradiction(reasoning, solution.contradiction);
    return { kind: 'lemmas' };
  }
  const rounded = roundedValues(inequalities, solution.values);
  if (rounded !== undefined) return { kind: 'values', values: rounded };
  const values = new Map<Term, bigint>();
  for (const [term, { over, under }] of solution.values) {
    if (under !== 1n) {
      const above = atLeast(reasoning.universe, linearOf(term), floorDivide(over, under) + 1n);
      return { kind: 'split', literal: above };
    }
    values.set(term, over);
  }
  return { kind: 'values', values };
}

/** The rational values rounded, what is divided worked out from the rest: most of the time that satisfies everything. */
function roundedValues(
  inequalities: readonly Inequality<Term, Source>[],
  rationals: ReadonlyMap<Term, Rational>,
): ReadonlyMap<Term, bigint> | undefined {
  for (const up of [0n, 1n]) {
    const values = new Map<Term, bigint>();
    for (const [term, { over, under }] of [...rationals].sort(([left], [right]) => left.id - right.id)) {
      const exact = under === 1n;
      values.set(term, divided(term, values) ?? (exact ? over : floorDivide(over, under) + up));
    }
    const holds = inequalities.every(
      ({ parts, bound }) =>
        parts.reduce((sum, [term, factor]) => sum + factor * values.get(term)!, 0n) >= bound,
    );
    if (holds) return values;
  }
  return undefined;
}

/** Parts have lower numbers, so they have values by now. */
function divided(term: Term, values: ReadonlyMap<Term, bigint>): bigint | undefined {
  if (term.form !== 'floor') return undefined;
  const { constant, parts } = linearOf(term.parts[0]!);
  let sum = constant;
  for (const [part, factor] of parts) {
    const value = values.get(part);
    if (value === undefined) return undefined;
    sum += factor * value;
  }
  return floorDivide(sum, term.number);
}

function addUnknowns(unknowns: Set<Term>, term: Term): void {
  if (isNumber(term) && term.form !== 'sum') unknowns.add(term);
}

function isNumber({ kind }: Term): boolean {
  return kind === 'Long' || kind === 'decimal' || kind === 'datetime' || kind === 'duration';
}

function inequalityOf(fact: Fact): Inequality<Term, Source> {
  const { terms, coefficients, bound } = fact.atom;
  const sign = fact.holds ? 1n : -1n;
  return {
    parts: terms.map((term, index) => [term, sign * coefficients[index]!] as const),
    bound: fact.holds ? bound : 1n - bound,
    source: fact,
  };
}

function boundsOf(about: Term): readonly Bound[] {
  const times = (factor: bigint, term: Term, other = 0n): Linear => {
    const sum = { constant: 0n, parts: new Map<Term, bigint>() };
    addTo(sum, term, factor);
    if (other !== 0n) addTo(sum, about, other);
    return sum;
  };
  if (about.form !== 'floor')
    return [
      { about, sum: times(1n, about), least: longMinimum },
      { about, sum: times(-1n, about), least: -longMaximum },
    ];
  const [whole, divisor] = [about.parts[0]!, about.number];
  return [
    { about, sum: times(1n, whole, -divisor), least: 0n },
    { about, sum: times(-1n, whole, divisor), least: 1n - divisor },
  ];
}

function inequality(bound: Bound): Inequality<Term, Source> {
  const { sum, least } = bound;
  return { parts: [...sum.parts], bound: least - sum.constant, source: bound };
}

function addContradiction(reasoning: Reasoning, contradiction: readonly (readonly [Source, bigint])[]): void {
  const clause: Literal[] = [];
  const multipliers: bigint[] = [];
  for (const [source, multiplier] of contradiction) {
    if (multiplier === 0n) continue;
    if ('atom' in source) {
      clause.push(-source.literal);
      multipliers.push(multiplier);
      continue;
    }
    const literal = atLeast(reasoning.universe, source.sum, source.least);
    reasoning.add(rules.bounds, [literal], source.about);
    clause.push(-literal);
    // The atom is divided by what its coefficients have in common.
    const [term, coefficient] = firstOf(reasoning.universe.atoms.of(Math.abs(literal))!);
    multipliers.push(multiplier * absolute(source.sum.parts.get(term)! / coefficient));
  }
  reasoning.lemmas.push({ rule: rules.numbers, clause, terms: [], multipliers });
}

function firstOf({ terms, coefficients }: Atom): readonly [Term, bigint] {
  return [terms[0]!, coefficients[0]!];
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
