import { type Atoms, isOpenAction } from './atoms.ts';
import type { Algebra, Cases } from './cases.ts';
import { constructors, greatestLong, leastLong, readIp } from './extension.ts';
import { type Forms, makerOf, type Part, type Term, type Weighted } from './forms.ts';
import type { Gates } from './gates.ts';
import { always, type Literal, never } from './propagation.ts';
import type { Effort } from './report.ts';
import { entityKind, isEntityKind, type Kind } from './schema.ts';
import { elementsOf, type Terms } from './terms.ts';

const layouts =
  '==/tt !=/tt </cc <=/cc >/cc >=/cc lessThan/mm lessThanOrEqual/mm greaterThan/mm greaterThanOrEqual/mm is/se ' +
  'has/so ./so hasTag/ex getTag/ex like/Px in/et contains/St containsAll/SS containsAny/SS isEmpty/S +/LL -/LL ' +
  'neg/L */LL ip/x decimal/x datetime/x duration/x isInRange/aa isIpv4/a isIpv6/a isLoopback/a isMulticast/a ' +
  'offset/du durationSince/dd toDate/d toTime/d toMilliseconds/u toSeconds/u toMinutes/u toHours/u toDays/u';

const day = 86_400_000n;
const units = { toSeconds: 1000n, toMinutes: 60_000n, toHours: 3_600_000n, toDays: day };
const ranges = {
  ...{ isIpv4: ['0.0.0.0/0'], isIpv6: ['::/0'] },
  ...{ isLoopback: ['127.0.0.0/8', '::1/128'], isMulticast: ['224.0.0.0/4', 'ff00::/8'] },
};
const comparisons = [
  ['<', '<=', '>', '>='],
  ['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'],
] as const;

/**
 * Cedar's operators and functions, apart from the logical ones, by their names in its JSON form: what they make of
 * values. They are not made of values of kinds that Cedar's are not for.
 */
export function operatorsOf(
  { make, sum }: Terms,
  atoms: Atoms,
  { and, or }: Gates,
  { said, verdictOf }: Algebra,
  effort: Effort,
) {
  const fails: Cases = [];
  const decided = (isTrue: Literal): Cases => said({ isTrue, isFalse: -isTrue });
  const sure = (term: Term): Cases => [{ condition: always, term }];
  const test =
    (form: string) =>
    (...parts: readonly Part[]): Cases =>
      decided(atoms.make(form, ...parts));
  const opaque = (name: string, ...operands: readonly Term[]): Cases => [
    { condition: -atoms.make('fails', name, operands), term: make('call', name, operands) },
  ];
  /** A sum, if it fits 64 bits. */
  const fitting = (kind: Kind, ...weighted: Weighted): Cases => {
    const term = sum(kind, 0n, ...weighted);
    const isGreat = atoms.atLeast(greatestLong + 1n, [1n, term]);
    return [{ condition: and([-isGreat, -atoms.atLeast(1n - leastLong, [-1n, term])]), term }];
  };
  const add = (kind: Kind, sign: bigint) => (one: Term, other: Term) =>
    fitting(kind, [1n, one], [sign, other]);
  const isEmpty = (set: Term): Literal => atoms.make('containsAll', make('set', []), set);
  const dayOf = (time: Term): Term => make('floor', time, day);
  const construct = (name: string) => (text: Term) => {
    if (text.form !== 'string') return opaque(name, text);
    const value = (constructors.get(name) ?? readIp)(String(text.parts[0]));
    if (value === undefined) return fails;
    return sure(typeof value === 'bigint' ? sum(name, value) : make('ip', ...value));
  };
  const compare = (by: bigint, sign: bigint) => (one: Term, other: Term) =>
    one.kind === other.kind ? decided(atoms.atLeast(by, [sign, one], [-sign, other])) : fails;
  const read = (presence: Literal, form: string, ...parts: readonly Part[]): Cases =>
    presence === never ? fails : [{ condition: presence, term: make(form, ...parts) }];
  const all: Record<string, Forms<Cases>[string]> = {
    '==': test('equal'),
    '!=': (one: Term, other: Term) => decided(-atoms.equal(one, other)),
    is: (type: string, entity: Term) => decided(entity.kind === entityKind(type) ? always : never),
    has: (name: string, owner: Term) => decided(atoms.present(owner, name)),
    '.': (name: string, owner: Term) => read(atoms.present(owner, name), '.', owner, name),
    hasTag: (owner: Term, key: Term) => decided(atoms.presentTag(owner, key)),
    getTag: (owner: Term, key: Term) => read(atoms.presentTag(owner, key), 'tag', owner, key),
    like: (parts: readonly string[], text: Term) => decided(atoms.make('like', text, parts)),
    in: (entity: Term, group: Term) => {
      const isSet = group.kind === 'set';
      const elements = group.form === 'set' ? elementsOf(group) : isSet ? [group.type.element!] : [group];
      const areEntities = elements.every(({ kind }) => isEntityKind(kind));
      // Of another kind each element that there is makes it fail.
      if (isSet && group.form !== 'set' && !areEntities)
        return said({ isTrue: never, isFalse: isEmpty(group) });
      if (!areEntities) return fails;
      if (isOpenAction(entity)) return said(verdictOf(opaque('in', entity, group)));
      return decided(atoms.make(isSet ? 'inAny' : 'in', entity, group));
    },
    '+': add('Long', 1n),
    '-': add('Long', -1n),
    offset: add('datetime', 1n),
    durationSince: add('duration', -1n),
    neg: (term: Term) => fitting('Long', [-1n, term]),
    '*': (one: Term, other: Term) => {
      const [factor, term] = one.linear.weights.size === 0 ? [one, other] : [other, one];
      const { constant, weights } = factor.linear;
      return weights.size > 0 ? opaque('*', one, other) : fitting('Long', [constant, term]);
    },
    isInRange: (term: Term, range: Term) => {
      if (range.form === 'ip') return decided(atoms.make('inRange', term, range));
      return decided(atoms.make('true', make('call', 'isInRange', [term, range])));
    },
    toDate: (time: Term) => fitting('datetime', [day, dayOf(time)]),
    toTime: (time: Term) => sure(sum('duration', 0n, [1n, time], [-day, dayOf(time)])),
    toMilliseconds: (duration: Term) => sure(sum('Long', 0n, [1n, duration])),
    isEmpty: (set: Term) => decided(isEmpty(set)),
  };
  for (const name of ['contains', 'containsAll', 'containsAny']) all[name] = test(name);
  for (const name of ['ip', ...constructors.keys()]) all[name] = construct(name);
  // Toward zero.
  for (const [name, unit] of Object.entries(units))
    all[name] = (duration: Term) => {
      const [isPositive, opposite] = [atoms.atLeast(0n, [1n, duration]), sum('Long', 0n, [-1n, duration])];
      const negative = sum('Long', 0n, [-1n, make('floor', opposite, unit)]);
      return [
        { condition: isPositive, term: make('floor', duration, unit) },
        { condition: -isPositive, term: negative },
      ];
    };
  for (const [name, within] of Object.entries(ranges))
    all[name] = (term: Term) =>
      decided(or(within.map((range) => atoms.make('inRange', term, make('ip', ...readIp(range)!)))));
  for (const [less, notMore, more, notLess] of comparisons) {
    Object.assign(all, { [less]: compare(1n, -1n), [notMore]: compare(0n, -1n) });
    Object.assign(all, { [more]: compare(1n, 1n), [notLess]: compare(0n, 1n) });
  }
  return makerOf(layouts, all, effort).tried;
}
