import { type CborValue, encodeCbor } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import { checkPolicyCertificate } from '../../src/policy/check.ts';
import { checkText, encode, ProofBuilder } from './support/builder.ts';
import { policySet } from './support/policies.ts';
import { schema } from './support/world.ts';

const permit = '@id("p") permit (principal is User, action, resource) when { context.name like "a*" };';
const forbid = '@id("i") forbid (principal is User, action, resource) when { context.name like "b*" };';
const other = '@id("j") forbid (principal, action, resource) when { context.flag };';

const proof = (action = 'view', change: (proof: ProofBuilder) => void = () => undefined): CborValue => {
  const builder = new ProofBuilder('User', 'Action', action, 'Doc');
  const name = builder.path('context', 'name');
  builder.step(1, [-builder.atom('like', name, ['a', '']), -builder.atom('like', name, ['b', ''])]);
  change(builder);
  return builder.cbor;
};
const both = (change?: (proof: ProofBuilder) => void): Uint8Array =>
  encode(['i'], [proof('view', change), proof('edit')]);
const given = {
  certificate: both(),
  policies: JSON.stringify(policySet(permit)),
  schema: JSON.stringify(schema),
  invariants: JSON.stringify(policySet(forbid)),
};
const environment = { principal: 'User', action: { type: 'Action', id: 'view' }, resource: 'Doc' };

describe('a certificate that holds', () => {
  test('proves what it claims, and what it does not claim is unproven', () => {
    expect(checkText(both(), permit, forbid + other)).toEqual({
      holds: true,
      proven: ['i'],
      unproven: ['j'],
      environments: 4,
    });
  });

  test('may say nothing of environments in which nothing is to be shown', () => {
    const never = '@id("i") forbid (principal, action == Action::"all", resource);';
    expect(checkText(encode(['i'], []), permit, never)).toMatchObject({ holds: true, proven: ['i'] });
  });

  test('may be of an invariant that says what is allowed', () => {
    const allowed = '@id("i") permit (principal is User, action, resource) when { context.name == "abc" };';
    const steps = ({ atom, path, step }: ProofBuilder): void => {
      const name = path('context', 'name');
      step(1, [-atom('like', name, ['abc']), atom('like', name, ['a', ''])]);
    };
    const proofs = ['view', 'edit'].map((action) => {
      const builder = new ProofBuilder('User', 'Action', action, 'Doc');
      steps(builder);
      return builder.cbor;
    });
    expect(checkText(encode(['i'], proofs), permit, allowed)).toMatchObject({ holds: true });
    expect(checkText(encode(['i'], []), permit, allowed)).toMatchObject({
      holds: false,
      reason: 'invariant-not-proven',
    });
  });

  test('reads the links of templates as policies', () => {
    const template = '@id("t") permit (principal == ?principal, action, resource in ?resource);';
    const values = {
      '?principal': { type: 'User', id: 'alice' },
      '?resource': { __entity: { type: 'Group', id: 'g' } },
    };
    const link = { templateId: 't', newId: 'p', values };
    const invariant = '@id("i") forbid (principal == User::"bob", action, resource);';
    const proofOf = (needed: readonly string[]) => (action: string) => {
      const builder = new ProofBuilder('User', 'Action', action, 'Doc');
      const [principal, alice, bob] = [
        builder.term('principal'),
        builder.term('entity', 'User', 'alice'),
        builder.term('entity', 'User', 'bob'),
      ];
      builder.step(
        3,
        [-builder.atom('equal', principal, alice), -builder.atom('equal', principal, bob)],
        principal,
        alice,
      );
      builder.needed = needed;
      return builder.cbor;
    };
    const check = (links: readonly unknown[]) =>
      checkPolicyCertificate({
        certificate: encode(['i'], ['view', 'edit'].map(proofOf(links.length > 0 ? ['p'] : []))),
        schema: given.schema,
        policies: JSON.stringify(policySet(template, links)),
        invariants: JSON.stringify(policySet(invariant)),
      });
    expect(check([])).toMatchObject({ holds: true });
    expect(check([link])).toMatchObject({ holds: true });
    expect(
      check([{ ...link, values: { ...values, '?principal': { type: 'User', id: 'bob' } } }]),
    ).toMatchObject({ reason: 'invariant-not-proven' });
    expect(check([link, { ...link, values }])).toMatchObject({ reason: 'policy-repeated', policy: 'p' });
    expect(check([{ ...link, newId: 't' }])).toMatchObject({ reason: 'policy-repeated', policy: 't' });
    expect(check([{ ...link, templateId: 'u' }])).toMatchObject({ reason: 'policy-malformed', policy: 'p' });
    expect(check([{ ...link, values: { '?principal': { type: 'User', id: 'bob' } } }])).toMatchObject({
      reason: 'policy-malformed',
    });
    expect(check([{ ...link, values: { ...values, '?action': { type: 'User', id: 'bob' } } }])).toMatchObject(
      { reason: 'policy-malformed' },
    );
  });
});

