import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type CborValue, encodeCbor } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPolicyCertificate } from '../../src/policy/check.ts';
import type { PolicyReport } from '../../src/policy/report.ts';
import { encode, ProofBuilder } from './support/builder.ts';
import { policySet } from './support/policies.ts';
import { schema } from './support/world.ts';

const permit = '@id("p") permit (principal is User, action, resource) when { context.name like "a*" };';
const forbid = '@id("i") forbid (principal is User, action, resource) when { context.name like "b*" };';
/** A certificate without steps of an environment and its policy. */
const naming = (...environments: string[][]): Uint8Array =>
  encode(
    ['i'],
    environments.map((environment): CborValue => [environment, [['policy', 'p']], []]),
  );
const given = {
  certificate: naming(['User', 'Action', 'view', 'Doc'], ['User', 'Action', 'edit', 'Doc']),
  policies: JSON.stringify(policySet(permit)),
  schema: JSON.stringify(schema),
  invariants: JSON.stringify(policySet(forbid)),
};
const refused = (change: Partial<typeof given>) => {
  const report = checkPolicyCertificate({ ...given, ...change });
  expect(report).toMatchObject({ holds: false });
  return report.holds ? undefined : report.reason;
};

describe('whatever the input, there is a report', () => {
  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (certificate) => void refused({ certificate })));
  });

  test('any items in a certificate', () => {
    const forms = [
      'principal',
      'string',
      '.',
      'sum',
      'floor',
      'set',
      'record',
      'call',
      'outside',
      'like',
      'atLeast',
      'equal',
      'policy',
      'broken',
      'i',
    ];
    const { item } = fc.letrec<{ item: CborValue }>((tie) => ({
      item: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<CborValue>(...forms),
        fc.integer({ min: -3, max: 20 }),
        fc.array(tie('item'), { maxLength: 5 }),
      ),
    }));
    const list = fc.array(item, { maxLength: 8 });
    fc.assert(
      fc.property(list, list, (terms, steps) => {
        const certificate = encode(['i'], [[['User', 'Action', 'view', 'Doc'], terms, steps]]);
        refused({ certificate });
      }),
      { numRuns: 2000 },
    );
  });

  test('any JSON', () => {
    const property = fc.property(
      fc.json(),
      fc.constantFrom('policies', 'schema', 'invariants'),
      (json, which) => {
        const report = checkPolicyCertificate({ ...given, [which]: json });
        // A schema of nothing has no requests, of which all is true.
        expect(report.holds && report.environments > 0).toBe(false);
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });

  test('policies, schema and invariants with any part another', () => {
    const parts = (text: string): string[] => [...new Set(text.match(/"[^"]*"|\[|\{|[0-9]+/g))];
    const other = fc.constantFrom(
      'null',
      '0',
      '""',
      '[]',
      '{}',
      '"principal"',
      '"__proto__"',
      '"constructor"',
      '-0',
      '1e400',
      '99999999999999999999',
    );
    for (const which of ['policies', 'schema', 'invariants'] as const) {
      const all = fc.constantFrom(...parts(given[which]));
      const property = fc.property(all, other, (part, instead) => {
        checkPolicyCertificate({ ...given, [which]: given[which].replace(part, () => instead) });
      });
      fc.assert(property, { numRuns: 500 });
    }
  });

  test('what is no text, and no bytes', () => {
    for (const wrong of [undefined, null, 5, {}, []]) {
      expect(refused({ certificate: wrong as never })).toBe('certificate-malformed');
      expect(refused({ policies: wrong as never })).toBe('policy-malformed');
      expect(refused({ schema: wrong as never })).toBe('schema-malformed');
      expect(refused({ invariants: wrong as never })).toBe('invariant-malformed');
    }
  });
});

describe('what would take too much work is given up, and so is what would take too much memory', {
  timeout: 120_000,
}, () => {
  /** Of a check that has 256 MB for all that it keeps. */
  const reportOf = async (change: Partial<typeof given>): Promise<PolicyReport> => {
    const workerData = { ...given, ...change };
    const resourceLimits = { maxOldGenerationSizeMb: 256 };
    const thread = new URL('./support/check-thread.ts', import.meta.url);
    const [report] = await once(new Worker(thread, { workerData, resourceLimits }), 'message');
    return report;
  };
  const withProof = (change: (builder: ProofBuilder) => void): Promise<PolicyReport> => {
    const builder = new ProofBuilder('User', 'Action', 'view', 'Doc');
    change(builder);
    return reportOf({ certificate: encode(['i'], [builder.cbor]) });
  };

  test('sets that are compared element by element', async () => {
    const report = await withProof(({ terms }) => {
      for (let at = 0; at < 16_000; at += 1) terms.push(['string', String(at)]);
      terms.push(
        ['set', Array.from({ length: 8000 }, (_, at) => at)],
        ['set', Array.from({ length: 8000 }, (_, at) => at + 8000)],
      );
      terms.push(['equal', 16_000, 16_001]);
    });
    expect(report).toMatchObject({ reason: 'term-malformed', term: 16_002 });
  }, 300_000);

  test('sums that are multiplied out', async () => {
    const report = await withProof(({ terms }) => {
      terms.push(['context'], ['.', 0, 'level']);
      for (let at = 0; at < 2000; at += 1) terms.push(['floor', 1, at + 2]);
      terms.push(['sum', Array.from({ length: 2000 }, (_, at) => at + 2), 'Long', 0, Array(2000).fill(1)]);
      const sum = terms.length - 1;
      for (let at = 0; at < 60_000; at += 1) terms.push(['sum', [sum, 1], 'Long', at, [1, 2]]);
    });
    expect(report).toMatchObject({ reason: 'term-malformed' });
  });

  test('records that contain each other twice, many times over', async () => {
    const report = await withProof(({ terms }) => {
      terms.push(['principal'], ['resource']);
      for (let at = 0; at < 60; at += 1)
        terms.push(
          ['record', [2 * at, 2 * at], ['a', 'b']],
          ['record', [2 * at + 1, 2 * at + 1], ['a', 'b']],
        );
      terms.push(['equal', terms.length - 2, terms.length - 1]);
    });
    // Each pair of records is looked at once.
    expect(report).toMatchObject({ reason: 'invariant-not-proven' });
  });

  test('types with exponentially many attributes', async () => {
    const commonTypes: Record<string, unknown> = {
      T0: { type: 'Record', attributes: { x: { type: 'Bool' } } },
    };
    for (let at = 1; at < 40; at += 1)
      commonTypes[`T${at}`] = {
        type: 'Record',
        attributes: { a: { type: `T${at - 1}` }, b: { type: `T${at - 1}` } },
      };
    const shape = { type: 'Record', attributes: { one: { type: 'T39' }, other: { type: 'T39' } } };
    const appliesTo = { principalTypes: ['User'], resourceTypes: ['User'], context: shape };
    const wide = { '': { commonTypes, entityTypes: { User: {} }, actions: { view: { appliesTo } } } };
    const policies = JSON.stringify(
      policySet('@id("p") permit (principal, action, resource) when { context.one == context.other };'),
    );
    const report = await reportOf({
      certificate: naming(['User', 'Action', 'view', 'User']),
      schema: JSON.stringify(wide),
      policies,
      invariants: JSON.stringify(policySet('@id("i") forbid (principal, action, resource);')),
    });
    expect(report).toMatchObject({ reason: 'policy-too-complex' });
  }, 300_000);

  test('texts that are looked for among very many', async () => {
    const report = await withProof(({ atom, path, step }) => {
      const name = path('context', 'name');
      const literals = Array.from({ length: 600 }, (_, at) =>
        atom('like', name, ['', String.fromCodePoint(0x4e00 + at).repeat(3), '']),
      );
      step(
        1,
        [...literals, -atom('like', name, ['', 'x', '']), atom('like', name, ['', 'x', ''])].map((one, at) =>
          at % 2 === 0 ? one : -one,
        ),
      );
    });
    expect(report).toMatchObject({ reason: 'step-too-large' });
  });

  test('expressions that are nested deep', async () => {
    const nested = (depth: number): string => {
      const set = JSON.parse(given.policies);
      const open = '{"!":{"arg":'.repeat(depth);
      set.staticPolicies.p.conditions[0].body = 'BODY';
      return JSON.stringify(set).replace('"BODY"', `${open}{"Value":true}${'}}'.repeat(depth)}`);
    };
    expect(refused({ policies: nested(490) })).toBe('invariant-not-proven');
    expect(refused({ policies: nested(20_000) })).toBe('policy-malformed');
    const chain = (operator: string, length: number): string =>
      `{"${operator}":{"left":`.repeat(length) +
      '{"Value":true}' +
      ',"right":{"Value":true}}}'.repeat(length);
    const set = JSON.parse(given.policies);
    set.staticPolicies.p.conditions[0].body = 'BODY';
    expect(refused({ policies: JSON.stringify(set).replace('"BODY"', chain('&&', 490)) })).toBe(
      'invariant-not-proven',
    );
  });

  test('sets, records, patterns and chains of attributes that are long', async () => {
    /** What comes of a policy with this condition: its invariant is kept if it is never true. */
    const outcome = async (body: unknown): Promise<string> => {
      const set = JSON.parse(given.policies);
      set.staticPolicies.p.conditions[0].body = body;
      const report = await reportOf({ policies: JSON.stringify(set) });
      return report.holds ? 'never true' : report.reason;
    };
    const values = Array.from({ length: 150_000 }, (_, at) => at);
    expect(await outcome({ contains: { left: { Value: values }, right: { Value: 5 } } })).toBe(
      'invariant-not-proven',
    );
    const record = Object.fromEntries(values.map((at) => [`a${at}`, { Value: at }]));
    expect(await outcome({ has: { left: { Record: record }, attr: 'a5' } })).toBe('invariant-not-proven');
    const pattern = values.flatMap(() => ['Wildcard', { Literal: 'a' }]);
    const name = { '.': { left: { Var: 'context' }, attr: 'name' } };
    expect(await outcome({ like: { left: name, pattern } })).toBe('invariant-not-proven');
    expect(await outcome({ like: { left: { Value: 'a'.repeat(50) }, pattern } })).toBe('never true');
    expect(await outcome({ has: { left: { Var: 'context' }, attr: values.map(String) } })).toBe(
      'policy-malformed',
    );
    expect(await outcome({ ip: values.map((value) => ({ Value: value })) })).toBe('never true');
  }, 300_000);

  test('certificates of very many items', async () => {
    const zeros = encodeCbor(['kiten-policy-certificate', 1, ['i'], Array(4_000_000).fill(0)]);
    expect(await reportOf({ certificate: zeros })).toMatchObject({ reason: 'certificate-malformed' });
    const steps = Array.from({ length: 1_000_000 }, () => [0, [1]]) as CborValue[];
    const proof = [['User', 'Action', 'view', 'Doc'], [['broken', 'i']], steps] as CborValue;
    expect(await reportOf({ certificate: encode(['i'], [proof]) })).toMatchObject({
      reason: 'step-not-implied',
    });
  });
});
