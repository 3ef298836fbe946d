import type { Random } from './random.ts';
import { pool } from './schema.ts';

/** An expression in Cedar's JSON form. */
export type Json = Readonly<Record<string, unknown>>;

export type Wanted =
  | 'Bool'
  | 'Long'
  | 'String'
  | 'User'
  | 'Group'
  | 'File'
  | 'Color'
  | 'Strings'
  | 'Users'
  | 'Longs'
  | 'Groups'
  | 'decimal'
  | 'datetime'
  | 'duration'
  | 'ipaddr'
  | 'Place';

export type Action = 'read' | 'write' | 'meet';

const value = (json: unknown): Json => ({ Value: json });
const get = (left: Json, attr: string): Json => ({ '.': { left, attr } });
const binary = (operator: string, left: Json, right: Json): Json => ({ [operator]: { left, right } });
const call = (name: string, ...args: Json[]): Json => ({ [name]: args });
const variable = (name: string): Json => ({ Var: name });
const entity = (type: string, id: string): Json => value({ __entity: { type, id } });

/** Attributes by the type of their value: of whom, and the name. */
const attributes: Readonly<
  Record<Wanted, readonly (readonly [of: 'User' | 'File' | 'Group' | 'Place' | 'context', name: string])[]>
> = {
  Bool: [
    ['User', 'active'],
    ['File', 'shared'],
    ['context', 'flag'],
  ],
  Long: [
    ['User', 'age'],
    ['User', 'score'],
    ['File', 'size'],
    ['Group', 'level'],
    ['context', 'n'],
    ['context', 'm'],
    ['Place', 'floor'],
  ],
  String: [
    ['User', 'name'],
    ['User', 'nick'],
    ['File', 'path'],
    ['context', 'text'],
    ['Place', 'building'],
  ],
  User: [
    ['User', 'boss'],
    ['File', 'owner'],
    ['context', 'who'],
  ],
  Group: [],
  File: [],
  Color: [['User', 'color']],
  Strings: [
    ['User', 'labels'],
    ['context', 'words'],
  ],
  Users: [
    ['User', 'friends'],
    ['File', 'readers'],
  ],
  Longs: [['User', 'marks']],
  Groups: [['User', 'teams']],
  decimal: [['User', 'limit']],
  datetime: [
    ['User', 'since'],
    ['context', 'now'],
  ],
  duration: [['User', 'lease']],
  ipaddr: [
    ['User', 'address'],
    ['context', 'from'],
  ],
  Place: [
    ['User', 'place'],
    ['context', 'place'],
  ],
};

/** Makes expressions, mostly of the type wanted; what reads optional attributes asks for them sometimes. */
export class Expressions {
  readonly #random: Random;
  readonly #action: Action;
  /** How often an expression of another type is put in. */
  readonly #wrong: number;

  constructor(random: Random, action: Action, wrong = 0.01) {
    this.#random = random;
    this.#action = action;
    this.#wrong = wrong;
  }

