import {
  compilePolicies,
  decide,
  type EntitySource,
  emptyRecord,
  entities,
  entitiesFromJson,
  entityValue,
} from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../src/evaluate/like.ts';

const request = (principal: string, action = 'read', resource = 'f') => ({
  principal: { type: 'User', id: principal },
  action: { type: 'Action', id: action },
  resource: { type: 'File', id: resource },
  context: emptyRecord,
});
const known = entitiesFromJson([
  {
    uid: { type: 'User', id: 'ann' },
    attrs: { age: 40 },
    parents: [
      { type: 'Team', id: 'ops' },
      { type: 'Team', id: 'all' },
    ],
  },
  { uid: { type: 'Action', id: 'read' }, attrs: {}, parents: [{ type: 'Action', id: 'look' }] },
]);
const decideText = (text: string, ...asked: Parameters<typeof request>) =>
  decide(compilePolicies(parsePolicies(text)), request(...asked), known);

describe('deciding', () => {
  it('denies what nothing permits', () => {
    expect(decideText('', 'ann')).toEqual({ allow: false, reasons: [], errors: [] });
  });

  it('lets any forbid win, and names the forbids', () => {
    const text =
      '@id("p") permit (principal, action, resource); @id("f") forbid (principal, action, resource) when { principal.age > 30 };';
    expect(decideText(text, 'ann')).toEqual({ allow: false, reasons: ['f'], errors: [] });
  });

  it('skips and lists a policy that fails, be it permit or forbid', () => {
    const text =
      '@id("p") permit (principal, action, resource); @id("f") forbid (principal, action, resource) when { principal.age > 30 };';
    const decision = decideText(text, 'nobody');
    expect(decision).toMatchObject({ allow: true, reasons: ['p'], errors: [{ policy: 'f' }] });
    expect(decision.errors[0]?.message).toContain('User::"nobody"');
  });

  it('names reasons and errors in the order of the policy set, whichever way they are filed', () => {
    const scopes = [
      'principal',
      'principal == User::"ann"',
      'principal in Team::"ops"',
      'principal is User',
      'principal is User in Team::"all"',
      'principal in User::"ann"',
    ];
    const policies = scopes.flatMap((scope) => [
      `permit (${scope}, action, resource);`,
      `permit (${scope}, action in [Action::"look", Action::"other"], resource) when { 1 + principal.age == true || principal.none };`,
    ]);
    const { reasons, errors } = decideText(policies.reverse().join('\n'), 'ann');
    expect(reasons).toEqual(['policy1', 'policy3', 'policy5', 'policy7', 'policy9', 'policy11']);
    expect(errors.map(({ policy }) => policy)).toEqual([
      'policy0',
      'policy2',
      'policy4',
      'policy6',
      'policy8',
      'policy10',
    ]);
  });

  it('asks for each entity of the request at most once, and for none that no policy needs', () => {
    const asked: string[] = [];
    const counting: EntitySource = {
      get(type, id) {
        asked.push(`${type}::${id}`);
        return known.get(type, id);
      },
    };
    const compiled = compilePolicies(
      parsePolicies(
        'permit (principal in Team::"ops", action, resource) when { principal.age > 1 && principal.age < 99 && principal in Team::"all" };',
      ),
    );
    expect(decide(compiled, request('ann'), counting).allow).toBe(true);
    expect(asked).toEqual(['User::ann']);
  });

  it('visits a keyed policy once, even if a source lists an entity among its own ancestors', () => {
    const uid = entityValue('User', 'ann');
    const self = {
      uid,
      entity: { attributes: new Map(), tags: new Map(), ancestors: new Map([['User', new Set(['ann'])]]) },
    };
    const compiled = compilePolicies(parsePolicies('permit (principal in User::"ann", action, resource);'));
    expect(decide(compiled, request('ann'), entities(self)).reasons).toEqual(['policy0']);
  });
});

describe('like', () => {
  it('takes time in proportion, not exponential, where backtracking would never end', () => {
    const matches = compilePattern(Array<string>(2_000).fill('a'));
    expect(matches(`${'a'.repeat(20_000)}`)).toBe(true);
    expect(matches(`${'a'.repeat(1_999)}`)).toBe(false);
    expect(compilePattern([...Array<string>(50).fill('a'), 'b'])(`${'a'.repeat(100_000)}`)).toBe(false);
  });

  it.each([
    [['a', 'a'], 'a', false],
    [['a', 'a'], 'aa', true],
    [['ab', 'ba'], 'aba', false],
    [['ab', 'b', 'ba'], 'abba', false],
    [['ab', 'b', 'ba'], 'abbba', true],
    [['', ''], '', true],
    [[''], 'a', false],
  ])('%j between wildcards matches %j: %s', (segments, text, matched) => {
    expect(compilePattern(segments)(text)).toBe(matched);
  });
});
