import { type Action, Expressions, type Json, patternOf } from './expressions.ts';
import { policySet } from './policies.ts';
import type { Random } from './random.ts';
import { pool } from './schema.ts';

const value = (json: unknown): Json => ({ Value: json });
const get = (left: Json, attr: string): Json => ({ '.': { left, attr } });
const binary = (operator: string, left: Json, right: Json): Json => ({ [operator]: { left, right } });
const call = (name: string, ...args: Json[]): Json => ({ [name]: args });
const not = (arg: Json): Json => ({ '!': { arg } });
const and = (...all: Json[]): Json => all.reduce((left, right) => binary('&&', left, right));
const like = (left: Json, pattern: string): Json => ({ like: { left, pattern: patternOf(pattern) } });
const group = (id: string): Json => value({ __entity: { type: 'Group', id } });

/** A condition, and one that mostly follows from it, by what atoms mean and not by how they are joined. */
export interface Implication {
  readonly strong: Json;
  readonly weak: Json;
}

type Make = (random: Random, make: Expressions) => Implication;

const makers: readonly Make[] = [
  (random, make) => {
    const [x, a, b] = [make.make('Long', 1), random.below(6), random.below(6)];
    return { strong: binary('<', x, value(BigInt(a))), weak: binary('<=', x, value(BigInt(b))) };
  },
  (random, make) => {
    const [x, y, z] = [make.make('Long', 0), make.make('Long', 0), make.make('Long', 0)];
    return {
      strong: and(binary('<', x, y), binary(random.pick(['<', '<=']), y, z)),
      weak: binary('<', x, z),
    };
  },
  (random, make) => {
    const [x, y] = [make.make('Long', 0), make.make('Long', 0)];
    const sum = binary('+', binary('*', x, value(2n)), binary('*', y, value(BigInt(2 * random.below(2)))));
    return {
      strong: binary('==', sum, sum),
      weak: not(binary('==', sum, value(BigInt(2 * random.below(3) + 1)))),
    };
  },
  (random, make) => {
    const [x, y] = [make.make('Long', 1), make.make('Long', 1)];
    const [a, b] = [BigInt(random.below(5)), BigInt(random.below(5))];
    return {
      strong: and(binary('>=', binary('+', x, y), value(a + b)), binary('<', x, value(a))),
      weak: binary('>', y, value(b)),
    };
  },
  (random, make) => {
    const x = make.make('String', 1);
    return { strong: like(x, random.pick(pool.patterns)), weak: like(x, random.pick(pool.patterns)) };
  },
  (random, make) => {
    const x = make.make('String', 0);
    return {
      strong: and(like(x, random.pick(pool.patterns)), not(like(x, random.pick(pool.patterns)))),
      weak: random.chance(0.5)
        ? like(x, random.pick(pool.patterns))
        : not(like(x, random.pick(pool.patterns))),
    };
  },
  (random, make) => {
    const [a, b] = [make.make('User', 1), make.make('User', 1)];
    const property = (of: Json): Json =>
      random.pick([
        binary('<', get(of, 'age'), value(5n)),
        like(get(of, 'name'), 'a*'),
        get(of, 'active'),
        binary('in', of, group('g')),
        binary('contains', get(of, 'labels'), value('a')),
        like(get(get(of, 'place'), 'building'), 'a'),
        { has: { left: of, attr: 'boss' } },
        binary('hasTag', of, value('a')),
        binary('==', get(of, 'color'), value({ __entity: { type: 'Color', id: 'red' } })),
      ]);
    const seeded = random.next();
    // The same property of both.
    const pick = random.pick;
    random.pick = (options) => options[Math.floor(seeded * options.length)]!;
    const [ofA, ofB] = [property(a), property(b)];
    random.pick = pick;
    return { strong: and(binary('==', a, b), ofA), weak: ofB };
  },
  (random, make) => {
    const x = random.chance(0.7) ? make.make('User', 1) : { Var: 'resource' };
    const [g, h] = [group(random.pick(pool.groups)), group(random.pick(pool.groups))];
    return { strong: and(binary('in', x, g), binary('in', g, h)), weak: binary('in', x, h) };
  },
  (random, make) => {
    const [s, t, x] = [make.make('Strings', 0), make.make('Strings', 0), make.make('String', 0)];
    const strong = and(binary('containsAll', s, t), binary('contains', t, x));
    const weak = random.pick([
      binary('contains', s, x),
      binary('containsAny', s, t),
      not({ isEmpty: { arg: s } }),
    ]);
    return { strong, weak };
  },
  (random, make) => {
    const [s, t, x] = [make.make('Longs', 0), make.make('Longs', 0), make.make('Long', 1)];
    const strong = random.pick([
      and(binary('contains', s, x), binary('contains', t, x)),
      binary('containsAny', s, t),
      and(binary('==', s, t), not({ isEmpty: { arg: t } })),
    ]);
    const weak = random.pick([
      binary('containsAny', s, t),
      not({ isEmpty: { arg: s } }),
      binary('containsAny', t, s),
    ]);
    return { strong, weak };
  },
  (random, make) => {
    const [x, groups, g] = [make.make('User', 0), make.make('Groups', 0), group(random.pick(pool.groups))];
    const strong = and(binary('contains', groups, g), binary('in', x, g));
    return random.chance(0.5)
      ? { strong, weak: binary('in', x, groups) }
      : { strong: binary('in', x, groups), weak: not({ isEmpty: { arg: groups } }) };
  },
  (random, make) => {
    const x = make.make('ipaddr', 0);
    const range = () => call('isInRange', x, call('ip', value(random.pick(pool.ranges))));
    return { strong: range(), weak: random.pick([range(), call('isIpv4', x), not(range())]) };
  },
  (random, make) => {
    const [d, e] = [make.make('datetime', 0), make.make('datetime', 0)];
    return random.pick<Implication>([
      { strong: binary('==', call('toDate', d), e), weak: binary('<=', e, d) },
      { strong: binary('<', d, e), weak: binary('<=', call('toDate', d), call('toDate', e)) },
      { strong: binary('<', d, e), weak: binary('<', call('toTime', d), call('duration', value('24h'))) },
      {
        strong: binary(
          '>',
          call('durationSince', d, e),
          call('duration', value(random.pick(pool.durations))),
        ),
        weak: binary('>', d, e),
      },
      {
        strong: binary('>=', call('toSeconds', call('durationSince', d, e)), value(BigInt(random.below(3)))),
        weak: binary('>=', d, e),
      },
    ]);
  },
  (_random, make) => {
    const [x, y] = [make.make('Place', 0), make.make('Place', 0)];
    return { strong: binary('==', x, y), weak: binary('==', get(x, 'building'), get(y, 'building')) };
  },
  (_random, make) => {
    const x = make.make('User', 1);
    const is = (id: string) => binary('==', get(x, 'color'), value({ __entity: { type: 'Color', id } }));
    return { strong: and({ has: { left: x, attr: 'name' } }, not(is('red'))), weak: is('green') };
  },
];

/** What one forbid says more weakly than the invariant: proved if the implication holds, whatever else there is. */
export function randomImplications(random: Random, action: Action) {
  const make = new Expressions(random, action, 0);
  const implications = Array.from({ length: 1 + random.below(2) }, () => random.pick(makers)(random, make));
  const any = {
    principal: { op: 'All' },
    action: { op: '==', entity: { type: 'Action', id: action } },
    resource: { op: 'All' },
  };
  const when = (body: Json) => ({ kind: 'when', body });
  const permits = random.chance(0.5)
    ? [{ effect: 'permit', ...any, conditions: [] }]
    : [{ effect: 'permit', ...any, conditions: [when(make.make('Bool', 2))] }];
  const forbids = implications.map(({ weak }) => ({ effect: 'forbid', ...any, conditions: [when(weak)] }));
  const invariants = implications.map(({ strong }) => {
    const more = random.chance(0.4) ? [when(make.make('Bool', 2))] : [];
    return { effect: 'forbid', ...any, conditions: [when(strong), ...more] };
  });
  return { policies: policySet([...permits, ...forbids]), invariants: policySet(invariants, 'i') };
}