describe('a certificate that does not hold is refused with the reason', () => {
  const raw = (...parts: readonly CborValue[]): Uint8Array =>
    encodeCbor(['kiten-policy-certificate', ...parts]);
  const withEntry = (list: 'terms' | 'steps', ...entries: readonly CborValue[]) =>
    both((builder) => builder[list].push(...entries));
  const refusals: [reason: string, change: object, place?: object][] = [
    ['certificate-too-large', { certificate: new Uint8Array(2 ** 24 + 1) }],
    ['certificate-malformed', { certificate: both().subarray(1) }],
    ['certificate-malformed', { certificate: both().subarray(0, -1) }],
    ['certificate-malformed', { certificate: encodeCbor(['kiten-verdict', 1, ['i'], []]) }],
    ['certificate-malformed', { certificate: raw(1, ['i'], [], []) }],
    ['certificate-malformed', { certificate: encode([], []) }],
    ['certificate-malformed', { certificate: encode(['i', 'i'], []) }],
    ['certificate-malformed', { certificate: encode(['i'], [[['User', 'Action', 'view'], [], []]]) }],
    ['term-malformed', { certificate: withEntry('terms', ['unheard', 0]) }],
    ['term-malformed', { certificate: withEntry('terms', 'context') }],
    ['term-malformed', { certificate: withEntry('terms', ['action']) }],
    ['term-malformed', { certificate: withEntry('terms', ['string', 'a'.repeat(4097)]) }],
    ['term-malformed', { certificate: withEntry('terms', ['ip', 4, 0, 33]) }],
    ['term-malformed', { certificate: withEntry('terms', ['sum', [], 'Long', '12', []]) }],
    ['term-malformed', { certificate: withEntry('terms', ['sum', [], 'Long', `1${'0'.repeat(100)}`, []]) }],
    ['term-malformed', { certificate: withEntry('terms', ['sum', [], 'Long', 1n << 60n, []]) }],
    ['term-malformed', { certificate: withEntry('terms', ['.', 0]) }],
    ['term-malformed', { certificate: withEntry('terms', ['.', 0, 'a', 'b']) }],
    [
      'term-malformed',
      { certificate: withEntry('terms', ...Array.from({ length: 70 }, (_, at) => ['set', [at + 3]])) },
    ],
    ['term-malformed', { certificate: withEntry('terms', ['permitted', 0]) }],
    ['term-malformed', { certificate: withEntry('terms', ['like', 0, []]) }],
    ['step-malformed', { certificate: withEntry('steps', [0]) }],
    ['step-malformed', { certificate: withEntry('steps', [0, [1.5]]) }],
    ['step-malformed', { certificate: withEntry('steps', [0, Array(1025).fill(1)]) }],
    ['certificate-version', { certificate: raw(2, 'whatever') }],
    ['schema-malformed', { schema: '{' }],
    ['schema-malformed', { schema: '{"": {"entityTypes": {}}}' }],
    ['policy-malformed', { policies: '[]' }],
    ['policy-malformed', { policies: given.policies.replace('"like"', '"unlike"') }, { policy: 'p' }],
    ['policy-malformed', { policies: given.policies.replace('permit', 'allow') }, { policy: 'p' }],
    [
      'policy-malformed',
      { policies: given.policies.replace('{"staticPolicies":{', '{"staticPolicies":{"p":{},') },
    ],
    [
      'policy-repeated',
      { policies: given.policies.replace('"templates":{}', '"templates":{"p":{}}') },
      { policy: 'p' },
    ],
    [
      'invariant-malformed',
      { invariants: given.invariants.replace('"annotations":{"id":"i"}', '"annotations":{}') },
      { invariant: 'i' },
    ],
    ['invariant-malformed', { invariants: given.invariants.replace('{"i":', '{"j":') }, { invariant: 'j' }],
    [
      'invariant-malformed',
      { invariants: given.invariants.replace('"templates":{}', '"templates":{"t":{}}') },
    ],
    ['invariant-unknown', { certificate: encode(['k'], []) }, { invariant: 'k' }],
    [
      'environment-unknown',
      { certificate: encode(['i'], [proof('all')]) },
      { environment: { ...environment, action: { type: 'Action', id: 'all' } } },
    ],
    ['environment-repeated', { certificate: encode(['i'], [proof(), proof()]) }, { environment }],
    [
      'policy-too-complex',
      { policies: JSON.stringify(policySet(permit.replace('context.name', complex(17)))) },
      { policy: 'p', environment },
    ],
    [
      'invariant-too-complex',
      { invariants: JSON.stringify(policySet(forbid.replace('context.name', complex(17)))) },
      { invariant: 'i', environment },
    ],
    ['term-malformed', { certificate: withEntry('terms', ['.', 9, 'x']) }, { term: 4, environment }],
    ['term-malformed', { certificate: withEntry('terms', ['.', 0, 'unheard']) }, { term: 4 }],
    ['term-malformed', { certificate: withEntry('terms', ['outside', 1, 1]) }, { term: 4 }],
    ['term-malformed', { certificate: withEntry('terms', ['floor', 1, 5]) }, { term: 4 }],
    ['term-malformed', { certificate: withEntry('terms', ['sum', [], 'Bool', 0, []]) }, { term: 4 }],
    ['term-malformed', { certificate: withEntry('terms', ['.', 0, 'level'], ['floor', 4, 0]) }, { term: 5 }],
    [
      'term-malformed',
      {
        certificate: withEntry('terms', ['record', [0, 1], ['a', 'a']]),
      },
      { term: 4 },
    ],
    ['term-malformed', { certificate: withEntry('terms', ['known', 1]) }, { term: 4, environment }],
    ['term-malformed', { certificate: withEntry('terms', ['known', 9]) }, { term: 4 }],
    ['term-malformed', { certificate: withEntry('terms', ['has', 1, 'name']) }, { term: 4 }],
    ['term-malformed', { certificate: withEntry('terms', ['policy', 'q']) }, { term: 4 }],
    ['term-malformed', { certificate: withEntry('terms', ['region', 'j']) }, { term: 4 }],
    ['step-malformed', { certificate: withEntry('steps', [17, [3]]) }, { step: 1, environment }],
    ['step-malformed', { certificate: withEntry('steps', [0, [9]]) }, { step: 1 }],
    ['step-malformed', { certificate: withEntry('steps', [0, [0]]) }, { step: 1 }],
    ['step-malformed', { certificate: withEntry('steps', [0, [1]]) }, { step: 1 }],
    ['step-malformed', { certificate: withEntry('steps', [0, [3], 0]) }, { step: 1 }],
    ['step-malformed', { certificate: withEntry('steps', [4, [3], 0, 1]) }, { step: 1 }],
    ['step-malformed', { certificate: withEntry('steps', [5, [3], 0, 9]) }, { step: 1 }],
    ['step-malformed', { certificate: withEntry('steps', [2, [3], []]) }, { step: 1 }],
    ['step-malformed', { certificate: withEntry('steps', [7, [3], 0]) }, { step: 1 }],
    ['step-not-implied', { certificate: withEntry('steps', [0, [3]]) }, { step: 1, environment }],
    ['step-invalid', { certificate: withEntry('steps', [1, [3]]) }, { step: 1, environment }],
    ['step-invalid', { certificate: withEntry('steps', [1, []]) }, { step: 1 }],
    ['step-invalid', { certificate: withEntry('steps', [3, [3], 1, 1]) }, { step: 1 }],
    [
      'invariant-not-proven',
      { certificate: encode(['i'], [proof()]) },
      { invariant: 'i', environment: { ...environment, action: { type: 'Action', id: 'edit' } } },
    ],
  ];

  test.each<[string, object, object?]>(refusals)('%s (%#)', (reason, change, place = {}) => {
    const report = checkPolicyCertificate({ ...given, ...change });
    expect(report).toMatchObject({ holds: false, reason, ...place });
    expect(report.holds || report.message.length).toBeGreaterThan(10);
  });

  test('step-too-large', () => {
    const report = checkText(
      both(({ atom, path, step }) => {
        const name = path('context', 'name');
        const letters = [...'abcdefghijklmnopqz'].map((letter) => -atom('like', name, ['', letter, '']));
        step(1, [...letters, -letters.at(-1)!]);
      }),
      permit,
      forbid,
    );
    expect(report).toMatchObject({ holds: false, reason: 'step-too-large', step: 1 });
  });
});

