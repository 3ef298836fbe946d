import { constructors, greatestLong, leastLong, readIp } from './extension.ts';
import { type Forms, makerOf, type Term, type Value } from './forms.ts';
import type { Expression, Policy } from './policies.ts';
import { always, type Literal, never, type Propagation } from './propagation.ts';
import { type Effort, once, type Uid } from './report.ts';
import { entityKind, isEntityKind, type Kind } from './schema.ts';
import { isConstant, type Terms, type Weight } from './terms.ts';

/** What an expression is: in each case a value, in at most one of them; in none it fails. */
type Cases = readonly (readonly [condition: Literal, term: Term])[];
/** When something is true and when it is false. If neither, it fails. */
type Verdict = Readonly<{ isTrue: Literal; isFalse: Literal }>;
const not = ({ isTrue, isFalse }: Verdict): Verdict => ({ isTrue: isFalse, isFalse: isTrue });
/** Whether it never fails. */
const isTotal = ({ isTrue, isFalse }: Verdict): boolean => isFalse === -isTrue;

const day = 86_400_000n;

/** When a policy is satisfied in one environment (docs/policy-certificate.md, "From policies to a formula"). */
export function translationOf(terms: Terms, { and, or }: Propagation, action: Uid, effort: Effort) {
  const { make, truth, is, sum, atLeast, entity } = terms;
  const [yes, no] = [make('true', []), make('false', [])];
  const said = ({ isTrue, isFalse }: Verdict, one = yes, other = no): Cases => [
    [isTrue, one],
    [isFalse, other],
  ];
  /** What nothing is known about but whether it fails. */
  const opaque = (name: string, ...operands: readonly Term[]): Cases => [
    [-truth('fails', operands, name), make('call', operands, name)],
  ];
  /** A sum, if it fits 64 bits. */
  const fitting = (kind: Kind, ...weighted: readonly Weight[]): Cases => {
    const term = sum(kind, 0n, ...weighted);
    const isGreat = atLeast(greatestLong + 1n, [1n, term]);
    return [[and([-isGreat, -atLeast(1n - leastLong, [-1n, term])]), term]];
  };
  const add = (kind: Kind, sign: bigint) => (one: Term, other: Term) =>
    fitting(kind, [1n, one], [sign, other]);
  const isEmpty = (set: Term): Literal => is('containsAll', make('set', []), set);
  const dayOf = (time: Term): Term => make('floor', [time], day);
  const construct = (name: string) => (text: Term) => {
    if (text.form !== 'string') return opaque(name, text);
    const value = (constructors.get(name) ?? readIp)(String(text.values[0]));
    if (value === undefined) return [];
    return typeof value === 'bigint' ? sum(name, value) : make('ip', [], ...value);
  };
  const compare = (by: bigint, sign: bigint) => (one: Term, other: Term) =>
    one.kind === other.kind ? atLeast(by, [sign, one], [-sign, other]) : [];
  const [less, notMore] = [compare(1n, -1n), compare(0n, -1n)];
  const [more, notLess] = [compare(1n, 1n), compare(0n, 1n)];
  /** Toward zero. */
  const divide = (unit: bigint) => (duration: Term) => {
    const [isPositive, opposite] = [atLeast(0n, [1n, duration]), sum('Long', 0n, [-1n, duration])];
    const negative = sum('Long', 0n, [-1n, make('floor', [opposite], unit)]);
    return said({ isTrue: isPositive, isFalse: -isPositive }, make('floor', [duration], unit), negative);
  };
  const isIn =
    (...ranges: readonly string[]) =>
    (address: Term) =>
      or(ranges.map((range) => is('inRange', address, make('ip', [], ...readIp(range)!))));
  /** Where it is there, a term of the same operands. */
  const partial = (presence: Literal, form: string, operands: Term[], ...values: Value[]): Cases =>
    presence === never ? [] : [[presence, make(form, operands, ...values)]];
  /**
   * Cedar's operators and functions by their names in its JSON form, apart from the logical ones and from those that are
   * terms by the same name: what they make of values, a literal where that is true or false. They are not made of values
   * of kinds that Cedar's are not for.
   */
  const forms: Forms<Literal | Term | Cases> = {
    'Set(t*)': (elements: readonly Term[]) => make('set', elements),
    'Record(t*)': (members: readonly Term[], names: readonly string[]) => make('record', members, names),
    '==(tt)': (one: Term, other: Term) => is('equal', one, other),
    '!=(tt)': (one: Term, other: Term) => -is('equal', one, other),
    ...{ '<(cc)': less, '<=(cc)': notMore, '>(cc)': more, '>=(cc)': notLess },
    ...{ 'lessThan(mm)': less, 'lessThanOrEqual(mm)': notMore },
    ...{ 'greaterThan(mm)': more, 'greaterThanOrEqual(mm)': notLess },
    'is(e)': (one: Term, type: string) => (one.kind === entityKind(type) ? always : never),
    '.(o)': (owner: Term, name: string) => partial(truth('has', [owner], name), '.', [owner], name),
    'getTag(ex)': (owner: Term, key: Term) => partial(is('hasTag', owner, key), 'tag', [owner, key]),
    'in(et)': (one: Term, other: Term): Literal | Cases => {
      if (other.kind !== 'set') return isEntityKind(other.kind) ? is('in', one, other) : [];
      const elements = other.form === 'set' ? other.operands : [other.type.element!];
      if (elements.every(({ kind }) => isEntityKind(kind))) return is('inAny', one, other);
      // Of another kind each element that there is makes it fail.
      return other.form === 'set' ? [] : [[isEmpty(other), no]];
    },
    'isEmpty(S)': isEmpty,
    ...{ '+(LL)': add('Long', 1n), '-(LL)': add('Long', -1n) },
    'neg(L)': (term: Term) => fitting('Long', [-1n, term]),
    '*(LL)': (one: Term, other: Term) => {
      const [factor, term] = isConstant(one) ? [one, other] : [other, one];
      return isConstant(factor)
        ? fitting('Long', [factor.values[1] as bigint, term])
        : opaque('*', one, other);
    },
    'isInRange(aa)': (address: Term, range: Term) =>
      range.form === 'ip' ? is('inRange', address, range) : make('call', [address, range], 'isInRange'),
    ...{ 'offset(du)': add('datetime', 1n), 'durationSince(dd)': add('duration', -1n) },
    'toDate(d)': (time: Term) => fitting('datetime', [day, dayOf(time)]),
    'toTime(d)': (time: Term) => sum('duration', 0n, [1n, time], [-day, dayOf(time)]),
    'toMilliseconds(u)': (duration: Term) => sum('Long', 0n, [1n, duration]),
    ...{ 'toSeconds(u)': divide(1000n), 'toMinutes(u)': divide(60_000n) },
    ...{ 'toHours(u)': divide(3_600_000n), 'toDays(u)': divide(day) },
    ...Object.fromEntries(['ip', ...constructors.keys()].map((name) => [`${name}(x)`, construct(name)])),
    ...{ 'isIpv4(a)': isIn('0.0.0.0/0'), 'isIpv6(a)': isIn('::/0') },
    ...{ 'isLoopback(a)': isIn('127.0.0.0/8', '::1/128'), 'isMulticast(a)': isIn('224.0.0.0/4', 'ff00::/8') },
  };
  const casesOf = (made: Literal | Term | Cases): Cases => {
    if (typeof made === 'number') return said({ isTrue: made, isFalse: -made });
    return 'id' in made ? [[always, made]] : made;
  };
  const { tried } = makerOf(forms, effort, casesOf);
  /** Without those that never hold; those with the same term are one. */
  const joined = (all: Cases): Cases => {
    const possible = all.filter(([condition]) => condition !== never);
    const byTerm = Map.groupBy(possible, ([, term]) => term);
    return [...byTerm].map(([term, some]) => [or(some.map(([condition]) => condition)), term]);
  };
  const under = (condition: Literal, all: Cases): Cases =>
    condition === always ? all : all.map(([own, term]) => [and([condition, own]), term]);
  /** All combinations of the operands' values, each with the condition that they are these. */
  const combinations = (operands: readonly Cases[]): (readonly [condition: Literal, values: Term[]])[] => {
    if (operands.length < 2) return operands[0]?.map(([own, term]) => [own, [term]]) ?? [[always, []]];
    const middle = operands.length >> 1;
    const right = combinations(operands.slice(middle));
    const all = combinations(operands.slice(0, middle)).flatMap(([condition, values]) =>
      right.map(([own, more]): (typeof right)[0] => {
        effort.spend(operands.length);
        return [and([condition, own]), values.concat(more)];
      }),
    );
    return all.filter(([condition]) => condition !== never);
  };
  const verdict = once((expression: Expression): Verdict => {
    const bools = meaning(expression).filter(([, term]) => term.kind === 'Bool');
    const when = (sign: 1 | -1) => or(bools.map(([own, { literal }]) => and([own, sign * literal!])));
    return { isTrue: when(1), isFalse: when(-1) };
  });
  /** `l && r`: false if l is, or if l is true and r is false. */
  const both = (left: Verdict, right: Verdict): Verdict => {
    const isTrue = and([left.isTrue, right.isTrue]);
    const isExact = isTotal(left) && isTotal(right);
    return { isTrue, isFalse: isExact ? -isTrue : or([left.isFalse, and([left.isTrue, right.isFalse])]) };
  };
  const logical: Readonly<Record<string, (...operands: Expression[]) => Cases>> = {
    '!': (one) => said(not(verdict(one))),
    '&&': (left, right) => said(both(verdict(left), verdict(right))),
    '||': (left, right) => said(not(both(not(verdict(left)), not(verdict(right))))),
    'if-then-else': (condition, left, right) => [
      ...under(verdict(condition).isTrue, meaning(left)),
      ...under(verdict(condition).isFalse, meaning(right)),
    ],
  };
  const meaning = once(({ op, operands, value }: Expression): Cases => {
    if (op === 'Value') return [[always, make(...(value as [string, never[], ...Value[]]))]];
    if (op === 'Var') return [[always, value === 'action' ? entity(action) : make(String(value), [])]];
    if (logical[op] !== undefined) return joined(logical[op](...operands));
    const parts = value === undefined ? [] : [value as Value];
    const made = (values: Term[]): Cases =>
      tried(op, values, ...parts) ?? casesOf(terms.tried(op, values, ...parts)?.literal ?? []);
    return joined(
      combinations(operands.map(meaning)).flatMap(([condition, values]) => under(condition, made(values))),
    );
  });
  /** Whether a request can be in the scopes of a policy at all. */
  const isOpen = ({ scopes }: Policy): boolean => scopes.every((scope) => verdict(scope).isTrue !== never);
  // Of a policy for other requests it does not matter what its conditions are.
  const satisfied = (policy: Policy): Literal => {
    if (!isOpen(policy)) return never;
    const { scopes, conditions } = policy;
    const are = conditions.map(({ kind, body }) => verdict(body)[kind === 'when' ? 'isTrue' : 'isFalse']);
    return and([...scopes.map((scope) => verdict(scope).isTrue), ...are]);
  };
  return { satisfied, isOpen };
}
