import { type Atoms, isOpenAction } from './atoms.ts';
import type { Expression } from './expression.ts';
import { constructors, greatestLong, leastLong, readIp } from './extension.ts';
import { type Forms, makerOf, type Part, type Term, type Weighted } from './forms.ts';
import type { Gates } from './gates.ts';
import { always, type Literal, never } from './propagation.ts';
import type { Effort } from './report.ts';
import { entityKind, isEntityKind, type Kind } from './schema.ts';
import { elementsOf, type Terms } from './terms.ts';

/** What an expression is: in each case a value, in at most one of them; in none it fails. */
export type Cases = readonly (readonly [condition: Literal, term: Term])[];

const day = 86_400_000n;

/**
 * Cedar's operators and functions, apart from the logical ones, by their names in its JSON form: what they make of
 * values. They are not made of values of kinds that Cedar's are not for.
 */
export function operatorsOf({ make, sum }: Terms, atoms: Atoms, { and, or }: Gates, effort: Effort) {
  const [yes, no] = [make('bool', 1n), make('bool', 0n)];
  const decided = (isTrue: Literal): Cases => [
    [isTrue, yes],
    [-isTrue, no],
  ];
  const sure = (term: Term): Cases => [[always, term]];
  const test =
    (form: string) =>
    (...parts: readonly Part[]): Cases =>
      decided(atoms.make(form, ...parts));
  const opaque = (name: string, ...operands: readonly Term[]): Cases => [
    [-atoms.make('fails', name, operands), make('call', name, operands)],
  ];
  /** A sum, if it fits 64 bits. */
  const fitting = (kind: Kind, ...weighted: Weighted): Cases => {
    const term = sum(kind, 0n, ...weighted);
    const isGreat = atoms.atLeast(greatestLong + 1n, [1n, term]);
    return [[and([-isGreat, -atoms.atLeast(1n - leastLong, [-1n, term])]), term]];
  };
  const add = (kind: Kind, sign: bigint) => (one: Term, other: Term) =>
    fitting(kind, [1n, one], [sign, other]);
  const isEmpty = (set: Term): Literal => atoms.make('containsAll', make('set', []), set);
  const dayOf = (time: Term): Term => make('floor', time, day);
  const construct = (name: string) => (text: Term) => {
    if (text.form !== 'string') return opaque(name, text);
    const value = (constructors.get(name) ?? readIp)(String(text.parts[0]));
    if (value === undefined) return [];
    return sure(typeof value === 'bigint' ? sum(name, value) : make('ip', ...value));
  };
  const compare = (by: bigint, sign: bigint) => (one: Term, other: Term) =>
    one.kind === other.kind ? decided(atoms.atLeast(by, [sign, one], [-sign, other])) : [];
  const [less, notMore] = [compare(1n, -1n), compare(0n, -1n)];
  const [more, notLess] = [compare(1n, 1n), compare(0n, 1n)];
  const read = (presence: Literal, form: string, ...parts: readonly Part[]): Cases =>
    presence === never ? [] : [[presence, make(form, ...parts)]];
  /** Toward zero. */
  const divide = (unit: bigint) => (duration: Term) => {
    const [isPositive, opposite] = [atoms.atLeast(0n, [1n, duration]), sum('Long', 0n, [-1n, duration])];
    const negative = sum('Long', 0n, [-1n, make('floor', opposite, unit)]);
    return [
      [isPositive, make('floor', duration, unit)],
      [-isPositive, negative],
    ] as const;
  };
  const isIn =
    (...all: readonly string[]) =>
    (term: Term): Cases =>
      decided(or(all.map((range) => atoms.make('inRange', term, make('ip', ...readIp(range)!)))));
  const forms: Forms<Cases> = {
    '== tt': test('equal'),
    '!= tt': (one: Term, other: Term) => decided(-atoms.equal(one, other)),
    ...{ '< cc': less, '<= cc': notMore, '> cc': more, '>= cc': notLess },
    ...{ 'lessThan mm': less, 'lessThanOrEqual mm': notMore },
    ...{ 'greaterThan mm': more, 'greaterThanOrEqual mm': notLess },
    'is se': (type: string, entity: Term) => decided(entity.kind === entityKind(type) ? always : never),
    'has so': (name: string, owner: Term) => decided(atoms.present(owner, name)),
    '. so': (name: string, owner: Term) => read(atoms.present(owner, name), '.', owner, name),
    'hasTag ex': (owner: Term, key: Term) => decided(atoms.presentTag(owner, key)),
    'getTag ex': (owner: Term, key: Term) => read(atoms.presentTag(owner, key), 'tag', owner, key),
    'like Px': (parts: readonly string[], text: Term) => decided(atoms.make('like', text, parts)),
    'in et': (entity: Term, group: Term) => {
      const isSet = group.kind === 'set';
      const elements = group.form === 'set' ? elementsOf(group) : isSet ? [group.type.element!] : [group];
      const areEntities = elements.every(({ kind }) => isEntityKind(kind));
      // Of another kind each element that there is makes it fail.
      if (isSet && group.form !== 'set' && !areEntities) return [[isEmpty(group), no]];
      if (!areEntities) return [];
      if (isOpenAction(entity)) return opaque('in', entity, group);
      return decided(atoms.make(isSet ? 'inAny' : 'in', entity, group));
    },
    'contains St': test('contains'),
    'containsAll SS': test('containsAll'),
    'containsAny SS': test('containsAny'),
    'isEmpty S': (set: Term) => decided(isEmpty(set)),
    '+ LL': add('Long', 1n),
    '- LL': add('Long', -1n),
    'neg L': (term: Term) => fitting('Long', [-1n, term]),
    '* LL': (one: Term, other: Term) => {
      const [factor, term] = one.linear.weights.size === 0 ? [one, other] : [other, one];
      const { constant, weights } = factor.linear;
      return weights.size > 0 ? opaque('*', one, other) : fitting('Long', [constant, term]);
    },
    'isInRange aa': (term: Term, range: Term) => {
      if (range.form === 'ip') return decided(atoms.make('inRange', term, range));
      return sure(make('call', 'isInRange', [term, range]));
    },
    'offset du': add('datetime', 1n),
    'durationSince dd': add('duration', -1n),
    'toDate d': (time: Term) => fitting('datetime', [day, dayOf(time)]),
    'toTime d': (time: Term) => sure(sum('duration', 0n, [1n, time], [-day, dayOf(time)])),
    'toMilliseconds u': (duration: Term) => sure(sum('Long', 0n, [1n, duration])),
    'toSeconds u': divide(1000n),
    'toMinutes u': divide(60_000n),
    'toHours u': divide(3_600_000n),
    'toDays u': divide(day),
    ...{ 'ip x': construct('ip'), 'decimal x': construct('decimal') },
    ...{ 'datetime x': construct('datetime'), 'duration x': construct('duration') },
    'isIpv4 a': isIn('0.0.0.0/0'),
    'isIpv6 a': isIn('::/0'),
    'isLoopback a': isIn('127.0.0.0/8', '::1/128'),
    'isMulticast a': isIn('224.0.0.0/4', 'ff00::/8'),
  };
  const { tried } = makerOf(forms, effort);
  return (op: string, value: Expression['value'], operands: readonly Term[]): Cases => {
    if (op === 'Set') return sure(make('set', operands));
    if (op !== 'Record') return tried(op, value === undefined ? operands : [value, ...operands]) ?? [];
    const members = operands.map((member, at) => [value![at] as string, member]);
    return sure(make('record', members));
  };
}
