import { bitsOf, type Ip, isWithin } from './extension.ts';
import { array, mapTerms, readInteger, type Term, termAt, type Weighted } from './forms.ts';
import type { Logic } from './proof.ts';
import { always, type Literal, never } from './propagation.ts';
import { must } from './report.ts';
import { isNumberKind } from './schema.ts';
import { combine } from './terms.ts';
import { isPossible, type Wish } from './texts.ts';

type Clause = readonly Literal[];

/** Clauses that hold in every model, by the number of the rule, after the terms that the rule names. */
const lemmas: Readonly<Record<number, readonly [terms: string, ...clauses: string[]]>> = {
  4: ['abc', '¬in(a,b) ∨ ¬in(b,c) ∨ in(a,c)'],
  5: ['ab', '¬in(a,b) ∨ equal(a,b) ∨ known(a)'],
  6: ['ab', '¬in(a,b) ∨ ¬in(b,a) ∨ equal(a,b)'],
  8: ['sut', '¬containsAll(s,u) ∨ ¬contains(u,t) ∨ contains(s,t)'],
  9: ['su', 'containsAll(s,u) ∨ contains(u,outside(u,s))', 'containsAll(s,u) ∨ ¬contains(s,outside(u,s))'],
  10: ['sut', '¬contains(s,t) ∨ ¬contains(u,t) ∨ containsAny(s,u)'],
  11: ['su', '¬containsAny(s,u) ∨ contains(s,common(s,u))', '¬containsAny(s,u) ∨ contains(u,common(s,u))'],
  12: ['est', '¬in(e,t) ∨ ¬contains(s,t) ∨ inAny(e,s)'],
  13: ['es', '¬inAny(e,s) ∨ contains(s,above(e,s))', '¬inAny(e,s) ∨ in(e,above(e,s))'],
};

/** The other rules: how many terms they name, and whether they give a clause. Rule 2 names other things. */
type Rule = (clause: Clause, terms: readonly Term[], logic: Logic) => boolean;
const others: Readonly<Record<number, readonly [count: number, gives: Rule]>> = {
  ...{ 0: [0, (clause, _, { propagation }) => propagation.implies(clause)], 1: [0, isUnavoidable] },
  ...{ 3: [2, isReplaced], 7: [1, isEnumerated], 14: [3, isRanged] },
};

/**
 * Whether a step's clause holds in every model, by the number of its rule and by what else the step has; for rule 0,
 * whether it follows from the clauses before it (docs/policy-certificate.md, the table of rules).
 */
export function isValid(
  rule: number,
  clause: Clause,
  rest: readonly unknown[],
  terms: readonly Term[],
  logic: Logic,
): boolean {
  const [lemma, [count, gives] = []] = [lemmas[rule], others[rule]];
  must(
    rule === 2 || rest.length === (lemma?.[0].length ?? count),
    'There is no such rule, or it needs other things.',
  );
  const named = rule === 2 ? [] : rest.map((index) => termAt(index, terms));
  if (lemma !== undefined) return isInstance(clause, lemma, named, logic);
  return gives?.(clause, named, logic) ?? addsUp(clause, rest, terms, logic);
}

/** Whether a clause has these literals. One that is ⊥ it need not have. A clause with ⊤ is valid. */
const has = (clause: Clause, needed: Clause): boolean =>
  needed.every((literal) => literal === never || clause.includes(literal)) || clause.includes(always);

/** Whether a clause has the literals of one of a lemma's clauses about these terms. */
function isInstance(
  clause: Clause,
  [letters, ...clauses]: readonly [string, ...string[]],
  named: readonly Term[],
  { terms, atoms }: Logic,
): boolean {
  const partsOf = (text: string): readonly string[] => /^(¬?)(\w+)\((.+)\)$/.exec(text)?.slice(1) ?? [];
  const termOf = (text: string): Term => {
    const [, form, inner] = partsOf(text);
    if (inner === undefined) return named[letters.indexOf(text)]!;
    return terms.make(form!, ...inner.split(',').map(termOf));
  };
  const literalOf = (text: string): Literal => {
    const [sign, form, inner] = partsOf(text);
    const literal = atoms.make(form!, ...inner!.match(/\w+\(.+\)|\w/g)!.map(termOf));
    return sign === '' ? literal : -literal;
  };
  return clauses.some((one) => has(clause, one.split(' ∨ ').map(literalOf)));
}

/** Rule 1: each text is as some literal says. */
function isUnavoidable(clause: Clause, _: readonly Term[], { atoms, effort }: Logic): boolean {
  const all = clause.map(atoms.atomAt);
  if (!all.every((atom) => atom?.form === 'like' && atom.parts[0] === all[0]?.parts[0])) return false;
  const wishes = all.map((atom, at): Wish => [atom!.parts[1] as readonly string[], clause[at]! < 0]);
  return clause.length > 0 && !isPossible(wishes, effort);
}

