import { KitenError } from '@kiten/codec';
import {
  compilePolicies,
  decide,
  defaultSchema,
  emptyRecord,
  entities,
  policyAnnotations,
} from '@kiten/policy';
import { checkPolicies, parsePolicies, validatePolicies } from '@kiten/policy/cedar';
import { describe, expect, it } from 'vitest';

function refusal(call: () => unknown): KitenError {
  try {
    call();
  } catch (error) {
    if (error instanceof KitenError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

const when = (expression: string) => `permit (principal, action, resource) when { ${expression} };`;
const request = {
  principal: { type: 'User', id: 'ann' },
  action: { type: 'Action', id: 'read' },
  resource: { type: 'File', id: 'a' },
  context: emptyRecord,
};
const decideText = (text: string) => decide(compilePolicies(parsePolicies(text)), request, entities());

describe('parsing policies', () => {
  it('names them by @id, or by their place in the text', () => {
    const texts = Array.from({ length: 12 }, (_, index) =>
      index === 3 ? `@id("third") ${when('true')}` : when('true'),
    );
    const ids = Object.keys(parsePolicies(`// first; not a policy\n${texts.join('\n')}`).staticPolicies);
    expect(ids).toEqual([
      'policy0',
      'policy1',
      'policy2',
      'third',
      'policy4',
      'policy5',
      'policy6',
      'policy7',
      'policy8',
      'policy9',
      'policy10',
      'policy11',
    ]);
  });

  it('keeps annotations, those without text as empty', () => {
    const set = parsePolicies(`@id("a") @reason("because; \\"x\\"") @shown ${when('true')}`);
    expect(policyAnnotations(set)).toEqual(new Map([['a', { id: 'a', reason: 'because; "x"', shown: '' }]]));
  });

  it('tells templates from policies, and a linked template has its annotations', () => {
    const set = parsePolicies(
      `@id("t") @reason("r") permit (principal == ?principal, action, resource); ${when('"?principal" == "a"')}`,
    );
    expect(Object.keys(set.templates)).toEqual(['t']);
    expect(Object.keys(set.staticPolicies)).toEqual(['policy1']);
    const linked = {
      ...set,
      templateLinks: [{ templateId: 't', newId: 'ann', values: { '?principal': request.principal } }],
    };
    expect(decide(compilePolicies(linked), request, entities()).reasons).toEqual(['ann']);
    expect(policyAnnotations(linked).get('ann')).toEqual({ id: 't', reason: 'r' });
  });

  it.each([
    ['9223372036854775807 > 9223372036854775806', true],
    ['9007199254740993 == 9007199254740992', false],
    ['9007199254740993 == 9007199254740993', true],
    ['-9223372036854775808 < -9223372036854775807', true],
    ['9007199254740991 + 2 == 9007199254740993', true],
    ['[9007199254740993].contains(9007199254740992)', false],
    ['{"n": 9007199254740993}.n == 9007199254740993', true],
    ['"9007199254740993" == "9007199254740993"', true],
    ['"9007199254740993" like "900719925474099*" && 00009007199254740993 == 9007199254740993', true],
  ])('keeps every digit of %s', (expression, allowed) => {
    expect(decideText(`// 9007199254740993\n${when(expression)}`)).toMatchObject({
      allow: allowed,
      errors: [],
    });
  });

  it.each([
    ['permit (principal, action, resource)\nwhen { 3 + };', 2, 12, /expected/],
    ['// あ\npermit (principal, action, resource) when { "名前" == };', 2, 53, /unexpected token `}`/],
    [`${when('true')}\n\n${when('foo(3)')}`, 3, 45, /foo/],
    [
      `${when('9223372036854775807 == 1')}\n${when('9223372036854775808 == 1')}`,
      2,
      45,
      /9223372036854775808/,
    ],
    ['permit (principal, action, resource) when { -(9223372036854775808) == 1 };', 1, 47, /64 bits/],
    ['permit (principal, action, resource)', 1, 37, /expected/],
    ['permit (principal == ?resource, action, resource);', 1, 1, /\?resource|slot/],
  ])('says where %j is wrong, and what was expected', (text, line, column, message) => {
    const error = refusal(() => parsePolicies(text));
    expect(error.code).toBe('policy/parse-failed');
    expect(error.message).toMatch(message);
    expect(error.detail).toMatchObject({ line });
    if (column > 1) expect(error.detail).toMatchObject({ column });
  });

  it.each([
    [`@id("a") ${when('true')} @id("a") ${when('false')}`],
    [`@id("policy1") ${when('true')} ${when('false')}`],
    [`@id("a") ${when('true')} @id("a") permit (principal == ?principal, action, resource);`],
  ])('refuses the same id twice', (text) => {
    expect(refusal(() => parsePolicies(text)).code).toBe('policy/duplicate-id');
  });

  const tooComplex = {
    brackets: '('.repeat(2_000),
    sets: '['.repeat(100),
    records: '{"a": '.repeat(100),
    ifs: 'if true then true else '.repeat(1_000),
    'ifs in brackets': '(if true then true else '.repeat(100),
    chain: Array(20_000).fill('true').join(' && '),
    sum: Array(20_000).fill('1').join('+'),
    attributes: `context${'.a'.repeat(20_000)}`,
    calls: `context${'.contains(1)'.repeat(20_000)}`,
  };
  it.each(Object.entries(tooComplex))(
    'refuses what would break the parser, and goes on working: %s',
    (_, expression) => {
      expect(refusal(() => parsePolicies(when(expression))).code).toBe('policy/too-complex');
      expect(refusal(() => validatePolicies(when('true'), `entity A { a: ${'{ a: '.repeat(200)}`)).code).toBe(
        'policy/too-complex',
      );
      expect(decideText(when('true')).allow).toBe(true);
    },
  );

  it.each([
    Array(800).fill('true').join(' && '),
    `${'('.repeat(60)}true${')'.repeat(60)}`,
    `${'(if true then '.repeat(50)}true${' else false)'.repeat(50)}`,
    `![${Array.from({ length: 20_000 }, (_, index) => -1 - index).join(', ')}].contains(1)`,
    Array(500).fill('!([1, 2] == {"a": User::"b"} || 1 + 2 == -3)').join(' && '),
  ])('takes what people and programs write: %#', (expression) => {
    expect(decideText(when(expression))).toMatchObject({ allow: true, errors: [] });
  });

  it('takes many policies', () => {
    expect(decideText(Array(600).fill(when('true')).join('\n')).reasons).toHaveLength(600);
  });

  it('takes an empty text for no policies', () => {
    expect(parsePolicies('// nothing yet\n')).toEqual({
      staticPolicies: {},
      templates: {},
      templateLinks: [],
    });
  });
});

describe('validating policies', () => {
  const sound =
    'permit (principal is Device, action == Action::"publish", resource) when { principal.overdue };';

  it('finds what does not fit the schema, with the policy and its line', () => {
    const text = `${sound}\n@id("bad")\n${sound.replace('overdue', 'over_due')}`;
    const { errors } = validatePolicies(text, defaultSchema);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ policy: 'bad', line: 3, message: expect.stringContaining('over_due') });
    const error = refusal(() => checkPolicies(text, defaultSchema));
    expect(error.code).toBe('policy/invalid');
    expect(error.message).toContain('bad (line 3)');
  });

  it('warns of policies that can never hold', () => {
    const { errors, warnings } = validatePolicies(sound.replace('principal.overdue', 'false'), defaultSchema);
    expect(errors).toEqual([]);
    expect(warnings.map(({ policy }) => policy)).toEqual(['policy0']);
  });

  it('returns the parsed set if all is well', () => {
    expect(checkPolicies(sound, defaultSchema)).toEqual(parsePolicies(sound));
  });

  it('refuses a schema that is none', () => {
    expect(refusal(() => validatePolicies(sound, 'entity Device { standing: Nothing };')).code).toBe(
      'policy/schema-invalid',
    );
    expect(refusal(() => validatePolicies(sound, 'entity entity')).code).toBe('policy/schema-invalid');
  });
});