describe('a proof that says which policies it needs', () => {
  const needing = (needed: readonly string[], change?: (proof: ProofBuilder) => void): Uint8Array =>
    encode(
      ['i'],
      ['view', 'edit'].map((action) =>
        proof(action, (builder) => {
          builder.needed = needed;
          change?.(builder);
        }),
      ),
    );
  const check = (needed: readonly string[], policies: string, invariants = forbid) =>
    checkText(needing(needed), policies, invariants);
  const unproven = { holds: false, reason: 'invariant-not-proven' };
  const everything = '@id("q") permit (principal, action, resource) when { context.flag };';
  const otherwise = '@id("q") forbid (principal, action, resource) when { context.flag };';
  const tooComplex = everything.replace('context.flag', `${complex(17)} == "a"`);

  test('holds if it names each policy that could break the invariant', () => {
    expect(check(['p'], permit)).toMatchObject({ holds: true, proven: ['i'] });
    expect(check([], permit)).toMatchObject(unproven);
  });

  test('holds whatever a policy of the other effect says, even what nobody can follow', () => {
    expect(check(['p'], permit + otherwise)).toMatchObject({ holds: true });
    expect(check(['p'], permit + tooComplex.replace('permit', 'forbid'))).toMatchObject({ holds: true });
    expect(check(['p', 'q'], permit + tooComplex.replace('permit', 'forbid'))).toMatchObject({
      ...{ reason: 'policy-too-complex', policy: 'q' },
    });
  });

  test('does not hold if what it leaves out could break the invariant, whatever that says', () => {
    expect(check(['p'], permit + everything)).toMatchObject(unproven);
    expect(check(['p'], permit + everything.replace('context.flag', 'false'))).toMatchObject(unproven);
    expect(check(['p'], permit + tooComplex)).toMatchObject(unproven);
  });

  test('need not name policies for other requests', () => {
    for (const scopes of [
      'principal, action == Action::"read", resource',
      'principal is N::Color, action, resource',
      'principal, action, resource == User::"alice"',
    ])
      expect(check(['p'], `${permit}@id("q") permit (${scopes});`)).toMatchObject({ holds: true });
  });

  test('must name a forbid that keeps what is to be allowed, and one that denies', () => {
    const allowed = '@id("i") permit (principal is User, action, resource) when { context.name like "b*" };';
    const always = '@id("r") permit (principal, action, resource);';
    const rare = otherwise.replace('context.flag', 'context.name like "a*"');
    expect(check(['q', 'r'], always + rare, allowed)).toMatchObject({ holds: true });
    expect(check(['r'], always + rare, allowed)).toMatchObject(unproven);
    expect(check(['q'], always + rare, allowed)).toMatchObject(unproven);
    const denies = '@id("q") forbid (principal, action, resource);';
    expect(check(['q'], always + denies)).toMatchObject({ holds: true });
    expect(check([], always + denies)).toMatchObject(unproven);
  });

  test('may name one twice, but none that there is not, nor what is no id', () => {
    const twice = needing(['p'], ({ terms }) => terms.push(['policy', 'p'], ['policy', 'p']));
    expect(checkText(twice, permit + otherwise, forbid)).toMatchObject({ holds: true });
    expect(check(['p', 'x'], permit)).toMatchObject({ reason: 'term-malformed' });
    for (const wrong of [null, 0, [1], [['p']]])
      expect(
        checkText(
          needing(['p'], ({ terms }) => terms.push(['policy', wrong])),
          permit,
          forbid,
        ),
      ).toMatchObject({ reason: 'term-malformed' });
    const nothing = proof('view') as CborValue[];
    expect(checkText(encode(['i'], [[...nothing, ['p']]]), permit, forbid)).toMatchObject({
      reason: 'certificate-malformed',
    });
  });
});

