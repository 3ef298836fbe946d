import type { Literal } from '../formula/formula.ts';
import { atLeast } from '../formula/say-numbers.ts';
import type { NumberFact } from '../search/lemma.ts';
import { rules } from '../search/lemma.ts';
import { floorDivide, linearOf, rangeOf } from '../terms/linear.ts';
import { subterms } from '../terms/replace.ts';
import type { Term } from '../terms/term.ts';
import type { Fact, Reasoning } from './facts.ts';
import type { Rational } from './rational.ts';
import { type Inequality, solveInequalities } from './simplex.ts';

type Source = Fact | Omit<NumberFact, 'multiplier'>;

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
  for (const term of unknowns) inequalities.push(...factsAbout(term));
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

function factsAbout(term: Term): readonly Inequality<Term, Source>[] {
  const { least, greatest } = rangeOf(term);
  const ranges: Inequality<Term, Source>[] = [
    { parts: [[term, 1n]], bound: least, source: { fact: 0, term } },
    { parts: [[term, -1n]], bound: -greatest, source: { fact: 1, term } },
  ];
  if (term.form !== 'floor') return ranges;
  const { constant, parts } = linearOf(term.parts[0]!);
  const divisor = term.number;
  const whole = [...parts, [term, -divisor] as const];
  const negative = whole.map(([part, factor]) => [part, -factor] as const);
  return [
    ...ranges,
    { parts: whole, bound: -constant, source: { fact: 2, term } },
    { parts: negative, bound: 1n - divisor + constant, source: { fact: 3, term } },
  ];
}

function addContradiction(reasoning: Reasoning, contradiction: readonly (readonly [Source, bigint])[]): void {
  const clause: Literal[] = [];
  const multipliers: bigint[] = [];
  const facts: NumberFact[] = [];
  for (const [source, multiplier] of contradiction) {
    if ('fact' in source) facts.push({ ...source, multiplier });
    else {
      clause.push(-source.literal);
      multipliers.push(multiplier);
    }
  }
  reasoning.lemmas.push({ rule: rules.numbers, clause, terms: [], numbers: { multipliers, facts } });
}
