import { schemaToJsonWithResolvedTypes } from '@cedar-policy/cedar-wasm/nodejs';
import { expect, test } from 'vitest';
import { nameOf } from '../../src/policy/json.ts';
import { Refusal } from '../../src/policy/report.ts';
import { readSchema } from '../../src/policy/schema.ts';

const read = (value: unknown) => readSchema(JSON.stringify(value));
const types = (entityTypes: object, more: object = {}) => ({ '': { entityTypes, actions: {}, ...more } });
const record = (attributes: object) => ({ shape: { type: 'Record', attributes } });

test('a schema with resolved names is read as it is meant', () => {
  const answer = schemaToJsonWithResolvedTypes(`
    type decimal = Long;
    namespace N {
      type Place = { "room": String, floor?: Long };
      entity Color enum ["red", "green"];
      entity Long, Group;
      entity User in [Group, Color] { place: Place, number: Long, count: __cedar::Long, price: __cedar::decimal, cost: decimal, act: Action, all: Set<Place> } tags Set<String>;
      action view in [read] appliesTo { principal: [User, Color], resource: [Group], context: Place };
      action read in [Action::"all"];
      action all;
    }`);
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  const { types, actions } = read(answer.json);
  const user = types.get('@N::User')!;
  const kinds = [...user.attributes!].map(([name, { type }]) => [name, type.kind]);
  expect(Object.fromEntries(kinds)).toEqual({
    place: 'record',
    number: '@N::Long',
    count: 'Long',
    price: 'decimal',
    cost: 'Long',
    act: '@N::Action',
    all: 'set',
  });
  expect(user.attributes!.get('place')!.type.attributes!.get('floor')).toMatchObject({
    isRequired: false,
    type: { kind: '@N::Long' },
  });
  expect(user.tags).toMatchObject({ kind: 'set', element: { kind: 'String' } });
  expect([...user.above]).toEqual(['@N::Group', '@N::Color']);
  expect(types.get('@N::Color')!.ids).toEqual(['red', 'green']);
  const view = actions.get('N::Action::"view"')!;
  expect(view.groups.map(nameOf)).toEqual(['view', 'read', 'all'].map((id) => `N::Action::"${id}"`));
  expect([view.principals, view.resources]).toEqual([['N::User', 'N::Color'], ['N::Group']]);
  expect(view.context.attributes!.get('room')!.isRequired).toBe(true);
});

test('a type may be above itself', () => {
  const { types: read1 } = read(types({ A: { memberOfTypes: ['B'] }, B: { memberOfTypes: ['A'] }, C: {} }));
  expect([...read1.get('@A')!.above].sort()).toEqual(['@A', '@B']);
  expect([...read1.get('@C')!.above]).toEqual([]);
});

const long = { type: 'Long' };
const deep = (depth: number): object => (depth === 0 ? long : { type: 'Set', element: deep(depth - 1) });
const chain = (length: number) =>
  Object.fromEntries(
    Array.from({ length }, (_, at) => [
      `T${at}`,
      at === 0 ? long : { type: 'Set', element: { type: `T${at - 1}` } },
    ]),
  );

const refused: Readonly<Record<string, unknown>> = {
  'that is no object': [],
  'with another member': types({}, { more: {} }),
  'without actions': { '': { entityTypes: {} } },
  'with a namespace of no name': { 'a b': { entityTypes: {}, actions: {} } },
  'with an empty enumeration': types({ A: { enum: [] } }),
  'with an enumeration that has more': types({ A: { enum: ['a'], memberOfTypes: [] } }),
  'with an entity type named Action': types({ Action: {} }),
  'with an entity type of no name': types({ 'A"': {} }),
  'with a member of an undeclared type': types({ A: { memberOfTypes: ['B'] } }),
  'with an attribute of an undeclared type': types({ A: record({ a: { type: 'Entity', name: 'B' } }) }),
  'with an attribute of an unheard type': types({ A: record({ a: { type: 'Unheard' } }) }),
  'with an entity type without its name': types({ A: {}, B: record({ a: { type: 'A' } }) }),
  'with an unheard extension': types({ A: record({ a: { type: 'Extension', name: 'Long' } }) }),
  'with a set of nothing': types({ A: record({ a: { type: 'Set' } }) }),
  'with a shape that is no record': types({ A: { shape: long } }),
  'with a record that is open': types({
    A: { shape: { type: 'Record', attributes: {}, additionalAttributes: false } },
  }),
  'with a required that is neither': types({ A: record({ a: { ...long, required: 1 } }) }),
  'with a common type within itself': types(
    { A: record({ a: { type: 'T' } }) },
    { commonTypes: { T: { type: 'Set', element: { type: 'T' } } } },
  ),
  'with types nested too deep': types({ A: record({ a: deep(120) }) }),
  'with common types nested too deep': types(
    { A: record(Object.fromEntries(Object.keys(chain(300)).map((name) => [name, { type: name }]))) },
    { commonTypes: chain(300) },
  ),
  'with an action in an undeclared one': {
    '': { entityTypes: {}, actions: { a: { memberOf: [{ id: 'b' }] } } },
  },
  'with an action in itself by a detour': {
    '': { entityTypes: {}, actions: { a: { memberOf: [{ id: 'b' }] }, b: { memberOf: [{ id: 'a' }] } } },
  },
  'with an action that has attributes': { '': { entityTypes: {}, actions: { a: { attributes: {} } } } },
  'with an action of an undeclared principal': {
    '': { entityTypes: {}, actions: { a: { appliesTo: { principalTypes: ['A'], resourceTypes: [] } } } },
  },
  'with a context that is no record': {
    '': {
      entityTypes: {},
      actions: { a: { appliesTo: { principalTypes: [], resourceTypes: [], context: long } } },
    },
  },
};

test.each(Object.entries(refused))('a schema is refused %s', (_, schema) => {
  expect(() => read(schema)).toThrow(Refusal);
});

test('chains of common types are read as long as they are not too deep, in whatever order', () => {
  const names = Object.keys(chain(40));
  for (const order of [names, names.toReversed()]) {
    const attributes = Object.fromEntries(order.map((name) => [name, { type: name }]));
    expect(read(types({ A: record(attributes) }, { commonTypes: chain(40) })).types.size).toBe(1);
  }
});
