import { constructors, readIp } from '../../../src/policy/extension.ts';
import type { Json } from './cedar-text.ts';
import type { Model, Stored } from './evaluate.ts';
import type { Random } from './random.ts';
import { keyOf, type Value } from './value.ts';
import { attributes } from './world.ts';

const texts = ['', 'a', 'ab', 'b', 'aab', 'c/x', '1.5', '10.0.0.0/8', '2024-01-01', '1h', 'é*'];
const longs = [-3n, -1n, 0n, 1n, 2n, 7n, 2n ** 53n - 1n, -(2n ** 53n) + 1n];
const hugeLongs = [...longs, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 62n, 3037000500n];
const extensions = {
  ip: ['10.0.0.1', '10.0.0.0/8', '127.0.0.1', '::1', 'ff02::1/16', '10.1.2.3/24', 'nonsense', '224.0.0.0/3'],
  decimal: ['0.0', '1.5', '-0.5', '922337203685477.5807', '1.50', '1', '-1.2345'],
  datetime: [
    '1970-01-01',
    '2024-02-29T01:02:03Z',
    '1969-12-31T23:59:59.999+0130',
    '2023-02-29',
    '0000-01-01',
  ],
  duration: ['0ms', '1d2h', '-1d', '-3m1ms', '9223372036854775807ms', '1h1d', '-9223372036854775808ms'],
};
const groupIds = ['g', 'h', 'i', 'none'];
const uids = [
  ...['alice', 'bob', 'ghost'].map((id) => ({ type: 'User', id })),
  ...groupIds.map((id) => ({ type: 'Group', id })),
  ...['red', 'green', 'blue'].map((id) => ({ type: 'N::Color', id })),
  ...['view', 'read', 'all', 'edit', 'unheard'].map((id) => ({ type: 'Action', id })),
  { type: 'Doc', id: 'd' },
];

const call = (fn: string, arg: string): Json => ({ [fn]: [{ Value: arg }] });
const entityJson = (uid: { type: string; id: string }): Json => ({ Value: { __entity: uid } });
type Kind =
  | 'Bool'
  | 'String'
  | 'Long'
  | 'decimal'
  | 'datetime'
  | 'duration'
  | 'ipaddr'
  | 'entity'
  | 'set'
  | 'record'
  | 'any';
const kinds: readonly Kind[] = [
  'Bool',
  'String',
  'Long',
  'decimal',
  'datetime',
  'duration',
  'ipaddr',
  'entity',
  'set',
  'record',
];
const attributesOf: Readonly<Record<Kind, readonly string[]>> = {
  Bool: ['flag'],
  String: ['name', 'nick'],
  Long: ['level', 'limit'],
  decimal: ['rate'],
  datetime: ['time'],
  duration: ['span'],
  ipaddr: ['address'],
  entity: ['home', 'color', 'act', 'owner'],
  set: ['texts', 'longs', 'groups', 'records'],
  record: ['inner'],
  any: ['x', 'y', 'nothing'],
};
const constructorOf = {
  decimal: 'decimal',
  datetime: 'datetime',
  duration: 'duration',
  ipaddr: 'ip',
} as const;