/** An expression with two to the power of some count of cases. */
function complex(count: number): string {
  const choice = (at: number): string => `(if context.texts.contains("${at}") then "a${at}" else "b${at}")`;
  const record = Array.from({ length: count }, (_, at) => `a${at}: ${choice(at)}`).join(', ');
  return `{${record}}.a0`;
}

describe('nothing that proves too much is let through', () => {
  const empty = (rule: number, terms: readonly CborValue[], ...named: readonly number[]) => {
    const builder = new ProofBuilder('User', 'Action', 'view', 'Doc');
    builder.terms.push(...terms);
    builder.step(rule, [], ...named);
    return checkText(encode(['i'], [builder.cbor]), permit, forbid);
  };

  test('a lemma that says nothing, as one of its literals is true, proves no empty clause', () => {
    const [view, group] = [
      ['entity', 'Action', 'view'],
      ['entity', 'Group', 'g'],
    ] as const;
    expect(empty(5, [[...view], [...group]], 0, 1)).toMatchObject({ reason: 'step-invalid' });
    expect(empty(4, [[...group], [...view], [...group]], 0, 1, 2)).toMatchObject({ reason: 'step-invalid' });
    expect(empty(3, [[...view], ['entity', 'Action', 'all']], 0, 1)).toMatchObject({
      reason: 'step-invalid',
    });
  });

  test('a constant that is no enumerated entity is not one of them', () => {
    expect(empty(7, [['entity', 'N::Color', 'blue']], 0)).toMatchObject({ reason: 'step-malformed' });
  });

  test('numbers of different kinds are not replaced by each other', () => {
    const invariant =
      '@id("i") forbid (principal is User, action, resource) when { context.span.toMilliseconds() == 5 };';
    const policy =
      '@id("p") permit (principal is User, action, resource) when { context.longs.contains(context.span.toMilliseconds()) };';
    const builder = new ProofBuilder('User', 'Action', 'view', 'Doc');
    const span = builder.path('context', 'span');
    const milliseconds = builder.sum('Long', 0, [[1, span]]);
    builder.step(
      3,
      [-builder.atom('contains', builder.path('context', 'longs'), milliseconds)],
      milliseconds,
      span,
    );
    expect(checkText(encode(['i'], [builder.cbor]), policy, invariant)).toMatchObject({
      reason: 'step-malformed',
    });
  });
});