/** Rule 2: the negations of the literals, and facts, add up to 0 ≥ b with b > 0, each times its multiplier. */
function addsUp(clause: Clause, rest: readonly unknown[], terms: readonly Term[], logic: Logic): boolean {
  const [multipliers, facts] = array(rest, 2, 2);
  const sum: (readonly [bigint, Term])[] = [];
  let bound = 0n;
  const add = (multiplier: unknown, sign: bigint, weighted: Weighted, least: bigint): void => {
    const factor = readInteger(multiplier);
    must(factor >= 0n, 'A multiplier is below 0.');
    for (const [weight, term] of weighted) sum.push([factor * sign * weight, term]);
    bound += factor * least;
  };
  for (const fact of array(facts, 0)) {
    const [number, index, multiplier] = array(fact, 3, 3);
    const term = termAt(index, terms);
    must(isNumberKind(term.kind) && term.form !== 'sum', 'A fact is about a number that is no sum.');
    const [whole, divisor] = (term.form === 'floor' ? term.parts : [term, 0n]) as [Term, bigint];
    const difference = [[1n, whole] as const, [-divisor, term] as const];
    if (number === 0) add(multiplier, 1n, [[1n, term]], term.range[0]);
    else if (number === 1) add(multiplier, -1n, [[1n, term]], -term.range[1]);
    else if (number === 2 && divisor > 0n) add(multiplier, 1n, difference, 0n);
    else {
      must(number === 3 && divisor > 0n, 'There is no such fact.');
      add(multiplier, -1n, difference, 1n - divisor);
    }
  }
  const all = clause.map(logic.atoms.atomAt);
  for (const [at, multiplier] of array(multipliers, clause.length, clause.length).entries()) {
    if (all[at]?.form !== 'atLeast') return clause.includes(always);
    const [weighted, least] = all[at].parts as readonly [Weighted, bigint];
    add(multiplier, clause[at]! < 0 ? 1n : -1n, weighted, clause[at]! < 0 ? least : 1n - least);
  }
  const { constant, weights } = combine(0n, sum, logic.effort);
  return weights.size === 0 && constant < bound;
}

/** Rule 3: of equal things the same holds. */
function isReplaced(clause: Clause, [one, other]: readonly Term[], { terms, atoms }: Logic): boolean {
  must(one && one.kind === other?.kind && !/^(set|record)$/.test(one.kind), 'These are not replaced.');
  const isNotLess = (more: Term, less: Term): Literal => atoms.atLeast(0n, [1n, more], [-1n, less]);
  const premises = isNumberKind(one.kind)
    ? [-isNotLess(one, other), -isNotLess(other, one)]
    : [-atoms.equal(one, other)];
  if (!has(clause, premises)) return false;
  const known = new Map<Term, Term>([[one, other]]);
  const replace = (term: Term): Term => {
    const parts = () => term.parts.map((part) => mapTerms(part, replace));
    const replaced = known.get(term) ?? terms.make(term.form, ...parts());
    known.set(term, replaced);
    return replaced;
  };
  const seen = new Set<Literal>([never]);
  return clause.some((literal) => {
    const atom = premises.includes(literal) ? undefined : atoms.atomAt(literal);
    const parts = atom?.parts.map((part) => mapTerms(part, replace)) ?? [];
    const replaced = atom === undefined ? literal : Math.sign(literal) * atoms.make(atom.form, ...parts);
    seen.add(replaced);
    return seen.has(-replaced);
  });
}

/** Rule 7: e is one of the enumerated. Only a constant, which is the policies', can be another of its type. */
function isEnumerated(clause: Clause, [e]: readonly Term[], { schema, atoms, terms }: Logic): boolean {
  const ids = e && schema.types.get(e.kind)?.ids;
  must(ids && e.form !== 'entity', 'The rule is about an entity of an enumerated type that is no constant.');
  return has(
    clause,
    ids.map((id) => atoms.equal(e, terms.entity({ type: e.kind.slice(1), id }))),
  );
}

/** Rule 14: what ranges of addresses say of each other, and that an address is of one version or the other. */
function isRanged(clause: Clause, [term, one, other]: readonly Term[], { atoms, terms }: Logic): boolean {
  must(term?.kind === 'ipaddr' && one?.form === 'ip' && other?.form === 'ip', 'The rule is about ranges.');
  const isIn = (range: Term): Literal => atoms.make('inRange', term, range);
  const [inner, outer] = [one.parts as Ip, other.parts as Ip];
  const areApart = !isWithin(inner, outer) && !isWithin(outer, inner);
  const [every4, every6] = [terms.make('ip', 4n, 0n, 0n), terms.make('ip', 6n, 0n, 0n)];
  return (
    (isWithin(inner, outer) && has(clause, [-isIn(one), isIn(other)])) ||
    (areApart && has(clause, [-isIn(one), -isIn(other)])) ||
    (inner[2] === bitsOf(inner[0]) && has(clause, [-isIn(one), atoms.equal(term, one)])) ||
    has(clause, [isIn(every4), isIn(every6)])
  );
}
