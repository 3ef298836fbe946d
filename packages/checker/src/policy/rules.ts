import { bitsOf, type Ip, isWithin } from './extension.ts';
import { array, mapTerms, readInteger, type Term, termAt, type Weighted } from './forms.ts';
import type { Logic } from './proof.ts';
import { always, type Literal, never } from './propagation.ts';
import { must } from './report.ts';
import { isNumberKind } from './schema.ts';
import { combine } from './terms.ts';
import { isPossible, type Wish } from './texts.ts';

type Clause = readonly Literal[];
/** Whether a rule gives a clause. It says how many terms it is told of; undefined: it is told of other things. */
type Rule = readonly [
  count: number | undefined,
  gives: (clause: Clause, terms: readonly Term[], logic: Logic, rest: readonly unknown[]) => boolean,
];

/** A rule that gives clauses that hold in every model: the terms that it is told of, and the clauses. */
const lemma = (letters: string, ...clauses: readonly string[]): Rule => [
  letters.length,
  (clause, named, { terms, atoms }) => {
    const partsOf = (text: string): readonly string[] => /^(¬?)(\w+)\((.+)\)$/.exec(text)?.slice(1) ?? [];
    const termOf = (text: string): Term => {
      const [, form, inner] = partsOf(text);
      return inner ? terms.make(form!, ...inner.split(',').map(termOf)) : named[letters.indexOf(text)]!;
    };
    const literalOf = (text: string): Literal => {
      const [sign, form, inner] = partsOf(text);
      const literal = atoms.make(form!, ...inner!.match(/\w+\(.+\)|\w/g)!.map(termOf));
      return sign === '' ? literal : -literal;
    };
    return clauses.some((one) => has(clause, one.split(' ∨ ').map(literalOf)));
  },
];

/** The rules by their numbers. */
const rules: readonly Rule[] = [
  [0, (clause, _, { propagation }) => propagation.implies(clause)],
  [0, isUnavoidable],
  [undefined, addsUp],
  [2, isReplaced],
  lemma('abc', '¬in(a,b) ∨ ¬in(b,c) ∨ in(a,c)'),
  lemma('ab', '¬in(a,b) ∨ equal(a,b) ∨ known(a)'),
  lemma('ab', '¬in(a,b) ∨ ¬in(b,a) ∨ equal(a,b)'),
  [1, isEnumerated],
  lemma('sut', '¬containsAll(s,u) ∨ ¬contains(u,t) ∨ contains(s,t)'),
  lemma('su', 'containsAll(s,u) ∨ contains(u,outside(u,s))', 'containsAll(s,u) ∨ ¬contains(s,outside(u,s))'),
  lemma('sut', '¬contains(s,t) ∨ ¬contains(u,t) ∨ containsAny(s,u)'),
  lemma('su', '¬containsAny(s,u) ∨ contains(s,common(s,u))', '¬containsAny(s,u) ∨ contains(u,common(s,u))'),
  lemma('est', '¬in(e,t) ∨ ¬contains(s,t) ∨ inAny(e,s)'),
  lemma('es', '¬inAny(e,s) ∨ contains(s,above(e,s))', '¬inAny(e,s) ∨ in(e,above(e,s))'),
  [3, isRanged],
];

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
  const [count, gives] = rules[rule] ?? [-1];
  must(gives && (count ?? rest.length) === rest.length, 'There is no such rule, or it needs other things.');
  return gives(clause, count === undefined ? terms : rest.map((index) => termAt(index, terms)), logic, rest);
}

/** Whether a clause has these literals. One that is ⊥ it need not have. A clause with ⊤ is valid. */
const has = (clause: Clause, needed: Clause): boolean =>
  needed.every((literal) => literal === never || clause.includes(literal)) || clause.includes(always);

/** Rule 1: each text is as some literal says. */
function isUnavoidable(clause: Clause, _: readonly Term[], { atoms, effort }: Logic): boolean {
  const all = clause.map(atoms.atomAt);
  if (!all.every((atom) => atom?.form === 'like' && atom.parts[0] === all[0]?.parts[0])) return false;
  const wishes = all.map((atom, at): Wish => [atom!.parts[1] as readonly string[], clause[at]! < 0]);
  return clause.length > 0 && !isPossible(wishes, effort);
}

/** Rule 2: the negations of the literals, and facts, add up to 0 ≥ b with b > 0, each times its multiplier. */
function addsUp(
  clause: Clause,
  terms: readonly Term[],
  { atoms, effort }: Logic,
  rest: readonly unknown[],
): boolean {
  const [multipliers, facts] = array(rest, 2, 2);
  const sum: (readonly [bigint, Term])[] = [];
  let bound = 0n;
  const add = (multiplier: unknown, weighted: Weighted, least: bigint): void => {
    const factor = readInteger(multiplier);
    must(factor >= 0n, 'A multiplier is below 0.');
    for (const [weight, term] of weighted) sum.push([factor * weight, term]);
    bound += factor * least;
  };
  for (const fact of array(facts, 0)) {
    const [number, index, multiplier] = array(fact, 3, 3);
    const term = termAt(index, terms);
    must(isNumberKind(term.kind) && term.form !== 'sum', 'A fact is about a number that is no sum.');
    const [whole, divisor] = (term.form === 'floor' ? term.parts : [term, 0n]) as [Term, bigint];
    const known: readonly (readonly [Weighted, bigint])[] = [
      [[[1n, term]], term.range[0]],
      [[[-1n, term]], -term.range[1]],
      [
        [
          [1n, whole],
          [-divisor, term],
        ],
        0n,
      ],
      [
        [
          [-1n, whole],
          [divisor, term],
        ],
        1n - divisor,
      ],
    ];
    const one = known.slice(0, divisor > 0n ? 4 : 2)[number as number];
    must(one, 'There is no such fact.');
    add(multiplier, ...one);
  }
  const all = clause.map(atoms.atomAt);
  for (const [at, multiplier] of array(multipliers, clause.length, clause.length).entries()) {
    if (all[at]?.form !== 'atLeast') return clause.includes(always);
    const [weighted, least] = all[at].parts as readonly [Weighted, bigint];
    const opposite = weighted.map(([weight, term]) => [-weight, term] as const);
    if (clause[at]! < 0) add(multiplier, weighted, least);
    else add(multiplier, opposite, 1n - least);
  }
  const { constant, weights } = combine(0n, sum, effort);
  return weights.size === 0 && constant < bound;
}

/** Rule 3: of equal things the same holds. */
function isReplaced(clause: Clause, [one, other]: readonly Term[], { terms, atoms }: Logic): boolean {
  must(one && one.kind === other?.kind && !/^(set|record)$/.test(one.kind), 'These are not replaced.');
  const isNotLess = (more: Term, less: Term): Literal => -atoms.atLeast(0n, [1n, more], [-1n, less]);
  const areNumbers = isNumberKind(one.kind);
  const premises = areNumbers ? [isNotLess(one, other), isNotLess(other, one)] : [-atoms.equal(one, other)];
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
  const all = ids.map((id) => atoms.equal(e, terms.entity({ type: e.kind.slice(1), id })));
  return has(clause, all);
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