/** A random expression, most of the time of a kind. */
export function expressionOf(random: Random, wanted: Kind, depth: number): Json {
  const { pick, chance, below } = random;
  const kind = wanted === 'any' || chance(0.03) ? pick(kinds) : wanted;
  const of = (inner: Kind): Json => expressionOf(random, inner, depth - 1);
  const pair = (left: Kind, right = left) => ({ left: of(left), right: of(right) });
  const owner = (): Json =>
    chance(0.5)
      ? { Var: pick(['context', 'principal', 'resource']) }
      : of(pick(['entity', 'entity', 'record']));
  if (depth <= 0 || chance(0.1)) return leaf(random, kind);
  if (chance(0.15))
    return {
      'if-then-else': Object.fromEntries([
        ['if', of('Bool')],
        ['then', of(kind)],
        ['else', of(kind)],
      ]),
    };
  if (chance(0.35)) return { '.': { left: owner(), attr: pick(attributesOf[kind]) } };
  if (chance(0.05))
    return { '.': { left: { Record: { a: of(kind), nick: of('any') } }, attr: pick(['a', 'nick', 'b']) } };
  switch (kind) {
    case 'Bool':
      return truth(random, of, pair, owner);
    case 'String':
      return chance(0.5) ? { getTag: pair('entity', 'String') } : leaf(random, kind);
    case 'Long':
      if (chance(0.2)) return { neg: { arg: of('Long') } };
      if (chance(0.3))
        return {
          [pick(['toMilliseconds', 'toSeconds', 'toMinutes', 'toHours', 'toDays'])]: [of('duration')],
        };
      return { [pick(['+', '-', '*'])]: pair('Long') };
    case 'datetime':
      if (chance(0.3)) return { toDate: [of('datetime')] };
      return chance(0.4) ? { offset: [of('datetime'), of('duration')] } : { datetime: [of('String')] };
    case 'duration':
      if (chance(0.3)) return { toTime: [of('datetime')] };
      return chance(0.4) ? { durationSince: [of('datetime'), of('datetime')] } : { duration: [of('String')] };
    case 'decimal':
    case 'ipaddr':
      return { [constructorOf[kind]]: [of('String')] };
    case 'set': {
      const inner = pick(kinds);
      if (chance(0.2)) return { getTag: { left: { Var: 'resource' }, right: of('String') } };
      return { Set: Array.from({ length: below(3) }, () => of(chance(0.9) ? inner : 'any')) };
    }
    case 'record':
      return chance(0.5)
        ? { Record: { x: of('Long'), y: of('String') } }
        : { Record: { x: of('Long'), ...(chance(0.3) ? { z: of('any') } : {}) } };
    default:
      return leaf(random, kind);
  }
}

function truth(
  { pick, chance, below }: Random,
  of: (kind: Kind) => Json,
  pair: (left: Kind, right?: Kind) => Json,
  owner: () => Json,
): Json {
  const number = pick(['Long', 'datetime', 'duration'] as const);
  const same = pick(kinds);
  const all: readonly (() => Json)[] = [
    () => ({ '!': { arg: of('Bool') } }),
    () => ({ '&&': pair('Bool') }),
    () => ({ '||': pair('Bool') }),
    () => ({ [pick(['==', '!='])]: pair(same) }),
    () => ({ [pick(['<', '<=', '>', '>='])]: pair(number) }),
    () => ({
      [pick(['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'])]: [
        of('decimal'),
        of('decimal'),
      ],
    }),
    () => ({ in: pair('entity', pick(['entity', 'set'])) }),
    () => ({
      in: { left: { Var: pick(['principal', 'action', 'resource']) }, right: of(pick(['entity', 'set'])) },
    }),
    () => ({
      in: { left: of('entity'), right: { Set: Array.from({ length: below(3) }, () => of('entity')) } },
    }),
    () => ({ has: { left: owner(), attr: pick([...Object.keys(attributes), 'x', 'y', 'nothing']) } }),
    () => ({
      has: {
        left: owner(),
        attr: pick([
          ['inner', 'y'],
          ['owner', 'inner', 'x'],
          ['home', 'nick'],
        ]),
      },
    }),
    () => ({ hasTag: pair('entity', 'String') }),
    () => ({ like: { left: of('String'), pattern: pick(patterns) } }),
    () => ({
      is: {
        left: of('entity'),
        entity_type: pick(['User', 'Group', 'N::Color', 'Action', 'Nothing']),
        ...(chance(0.3) ? { in: of('entity') } : {}),
      },
    }),
    () => ({ contains: pair('set', pick(['String', 'Long', 'entity', 'record', 'any'])) }),
    () => ({ [pick(['containsAll', 'containsAny'])]: pair('set') }),
    () => ({ isEmpty: { arg: of('set') } }),
    () => ({ [pick(['isIpv4', 'isIpv6', 'isLoopback', 'isMulticast'])]: [of('ipaddr')] }),
    () => ({ isInRange: [of('ipaddr'), of('ipaddr')] }),
  ];
  return pick(all)();
}