  make(wanted: Wanted, depth: number): Json {
    const random = this.#random;
    if (random.chance(this.#wrong)) return this.make(random.pick(Object.keys(attributes) as Wanted[]), 0);
    if (depth > 0 && random.chance(0.06)) return { 'if-then-else': this.#choice(wanted, depth) };
    if (wanted === 'Bool') return this.#bool(depth);
    const access = this.#access(wanted, depth);
    if (access !== undefined && random.chance(0.6)) return access;
    return this.#other(wanted, depth) ?? access ?? this.#constant(wanted);
  }

  #choice(wanted: Wanted, depth: number): Json {
    const test = this.make('Bool', depth - 1);
    const [yes, no] = [this.make(wanted, depth - 1), this.make(wanted, depth - 1)];
    return Object.fromEntries([
      ['if', test],
      ['then', yes],
      ['else', no],
    ]);
  }

  #access(wanted: Wanted, depth: number): Json | undefined {
    const possible = attributes[wanted].filter(([of]) => this.#owner(of) !== undefined);
    if (possible.length === 0) return undefined;
    const [of, name] = this.#random.pick(possible);
    return get(this.#owners(of, depth), name);
  }

  #owner(of: string): Json | undefined {
    switch (of) {
      case 'User':
        return variable('principal');
      case 'File':
        return this.#action === 'meet' ? undefined : variable('resource');
      case 'Place':
        return this.#action === 'meet'
          ? get(variable('context'), 'place')
          : get(variable('principal'), 'place');
      case 'Group':
        return entity('Group', this.#random.pick(pool.groups));
      default:
        return variable('context');
    }
  }

  #owners(of: string, depth: number): Json {
    if (of === 'context' || of === 'Group' || of === 'File') return this.#owner(of)!;
    if (of === 'User' && (depth <= 0 || this.#random.chance(0.6)))
      return variable(this.#action === 'meet' && this.#random.chance(0.4) ? 'resource' : 'principal');
    return this.make(of as Wanted, depth - 1);
  }

  #constant(wanted: Wanted): Json {
    const { pick } = { pick: <T>(list: readonly T[]) => this.#random.pick(list) };
    switch (wanted) {
      case 'Long':
        return value(pick(pool.longs));
      case 'String':
        return value(pick(pool.texts));
      case 'User':
        return entity('User', pick(pool.users));
      case 'Group':
        return entity('Group', pick(pool.groups));
      case 'File':
        return entity('File', pick(pool.files));
      case 'Color':
        return entity('Color', pick(pool.colors));
      case 'decimal':
        return call('decimal', value(pick(pool.decimals)));
      case 'datetime':
        return call('datetime', value(pick(pool.datetimes)));
      case 'duration':
        return call('duration', value(pick(pool.durations)));
      case 'ipaddr':
        return call('ip', value(pick(pool.ranges)));
      case 'Place':
        return {
          Record: {
            building: value(pick(pool.texts)),
            ...(this.#random.chance(0.5) ? { floor: value(pick(pool.longs)) } : {}),
          },
        };
      default:
        return value(this.#random.chance(0.5));
    }
  }

  #other(wanted: Wanted, depth: number): Json | undefined {
    const random = this.#random;
    if (depth <= 0) return this.#leaf(wanted);
    switch (wanted) {
      case 'Long':
        if (random.chance(0.15))
          return call(
            random.pick(['toMilliseconds', 'toSeconds', 'toDays']),
            this.make('duration', depth - 1),
          );
        if (random.chance(0.1)) return { neg: { arg: this.make('Long', depth - 1) } };
        if (random.chance(0.05)) return binary('getTag', variable('resource'), value(random.pick(pool.tags)));
        if (random.chance(0.15))
          return binary('*', this.make('Long', depth - 1), value(random.pick(pool.longs)));
        if (random.chance(0.4))
          return binary(random.pick(['+', '-']), this.make('Long', depth - 1), this.make('Long', depth - 1));
        break;
      case 'String':
        if (random.chance(0.15)) return binary('getTag', this.make('User', 0), this.make('String', 0));
        break;
      case 'datetime':
        if (random.chance(0.3))
          return call('offset', this.make('datetime', depth - 1), this.make('duration', depth - 1));
        if (random.chance(0.25)) return call('toDate', this.make('datetime', depth - 1));
        break;
      case 'duration':
        if (random.chance(0.3))
          return call('durationSince', this.make('datetime', depth - 1), this.make('datetime', depth - 1));
        if (random.chance(0.25)) return call('toTime', this.make('datetime', depth - 1));
        break;
    }
    return this.#leaf(wanted);
  }

  #leaf(wanted: Wanted): Json | undefined {
    switch (wanted) {
      case 'User':
        return this.#random.chance(0.7) ? variable('principal') : this.#constant('User');
      case 'File':
        return this.#action === 'meet' ? this.#constant('File') : variable('resource');
      case 'Strings':
        return this.#set('String');
      case 'Users':
        return this.#set('User');
      case 'Longs':
        return this.#set('Long');
      case 'Groups':
        return this.#set('Group');
      default:
        return this.#constant(wanted);
    }
  }

  #set(of: Wanted): Json {
    return { Set: this.#random.times(2, () => this.make(of, 0)) };
  }

  #bool(depth: number): Json {
    const random = this.#random;
    if (depth > 0 && random.chance(0.55)) {
      const way = random.below(10);
      if (way < 5) return binary('&&', this.make('Bool', depth - 1), this.make('Bool', depth - 1));
      if (way < 8) return binary('||', this.make('Bool', depth - 1), this.make('Bool', depth - 1));
      return { '!': { arg: this.make('Bool', depth - 1) } };
    }
    return this.#atom(depth);
  }

  #atom(depth: number): Json {
    const random = this.#random;
    const make = (wanted: Wanted) => this.make(wanted, depth - 1);
    switch (random.below(24)) {
      case 0:
      case 1:
        return { like: { left: make('String'), pattern: patternOf(random.pick(pool.patterns)) } };
      case 2:
      case 3:
        return binary(random.pick(['==', '!=']), make('String'), make('String'));
      case 4:
      case 5:
        return binary(random.pick(['<', '<=', '>', '>=', '==', '!=']), make('Long'), make('Long'));
      case 6:
        return binary(random.pick(['==', '!=']), make('User'), make('User'));
      case 7:
      case 8:
        return binary('in', random.chance(0.8) ? make('User') : make('File'), make('Group'));
      case 9:
        return binary('in', make('User'), random.chance(0.5) ? make('Groups') : make('Users'));
      case 10:
      case 11: {
        const wanted = random.pick(['Bool', 'Long', 'String', 'User', 'duration', 'ipaddr'] as const);
        const optional = attributes[wanted].filter(([of]) => this.#owner(of) !== undefined);
        const [of, name] = random.pick(optional);
        return { has: { left: this.#owners(of, depth - 1), attr: name } };
      }
      case 12: {
        const [sets, element] = random.pick([
          ['Strings', 'String'],
          ['Users', 'User'],
          ['Longs', 'Long'],
          ['Groups', 'Group'],
        ] as const);
        return binary('contains', make(sets), make(element));
      }
      case 13: {
        const sets = random.pick(['Strings', 'Users', 'Longs', 'Groups'] as const);
        return binary(random.pick(['containsAll', 'containsAny', '==']), make(sets), make(sets));
      }
      case 14:
        return { isEmpty: { arg: make(random.pick(['Strings', 'Users', 'Longs'] as const)) } };
      case 15:
        return binary(
          'hasTag',
          make('User'),
          random.chance(0.7) ? value(random.pick(pool.tags)) : make('String'),
        );
      case 16:
        return {
          is: {
            left: random.chance(0.5) ? make('User') : make('Group'),
            entity_type: random.pick(['User', 'File', 'Group']),
            ...(random.chance(0.5) ? { in: make('Group') } : {}),
          },
        };
      case 17:
        return call(
          random.pick(['lessThan', 'lessThanOrEqual', 'greaterThan']),
          make('decimal'),
          make('decimal'),
        );
      case 18:
      case 22:
        return binary(random.pick(['<', '<=', '==']), make('datetime'), make('datetime'));
      case 23:
        return binary(random.pick(['<', '<=', '==']), make('duration'), make('duration'));
      case 19:
        return random.chance(0.5)
          ? call('isInRange', make('ipaddr'), call('ip', value(random.pick(pool.ranges))))
          : random.chance(0.5)
            ? call(random.pick(['isIpv4', 'isIpv6', 'isLoopback']), make('ipaddr'))
            : binary('==', make('ipaddr'), make('ipaddr'));
      case 20:
        return random.chance(0.5)
          ? binary('==', make('Place'), make('Place'))
          : binary('==', make('Color'), make('Color'));
      default:
        return get(variable(random.chance(0.5) ? 'principal' : 'context'), random.pick(['active', 'flag']));
    }
  }
}

export function patternOf(text: string): readonly unknown[] {
  return text
    .split(/(\*)/)
    .filter((part) => part !== '')
    .map((part) => (part === '*' ? 'Wildcard' : { Literal: part }));
}
