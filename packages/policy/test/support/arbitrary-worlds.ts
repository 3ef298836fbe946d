import fc from 'fast-check';
import { arbitraryExpressions, type Json } from './arbitrary-expressions.ts';
import {
  actionUids,
  attributes,
  constructorTexts,
  entityUids,
  longs,
  texts,
  unknownUids,
} from './universe.ts';

/** A policy set, entities and a request, all in Cedar's JSON form, integers as bigint. */
export interface World {
  readonly policies: Readonly<Record<string, Json>>;
  readonly templates: Readonly<Record<string, Json>>;
  readonly links: readonly Json[];
  readonly entities: readonly Json[];
  readonly request: {
    readonly principal: Json;
    readonly action: Json;
    readonly resource: Json;
    readonly context: Readonly<Record<string, Json>>;
  };
}

type Uid = { readonly type: string; readonly id: string };
const pick = <T>(options: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...options);
const plainUid = pick<Uid>([...entityUids, ...unknownUids]);
const actionUid = pick<Uid>(actionUids);
const typeName = pick([...new Set(entityUids.map(({ type }) => type))]);

const extension = pick(['ip', 'decimal', 'datetime', 'duration'] as const).chain((fn) =>
  // Malformed ones would make the engine refuse the whole request; they are tried in expressions, and once in a while here.
  fc
    .oneof(
      { weight: 60, arbitrary: fc.constant(constructorTexts[fn][2]) },
      { weight: 60, arbitrary: fc.constant(constructorTexts[fn][4]) },
      { weight: 1, arbitrary: pick(constructorTexts[fn]) },
    )
    .map((arg) => ({ __extn: { fn, arg } })),
);

const data = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc.boolean(),
    pick(longs),
    pick(texts),
    plainUid.map((uid) => ({ __entity: uid })),
    extension,
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(pick(['count', 'name', 'flag', '__proto__']), tie('value')), { maxLength: 3 })
      .map((list) => Object.fromEntries(list)),
  ),
})).value;

const typed: Readonly<Record<keyof typeof attributes, fc.Arbitrary<Json>>> = {
  boolean: fc.boolean(),
  long: pick(longs),
  text: pick(texts),
  entity: plainUid.map((uid) => ({ __entity: uid })),
  set: fc.oneof(
    fc.array(pick(texts), { maxLength: 3 }),
    fc.array(
      plainUid.map((uid) => ({ __entity: uid })),
      { maxLength: 3 },
    ),
    fc.array(data, { maxLength: 3 }),
  ),
  record: fc
    .array(fc.tuple(pick(['count', 'name', 'nested']), data), { maxLength: 3 })
    .map((list) => Object.fromEntries(list)),
  ipaddr: pick(['1.2.3.4', '::1', '10.0.0.0/8']).map((arg) => ({ __extn: { fn: 'ip', arg } })),
  decimal: pick(['1.0', '-0.5']).map((arg) => ({ __extn: { fn: 'decimal', arg } })),
  datetime: pick(['1970-01-01', '2024-02-29']).map((arg) => ({ __extn: { fn: 'datetime', arg } })),
  duration: pick(['1d', '-1h']).map((arg) => ({ __extn: { fn: 'duration', args: [arg] } })),
};

const named = Object.entries(attributes).flatMap(([kind, names]) =>
  names.map((name) =>
    fc
      .oneof({ weight: 9, arbitrary: typed[kind as keyof typeof attributes] }, { weight: 1, arbitrary: data })
      .map((json) => [name, json] as const),
  ),
);
const fields = fc
  .tuple(fc.tuple(...named), fc.array(fc.nat({ max: named.length - 1 }), { maxLength: 5 }))
  .map(
    ([all, dropped]): Record<string, Json> =>
      Object.fromEntries(all.filter((_, index) => !dropped.includes(index))),
  );

/** Parents come later in the list than their children, so that there are no cycles. */
const entities = fc
  .tuple(
    ...[...entityUids, ...actionUids].map((uid, index, all) => {
      const isAction = uid.type.endsWith('Action');
      const possible = all.slice(index + 1).filter((other) => other.type.endsWith('Action') || !isAction);
      const parent =
        possible.length === 0
          ? fc.constant<Uid>(isAction ? { type: 'Action', id: 'top' } : unknownUids[1])
          : pick<Uid>(possible);
      return fc
        .tuple(fc.integer({ min: 0, max: 4 }), fields, fc.uniqueArray(parent, { maxLength: 2 }), fields)
        .map(([present, attrs, parents, tags]) =>
          present === 0 ? [] : [{ uid, attrs, parents, ...(present > 2 ? { tags } : {}) }],
        );
    }),
  )
  .map((list): Json[] => list.flat());

const entityScope = (slot?: string) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant<Json>({ op: 'All' }) },
    { weight: 1, arbitrary: plainUid.map((entity) => ({ op: '==', ...(slot ? { slot } : { entity }) })) },
    { weight: 2, arbitrary: plainUid.map((entity) => ({ op: 'in', ...(slot ? { slot } : { entity }) })) },
    { weight: 1, arbitrary: typeName.map((entity_type) => ({ op: 'is', entity_type })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(typeName, plainUid)
        .map(([entity_type, entity]) => ({ op: 'is', entity_type, in: slot ? { slot } : { entity } })),
    },
  );
const actionScope = fc.oneof(
  fc.constant<Json>({ op: 'All' }),
  actionUid.map((entity) => ({ op: '==', entity })),
  actionUid.map((entity) => ({ op: 'in', entity })),
  fc.uniqueArray(actionUid, { maxLength: 3 }).map((list) => ({ op: 'in', entities: list })),
);
const effect = pick(['permit', 'permit', 'forbid'] as const);

function policy(maxDepth: number, slot?: string): fc.Arbitrary<Json> {
  const { boolean, any } = arbitraryExpressions(maxDepth);
  const body = fc.oneof({ weight: 15, arbitrary: boolean }, { weight: 1, arbitrary: any });
  const condition = fc.record({ kind: pick(['when', 'when', 'unless']), body });
  return fc.record({
    effect,
    principal: slot === undefined ? entityScope() : fc.constant<Json>({ op: 'in', slot }),
    action: actionScope,
    resource: entityScope(),
    conditions: fc.array(condition, { maxLength: 2 }),
  });
}

/** Random worlds; expressions nested at most `maxDepth` deep. */
export function arbitraryWorlds(maxDepth: number): fc.Arbitrary<World> {
  const numbered = (list: readonly Json[]) =>
    Object.fromEntries(list.map((json, index) => [`p${index}`, json]));
  return fc.record({
    policies: fc.array(policy(maxDepth), { minLength: 3, maxLength: 8 }).map(numbered),
    templates: fc.record({ template: policy(2, '?principal') }),
    links: plainUid.map((uid) => [
      { templateId: 'template', newId: 'linked', values: { '?principal': uid } },
    ]),
    entities,
    request: fc.record({ principal: plainUid, action: actionUid, resource: plainUid, context: fields }),
  });
}
