import { type Formula, type Literal, TRUE } from '../formula/formula.ts';
import { truth } from '../formula/say-truth.ts';
import type { Universe } from '../formula/universe.ts';
import type { Term } from '../terms/term.ts';

/** A condition under which an expression's value is that of a term. */
export interface Case {
  readonly condition: Literal;
  readonly term: Term;
}

/**
 * What an expression means: its cases, of which at most one holds, or when it is true and when false. Where none of it
 * holds, the expression fails.
 */
export type Meaning = { readonly cases: readonly Case[] } | { readonly yes: Literal; readonly no: Literal };

/** When an expression of kind Bool is true, and when false. */
export interface Truth {
  readonly yes: Literal;
  readonly no: Literal;
}

/** Thrown where an expression has more cases than are worth following. */
export class TooComplex {}

const mostCases = 64;

export const failing: Meaning = { cases: [] };

export function always(term: Term): Meaning {
  return { cases: [{ condition: TRUE, term }] };
}

export function truthOf(universe: Universe, meaning: Meaning): Truth {
  if ('yes' in meaning) return meaning;
  const { formula } = universe;
  const bools = meaning.cases.filter(({ term }) => term.kind === 'Bool');
  const literals = bools.map(({ term }) => truth(universe, term));
  return {
    yes: formula.any(bools.map(({ condition }, index) => formula.and(condition, literals[index]!))),
    no: formula.any(bools.map(({ condition }, index) => formula.and(condition, -literals[index]!))),
  };
}

export function casesOf({ terms, formula }: Universe, meaning: Meaning): readonly Case[] {
  if ('cases' in meaning) return meaning.cases;
  return joinCases(formula, [
    { condition: meaning.yes, term: terms.bool(true) },
    { condition: meaning.no, term: terms.bool(false) },
  ]);
}

/** Cases of one term become one; those that never hold go. @throws {TooComplex} */
export function joinCases(formula: Formula, cases: readonly Case[]): readonly Case[] {
  const byTerm = new Map<Term, Literal[]>();
  for (const { condition, term } of cases) {
    if (condition === -TRUE) continue;
    const conditions = byTerm.get(term);
    if (conditions === undefined) byTerm.set(term, [condition]);
    else conditions.push(condition);
  }
  if (byTerm.size > mostCases) throw new TooComplex();
  return [...byTerm].map(([term, conditions]) => ({ condition: formula.any(conditions), term }));
}

/** Each combination of cases of the operands. @throws {TooComplex} */
export function combinations(
  universe: Universe,
  operands: readonly Meaning[],
): readonly { readonly condition: Literal; readonly terms: readonly Term[] }[] {
  let all: { condition: Literal; terms: readonly Term[] }[] = [{ condition: TRUE, terms: [] }];
  for (const operand of operands) {
    const cases = casesOf(universe, operand);
    all = all.flatMap(({ condition, terms }) =>
      cases
        .map((each) => ({
          condition: universe.formula.and(condition, each.condition),
          terms: [...terms, each.term],
        }))
        .filter((each) => each.condition !== -TRUE),
    );
    if (all.length > mostCases) throw new TooComplex();
  }
  return all;
}

/** An expression with cases for each combination; `apply` gives undefined where it fails. */
export function compute(
  universe: Universe,
  operands: readonly Meaning[],
  apply: (...terms: Term[]) => Case | readonly Case[] | undefined,
): Meaning {
  const { formula } = universe;
  const cases = combinations(universe, operands).flatMap(({ condition, terms }) =>
    [apply(...terms) ?? []]
      .flat()
      .map((result) => ({ condition: formula.and(condition, result.condition), term: result.term })),
  );
  return { cases: joinCases(formula, cases) };
}

/** An expression that is true or false for each combination; `apply` gives undefined where it fails. */
export function judge(
  universe: Universe,
  operands: readonly Meaning[],
  apply: (...terms: Term[]) => Literal | undefined,
): Meaning {
  const { formula } = universe;
  const [yes, no]: [Literal[], Literal[]] = [[], []];
  for (const { condition, terms } of combinations(universe, operands)) {
    const literal = apply(...terms);
    if (literal === undefined) continue;
    yes.push(formula.and(condition, literal));
    no.push(formula.and(condition, -literal));
  }
  return { yes: formula.any(yes), no: formula.any(no) };
}
