import { KitenError, parseJsonStrict } from '@kiten/codec';
import {
  compilePolicies,
  entitiesFromJson,
  type PolicySetJson,
  requestFromJson,
  valueFromJson,
} from '@kiten/policy';
import { describe, expect, it } from 'vitest';

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  return 'accepted';
}

const all = { op: 'All' };
const policy = { effect: 'permit', principal: all, action: all, resource: all, conditions: [] };
const compile = (set: unknown) => codeOf(() => compilePolicies(set as PolicySetJson));
const compileOne = (changes: object) => compile({ staticPolicies: { p: { ...policy, ...changes } } });
const compileWhen = (body: unknown) => compileOne({ conditions: [{ kind: 'when', body }] });
const uid = (type: string, id: string) => ({ type, id });
const ann = uid('User', 'ann');

describe('the JSON form of policies', () => {
  it.each([
    {},
    { effect: 'forbid' },
    { annotations: { id: 'a', shown: null } },
    { principal: { op: '==', entity: { __entity: ann } } },
    { principal: { op: 'is', entity_type: 'Plant::User', in: { entity: ann } } },
    { action: { op: 'in', entities: [] } },
    { action: { op: 'in', entity: uid('Plant::Action', 'read') } },
    { conditions: [{ kind: 'unless', body: { Value: false } }] },
  ])('accepts %j', (changes) => {
    expect(compileOne(changes)).toBe('accepted');
  });

  it.each([
    { effect: 'Permit' },
    { effect: undefined },
    { principal: undefined },
    { principal: { op: 'all' } },
    { principal: { op: 'All', entity: ann } },
    { principal: { op: '==' } },
    { principal: { op: '==', entity: ann, slot: '?principal' } },
    { principal: { op: '==', slot: '?principal' } },
    { principal: { op: 'in', entities: [ann] } },
    { principal: { op: 'is' } },
    { principal: { op: 'is', entity_type: 'A:: B' } },
    { principal: { op: 'is', entity_type: 'A', in: ann } },
    { principal: { op: '==', entity: { ...ann, more: 1 } } },
    { principal: { op: '==', entity: uid('', 'ann') } },
    { principal: { op: '==', entity: uid('if', 'ann') } },
    { principal: { op: '==', entity: uid('__cedar::User', 'ann') } },
    { action: { op: 'is', entity_type: 'Action' } },
    { action: { op: '==', entity: ann } },
    { conditions: [{ kind: 'where', body: { Value: true } }] },
    { conditions: [{ kind: 'when' }] },
    { conditions: { kind: 'when', body: { Value: true } } },
    { extra: 1 },
  ])('refuses %j', (changes) => {
    expect(compileOne(changes)).toBe('policy/json-policy');
  });

  it.each<{ body: unknown }>([
    { body: {} },
    { body: { Value: true, Var: 'context' } },
    { body: { Var: 'subject' } },
    { body: { Var: 'constructor' } },
    { body: { Slot: '?principal' } },
    { body: { '!': { arg: { Value: true }, more: 1 } } },
    { body: { '&&': { left: { Value: true } } } },
    { body: { '&&': { left: { '&&': { left: { Value: true } } }, right: { Value: true } } } },
    { body: { '&&': null } },
    { body: { foo: [] } },
    { body: { toString: [] } },
    { body: { ip: { Value: '::1' } } },
    { body: { '.': { left: { Var: 'context' }, attr: 1 } } },
    { body: { has: { left: { Var: 'context' }, attr: [] } } },
    { body: { like: { left: { Value: 'a' }, pattern: 'a*' } } },
    { body: { like: { left: { Value: 'a' }, pattern: ['a'] } } },
    { body: { like: { left: { Value: 'a' }, pattern: [{ Literal: 'a', Wildcard: 1 }] } } },
    { body: { is: { left: { Var: 'principal' }, entity_type: 'A:: B' } } },
    { body: { Record: [] } },
    { body: { Set: {} } },
    { body: [] },
    { body: 'true' },
    { body: null },
  ])('refuses the expression $body', ({ body }) => {
    expect(compileWhen(body)).toBe('policy/json-expression');
  });

  it.each([
    1.5,
    1e300,
    2 ** 53,
    null,
    { __entity: 3 },
    { __entity: ann, more: 1 },
    { __extn: 3 },
    { __extn: { fn: 'ip' } },
    { __expr: '1' },
    { __extn: { fn: 'ip', arg: '::1', args: [] } },
    2n ** 63n,
    -(2n ** 63n) - 1n,
  ])('refuses the value %s', (json) => {
    expect(compileWhen({ Value: json })).toBe('policy/json-value');
    expect(codeOf(() => valueFromJson(json))).toBe('policy/json-value');
  });

  it('bounds how deep an expression may nest, but not how long a chain is', () => {
    let nested: unknown = { Value: true };
    let chain: unknown = { Value: true };
    for (let index = 0; index < 20_000; index++) {
      if (index < 1_001) nested = { '!': { arg: nested } };
      chain = { '&&': { left: chain, right: { Value: true } } };
    }
    expect(compileWhen(nested)).toBe('policy/json-expression');
    expect(compileWhen(chain)).toBe('accepted');
  });

  it('checks templates and their links', () => {
    const template = { ...policy, principal: { op: '==', slot: '?principal' } };
    const link = { templateId: 't', newId: 'l', values: { '?principal': ann } };
    const set = (changes: object) =>
      compile({ templates: { t: template }, templateLinks: [link], ...changes });
    expect(set({})).toBe('accepted');
    expect(set({ staticPolicies: { l: policy } })).toBe('policy/duplicate-id');
    expect(set({ staticPolicies: { t: policy } })).toBe('policy/duplicate-id');
    expect(set({ templateLinks: [link, link] })).toBe('policy/duplicate-id');
    expect(set({ templateLinks: [{ ...link, templateId: 'toString' }] })).toBe('policy/link');
    expect(set({ templateLinks: [{ ...link, values: {} }] })).toBe('policy/link');
    expect(set({ templateLinks: [{ ...link, values: { ...link.values, '?resource': ann } }] })).toBe(
      'policy/link',
    );
    expect(set({ templates: { t: policy } })).toBe('policy/json-policy');
    expect(set({ templates: { t: { ...policy, principal: { op: '==', slot: '?resource' } } } })).toBe(
      'policy/json-policy',
    );
    expect(set({ more: 1 })).toBe('policy/json-policy');
  });
});