const patterns: readonly Json[] = [
  ['Wildcard'],
  [],
  [{ Literal: 'a' }, { Literal: 'b' }],
  [{ Literal: 'a' }, 'Wildcard'],
  ['Wildcard', { Literal: 'ab' }],
  [{ Literal: 'c' }, { Literal: '/' }, 'Wildcard', 'Wildcard'],
  ['Wildcard', { Literal: 'a' }, 'Wildcard', { Literal: 'b' }],
  [{ Literal: 'é*' }],
];

function leaf({ pick, chance }: Random, kind: Kind): Json {
  if (kind === 'entity' || kind === 'any')
    return chance(0.4) ? { Var: pick(['principal', 'action', 'resource']) } : entityJson(pick(uids));
  if (kind === 'Bool') return { Value: chance(0.5) };
  if (kind === 'String') return { Value: pick(texts) };
  if (kind === 'Long') return { Value: pick(hugeLongs) };
  if (kind === 'record')
    return chance(0.5)
      ? { Var: 'context' }
      : { Value: { x: pick(longs), ...(chance(0.5) ? { y: pick(texts) } : {}) } };
  if (kind === 'set') {
    const all: readonly Json[] = [
      [],
      ['a', 'b'],
      [1n, 2n],
      ['a'],
      [{ __entity: uids[3]! }],
      [{ x: 1n, y: 'a' }],
      [{ __entity: uids[4]! }, 'a'],
    ];
    return { Value: pick(all) };
  }
  const name = constructorOf[kind];
  return chance(0.5)
    ? call(name, pick(extensions[name]))
    : { Value: { __extn: { fn: name, arg: pick(extensions[name]) } } };
}

/** A random request with a store that fits the schema, and the same in Cedar's JSON forms. */
export function modelOf(random: Random, principalType: 'User' | 'N::Color') {
  const { pick, chance, some } = random;
  const entity = (type: string, id: string): Value => ({ kind: 'entity', type, id });
  const number = (unit: string, number: bigint): Value => ({ kind: 'number', unit, number });
  const record = (all: readonly (readonly [string, Value])[]): Value => ({
    kind: 'record',
    members: new Map(all),
  });
  const text = (): Value => ({ kind: 'String', text: pick(texts) });
  const long = (): Value => number('Long', pick(longs));
  const valid = (name: 'decimal' | 'datetime' | 'duration'): Value =>
    number(name, pick(extensions[name].flatMap((one) => constructors.get(name)!(one) ?? [])));
  const setOf = (make: () => Value): Value => ({ kind: 'set', elements: some([1, 2, 3]).map(make) });
  const inner = (): Value => record([['x', long()], ...(chance(0.5) ? [['y', text()] as const] : [])]);
  const optional = (all: readonly (readonly [string, Value])[]) => some(all);
  const whole = () => [
    ['flag', { kind: 'Bool', is: chance(0.5) }] as const,
    ['name', text()] as const,
    ['level', long()] as const,
    ['rate', valid('decimal')] as const,
    ['time', valid('datetime')] as const,
    ['span', valid('duration')] as const,
    [
      'address',
      { kind: 'ipaddr', range: readIp(pick(extensions.ip.filter((one) => readIp(one))))! },
    ] as const,
    ['home', entity('Group', pick(groupIds))] as const,
    ['color', entity('N::Color', pick(['red', 'green']))] as const,
    ['act', entity('Action', pick(['view', 'read', 'unheard']))] as const,
    ['inner', inner()] as const,
    ['texts', setOf(text)] as const,
    ['longs', setOf(long)] as const,
    ['groups', setOf(() => entity('Group', pick(groupIds)))] as const,
    ['records', setOf(inner)] as const,
    ...optional([
      ['nick', text()],
      ['limit', long()],
      ['owner', entity('User', pick(['alice', 'bob', 'ghost']))],
    ]),
  ];
  const parents = new Map<string, string[]>();
  const store = new Map<string, Stored>();
  const above = new Map<string, Set<string>>();
  const add = (
    type: string,
    id: string,
    own: readonly (readonly [string, Value])[],
    tags: readonly (readonly [string, Value])[],
    groups: readonly string[],
  ): void => {
    const key = `${type}::"${id}"`;
    parents.set(key, [...groups]);
    above.set(key, new Set(groups.flatMap((group) => [group, ...(above.get(group) ?? [])])));
    store.set(key, { attributes: new Map(own), tags: new Map(tags), above: above.get(key)! });
  };
  const group = (id: string): string => `Group::"${id}"`;
  const action = (id: string): string => `Action::"${id}"`;
  add('Action', 'all', [], [], []);
  add('Action', 'read', [], [], [action('all')]);
  add('Action', 'view', [], [], [action('read')]);
  add('Action', 'edit', [], [], []);
  // In this order no group can be in itself.
  for (const [at, id] of ['g', 'h', 'i'].entries()) {
    if (chance(0.2)) continue;
    const own = [['level', long()] as const, ...optional([['nick', text()]])];
    add('Group', id, own, [], some(['g', 'h'].slice(0, at).map(group)));
  }
  const tags = (make: () => Value) => some(['a', 'ab', 'b']).map((name) => [name, make()] as const);
  for (const id of ['alice', 'bob'])
    if (chance(0.85)) add('User', id, whole(), tags(text), some(['g', 'h', 'i', 'none'].map(group), 0.4));
  if (chance(0.5)) add('N::Color', 'red', [], [], []);
  if (chance(0.85))
    add(
      'Doc',
      'd',
      [],
      tags(() => setOf(text)),
      some([group('g'), group('i'), 'N::Color::"red"']),
    );
  const principal =
    principalType === 'User'
      ? entity('User', pick(['alice', 'bob', 'ghost']))
      : entity('N::Color', pick(['red', 'green']));
  const model = { principal, resource: entity('Doc', 'd'), context: record(whole()), store } as Model;
  const uidOf = (key: string) => {
    const [, type, id] = /^(.*)::"(.*)"$/.exec(key)!;
    return { type: type!, id: id! };
  };
  const members = (all: ReadonlyMap<string, Value>) =>
    Object.fromEntries([...all].map(([name, value]) => [name, jsonOf(value)]));
  const entities = [...store].map(([key, { attributes: own, tags: all }]) => ({
    uid: uidOf(key),
    attrs: members(own),
    tags: members(all),
    parents: parents.get(key)!.map(uidOf),
  }));
  return {
    model,
    request: {
      principal: uidOf(keyOf(principal)),
      resource: { type: 'Doc', id: 'd' },
      context: jsonOf(model.context) as Record<string, unknown>,
    },
    entities,
  };
}

