import {
  type EntitySource,
  type EntityUid,
  entities,
  type NamedEntity,
  type Request,
  recordValue,
  setValue,
  type Value,
  valueFromJson,
} from '@kiten/policy';
import type { Action } from './expressions.ts';
import type { Random } from './random.ts';
import { pool } from './schema.ts';

/** A request and a store that fit the schema; some entities are missing. */
export interface World {
  readonly request: Request;
  readonly source: EntitySource;
  readonly list: readonly NamedEntity[];
}

export function randomWorld(random: Random, action: Action): World {
  const text = () => random.pick(pool.texts);
  const long = () => random.pick(pool.longs);
  const user = (): EntityUid => ({ type: 'User', id: random.pick([...pool.users, 'w']) });
  const group = (): EntityUid => ({ type: 'Group', id: random.pick([...pool.groups, 'k']) });
  const entity = ({ type, id }: EntityUid): Value => ({ kind: 'entity', type, id });
  const extension = (fn: string, arg: string) => valueFromJson({ __extn: { fn, arg } });
  const optional = (name: string, make: () => Value) => (random.chance(0.5) ? [[name, make()] as const] : []);
  const place = () => recordValue([['building', text()], ...optional('floor', long)]);
  const ip = () => extension('ip', random.pick(pool.ranges));
  const set = (make: () => Value) => setValue(random.times(2, make));
  const datetime = () => extension('datetime', random.pick(pool.datetimes));

  const aboveG = random.chance(0.4) ? ['h'] : [];
  const aboveK = random.chance(0.3) ? ['g', ...aboveG] : [];
  const above: Record<string, readonly string[]> = { g: aboveG, h: [], k: aboveK };
  const ancestors = (direct: readonly string[]) => {
    const all = new Set(direct.flatMap((id) => [id, ...(above[id] ?? [])]));
    return new Map(all.size === 0 ? [] : [['Group', all] as const]);
  };
  const users = [...pool.users, 'w'].map(
    (id): NamedEntity => ({
      uid: { type: 'User', id },
      entity: {
        attributes: new Map<string, Value>([
          ['name', text()],
          ...optional('nick', text),
          ['age', long()],
          ...optional('score', long),
          ['active', random.chance(0.5)],
          ...optional('boss', () => entity(user())),
          ['place', place()],
          ['labels', set(text)],
          ['friends', set(() => entity(user()))],
          ['marks', set(long)],
          ['teams', set(() => entity(group()))],
          ['color', entity({ type: 'Color', id: random.pick(pool.colors) })],
          ['limit', extension('decimal', random.pick(pool.decimals))],
          ['since', datetime()],
          ...optional('lease', () => extension('duration', random.pick(pool.durations))),
          ['address', ip()],
        ]),
        tags: new Map(random.some(pool.tags).map((tag) => [tag, text()])),
        ancestors: ancestors(random.some([...pool.groups, 'k'], 0.4)),
      },
    }),
  );
  const groups = ['g', 'h', 'k'].map(
    (id): NamedEntity => ({
      uid: { type: 'Group', id },
      entity: { attributes: new Map([['level', long()]]), tags: new Map(), ancestors: ancestors(above[id]!) },
    }),
  );
  const files = [...pool.files, 'e'].map(
    (id): NamedEntity => ({
      uid: { type: 'File', id },
      entity: {
        attributes: new Map<string, Value>([
          ['owner', entity(user())],
          ['path', text()],
          ['size', long()],
          ...optional('shared', () => random.chance(0.5)),
          ['readers', set(() => entity(user()))],
        ]),
        tags: new Map(random.some(pool.tags).map((tag) => [tag, long()])),
        ancestors: ancestors(random.some(pool.groups, 0.4)),
      },
    }),
  );
  // A group that others pass through has to be there, or what it is in would not follow.
  const list = [...users, ...files, ...groups].filter(
    ({ uid }) => uid.type === 'Group' || random.chance(0.9),
  );
  const actions = ['read', 'write', 'meet', 'all'].map(
    (id): NamedEntity => ({
      uid: { type: 'Action', id },
      entity: {
        attributes: new Map(),
        tags: new Map(),
        ancestors: id === 'read' || id === 'write' ? new Map([['Action', new Set(['all'])]]) : new Map(),
      },
    }),
  );
  const context =
    action === 'meet'
      ? recordValue([['place', place()]])
      : recordValue([
          ['now', datetime()],
          ...optional('from', ip),
          ['text', text()],
          ['n', long()],
          ...optional('m', long),
          ['flag', random.chance(0.5)],
          ...optional('who', () => entity(user())),
          ['words', set(text)],
        ]);
  const request: Request = {
    principal: user(),
    action: { type: 'Action', id: action },
    resource: action === 'meet' ? user() : { type: 'File', id: random.pick([...pool.files, 'e']) },
    context,
  };
  return { request, list, source: entities(...list, ...actions) };
}