describe('the JSON form of entities', () => {
  const entity = { uid: ann, attrs: {}, parents: [] };
  const read = (...list: unknown[]) => codeOf(() => entitiesFromJson(list));

  it('is read with every digit and every name', () => {
    const text =
      '[{"uid": {"type": "User", "id": "ann"}, "attrs": {"__proto__": 9007199254740993, "constructor": {"__proto__": 1}}, "parents": []}]';
    const { attributes } = entitiesFromJson(parseJsonStrict(text, { bigIntegers: true })).get('User', 'ann')!;
    expect(attributes.get('__proto__')).toBe(9007199254740993n);
    expect(attributes.get('constructor')).toMatchObject({
      kind: 'record',
      fields: new Map([['__proto__', 1n]]),
    });
  });

  it.each([
    [{ ...entity, attrs: undefined }],
    [{ uid: ann, attrs: {} }],
    [{ ...entity, uid: 'User::"ann"' }],
    [{ ...entity, attrs: [] }],
    [{ ...entity, parents: ['User::"ann"'] }],
    [{ ...entity, tag: {} }],
    [{ ...entity, parents: [ann] }],
    [{ uid: uid('Action', 'read'), attrs: {}, parents: [ann] }],
  ])('refuses %j', (json) => {
    expect(read(json)).toBe('policy/json-entity');
  });

  it('refuses an entity given twice, unless both say the same', () => {
    expect(read(entity, entity)).toBe('accepted');
    expect(read(entity, { ...entity, attrs: { a: 1 } })).toBe('policy/json-entity');
    expect(read({ ...entity, tags: { a: 1 } }, entity)).toBe('policy/json-entity');
    expect(read({ ...entity, parents: [uid('Team', 'x')] }, entity)).toBe('policy/json-entity');
  });

  it('refuses a cycle, however long', () => {
    const ring = Array.from({ length: 50 }, (_, index) => ({
      uid: uid('Team', String(index)),
      attrs: {},
      parents: [uid('Team', String((index + 1) % 50))],
    }));
    expect(read(...ring)).toBe('policy/json-entity');
    expect(read(...ring.slice(1))).toBe('accepted');
  });

  it('works out ancestors in a deep hierarchy with many ways up', () => {
    const layers = Array.from({ length: 400 }, (_, layer) =>
      ['a', 'b'].map((side) => ({
        uid: uid('Team', `${side}${layer}`),
        attrs: {},
        parents: [uid('Team', `a${layer + 1}`), uid('Group', `b${layer + 1}`), uid('Team', `b${layer + 1}`)],
      })),
    ).flat();
    const { ancestors } = entitiesFromJson(layers).get('Team', 'a0')!;
    expect(ancestors.get('Team')?.size).toBe(800);
    expect(ancestors.get('Group')?.has('b400')).toBe(true);
    expect(ancestors.get('Team')?.has('a0')).toBe(false);
  });
});

describe('the JSON form of a request', () => {
  const request = { principal: ann, action: uid('Action', 'read'), resource: uid('File', 'f') };

  it('may leave the context out', () => {
    expect(requestFromJson(request).context.fields.size).toBe(0);
    expect(requestFromJson({ ...request, context: { n: 1 } }).context.fields.get('n')).toBe(1n);
  });

  it.each([
    [{ ...request, principal: undefined }, 'policy/json-request'],
    [{ ...request, action: 'read' }, 'policy/json-request'],
    [{ ...request, more: 1 }, 'policy/json-request'],
    [{ ...request, context: [] }, 'policy/json-value'],
    [{ ...request, context: { __entity: ann } }, 'policy/json-value'],
    [{ ...request, context: { ip: { __extn: { fn: 'ip', arg: 'nowhere' } } } }, 'policy/json-value'],
  ])('refuses %j', (json, code) => {
    expect(codeOf(() => requestFromJson(json))).toBe(code);
  });
});