/** A value in Cedar's JSON form for data. */
function jsonOf(value: Value): unknown {
  switch (value.kind) {
    case 'Bool':
      return value.is;
    case 'String':
      return value.text;
    case 'entity':
      return { __entity: { type: value.type, id: value.id } };
    case 'set':
      return value.elements.map(jsonOf);
    case 'record':
      return Object.fromEntries([...value.members].map(([name, member]) => [name, jsonOf(member)]));
    case 'ipaddr':
      return { __extn: { fn: 'ip', arg: ipText(value.range.join('/')) } };
    case 'number':
      if (value.unit === 'Long') return Number(value.number);
      if (value.unit === 'duration') return { __extn: { fn: 'duration', arg: `${value.number}ms` } };
      if (value.unit === 'decimal') {
        const digits = String(value.number < 0n ? -value.number : value.number).padStart(5, '0');
        return {
          __extn: {
            fn: 'decimal',
            arg: `${value.number < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`,
          },
        };
      }
      return {
        __extn: {
          fn: 'offset',
          args: [
            { __extn: { fn: 'datetime', arg: '1970-01-01' } },
            { __extn: { fn: 'duration', arg: `${value.number}ms` } },
          ],
        },
      };
  }
}

/** The text of an ipaddr by its key: version, address and prefix. */
function ipText(key: string): string {
  const [version, address, prefix] = key.split('/').map(BigInt) as [bigint, bigint, bigint];
  const [count, size] = version === 4n ? [4, 8n] : [8, 16n];
  const groups = Array.from(
    { length: count },
    (_, at) => (address >> (size * BigInt(count - 1 - at))) & ((1n << size) - 1n),
  );
  return `${version === 4n ? groups.join('.') : groups.map((one) => one.toString(16)).join(':')}/${prefix}`;
}
