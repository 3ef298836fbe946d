import type { Logic } from './check.ts';
import { bitsOf, greatestLong, type Ip, isWithin, leastLong } from './extension.ts';
import { array, readInteger, type Term, termAt } from './forms.ts';
import { always, type Literal, never } from './propagation.ts';
import { must, once } from './report.ts';
import { isNumberKind } from './schema.ts';
import { combine, type Weight } from './terms.ts';
import { isPossible, type Wish } from './texts.ts';

type Clause = readonly Literal[];
/**
 * What a rule makes of the terms that a step tells of, one a parameter: clauses that hold in every model; or a test whether
 * a clause does, or follows from those before it.
 */
type Rule = (logic: Logic, ...named: Term[]) => readonly Clause[] | ((clause: Clause) => boolean);

const rules: Readonly<Record<number, Rule>> = {
  0: (logic) => (clause) => logic.propagation.implies(clause),
  1: (logic) => (clause) => isEveryText(clause, logic),
  3: (logic, one, other) => (clause) => isReplaced(clause, logic, one, other),
  4: ({ is }, a, b, c) => [[-is('in', a, b), -is('in', b, c), is('in', a, c)]],
  5: ({ is }, a, b) => [[-is('in', a, b), is('equal', a, b), is('known', a)]],
  6: ({ is }, a, b) => [[-is('in', a, b), -is('in', b, a), is('equal', a, b)]],
  7: ({ is, make, schema }, e) => {
    const ids = schema.types.get(e.kind)?.ids;
    // Only a constant, which is the policies', can be another of its type.
    must(ids && e.form !== 'entity', 'The rule is about what is enumerated, and no constant.');
    return [ids.map((id) => is('equal', e, make('entity', [], e.kind.slice(1), id)))];
  },
  8: ({ is }, s, u, t) => [[-is('containsAll', s, u), -is('contains', u, t), is('contains', s, t)]],
  9: ({ is, make }, s, u) => {
    const [isAll, other] = [is('containsAll', s, u), make('outside', [u, s])];
    return [is('contains', u, other), -is('contains', s, other)].map((one) => [isAll, one]);
  },
  10: ({ is }, s, u, t) => [[-is('contains', s, t), -is('contains', u, t), is('containsAny', s, u)]],
  11: ({ is, make }, s, u) =>
    [s, u].map((set) => [-is('containsAny', s, u), is('contains', set, make('common', [s, u]))]),
  12: ({ is }, e, s, t) => [[-is('in', e, t), -is('contains', s, t), is('inAny', e, s)]],
  13: ({ is, make }, e, s) => {
    const [isAny, other] = [is('inAny', e, s), make('above', [e, s])];
    return [is('contains', s, other), is('in', e, other)].map((one) => [-isAny, one]);
  },
  14: ({ is, make }, t, a, b) => {
    must(t.kind === 'ipaddr' && a.form === 'ip' && b.form === 'ip', 'The rule is about ranges.');
    const [inner, outer] = [a.values as unknown as Ip, b.values as unknown as Ip];
    const [isInner, isOuter] = [is('inRange', t, a), is('inRange', t, b)];
    const clauses = [[4n, 6n].map((version) => is('inRange', t, make('ip', [], version, 0n, 0n)))];
    if (isWithin(inner, outer)) clauses.push([-isInner, isOuter]);
    else if (!isWithin(outer, inner)) clauses.push([-isInner, -isOuter]);
    if (inner[2] === bitsOf(inner[0])) clauses.push([-isInner, is('equal', t, a)]);
    return clauses;
  },
  15: ({ atLeast }, t) => {
    must(isNumberKind(t.kind) && t.form !== 'sum', 'The rule is about a number that is no sum.');
    const [whole, divisor] = [t.operands[0]!, t.values[0] as bigint];
    if (t.form !== 'floor') return [[atLeast(leastLong, [1n, t])], [atLeast(-greatestLong, [-1n, t])]];
    return [[atLeast(0n, [1n, whole], [-divisor, t])], [atLeast(1n - divisor, [-1n, whole], [divisor, t])]];
  },
  16: ({ is }, t) => {
    must(/^has(Tag)?$/.test(t.form), 'The rule is about what an entity has.');
    return [[-t.literal!, is('known', t.operands[0]!)]];
  },
};

/**
 * Whether a step's clause holds in every model, by the number of its rule and by what else the step has; for rule 0,
 * whether it follows from the clauses before it (docs/policy-certificate.md, the table of rules).
 */
export function isValid(rule: number, clause: Clause, rest: readonly unknown[], logic: Logic): boolean {
  if (rule === 2) return addsUp(clause, array(array(rest, 1, 1)[0], clause.length, clause.length), logic);
  const [named, holds] = [rest.map((index) => termAt(index, logic.known)), rules[rule]];
  must(holds?.length === named.length + 1, 'There is no such rule, or it needs other things.');
  const made = holds(logic, ...named);
  return typeof made === 'function' ? made(clause) : made.some((one) => has(clause, one));
}

/** Whether a clause has these literals. One that is ⊥ it need not have. A clause with ⊤ is valid. */
const has = (clause: Clause, needed: Clause): boolean =>
  needed.every((literal) => literal === never || clause.includes(literal)) || clause.includes(always);

/** Rule 1: each text is as some literal says. */
function isEveryText(clause: Clause, { atomAt, effort }: Logic): boolean {
  const all = clause.map(atomAt);
  const text = all[0]?.operands[0];
  if (!all.every((atom) => atom?.form === 'like' && atom.operands[0] === text)) return false;
  const wishes = all.map((atom, at): Wish => [atom!.values[0] as readonly string[], clause[at]! < 0]);
  return clause.length > 0 && !isPossible(wishes, effort);
}

/** Rule 2: the negations of the literals add up to 0 ≥ b with b > 0, each times its multiplier. */
function addsUp(clause: Clause, multipliers: readonly unknown[], { atomAt, effort }: Logic): boolean {
  let bound = 0n;
  const sum = clause.map((literal, at): Weight | undefined => {
    const [atom, factor] = [atomAt(literal), readInteger(multipliers[at])];
    must(factor >= 0n, 'A multiplier is below 0.');
    if (atom?.form !== 'atLeast') return undefined;
    const least = atom.values[0] as bigint;
    bound += factor * (literal < 0 ? least : 1n - least);
    return [literal < 0 ? factor : -factor, atom.operands[0]!];
  });
  if (!sum.every((one) => one !== undefined)) return clause.includes(always);
  const { constant, weights } = combine(0n, sum, effort);
  return weights.length === 0 && constant < bound;
}

/** Rule 3: of equal things the same holds. */
function isReplaced(clause: Clause, logic: Logic, one: Term, other: Term): boolean {
  const { is, make, atLeast, atomAt } = logic;
  must(one.kind === other.kind && !/^(set|record)$/.test(one.kind), 'These are not replaced.');
  const premises = isNumberKind(one.kind)
    ? [-atLeast(0n, [1n, one], [-1n, other]), -atLeast(0n, [1n, other], [-1n, one])]
    : [-is('equal', one, other)];
  if (!has(clause, premises)) return false;
  const replace = once(
    ({ form, operands, values }: Term): Term => make(form, operands.map(replace), ...values),
    new WeakMap([[one, other]]),
  );
  const seen = new Set<Literal>([never]);
  return clause.some((literal) => {
    const atom = premises.includes(literal) ? undefined : atomAt(literal);
    const replaced = atom ? Math.sign(literal) * replace(atom).literal! : literal;
    seen.add(replaced);
    return seen.has(-replaced);
  });
}
