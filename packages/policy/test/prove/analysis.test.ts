import {
  compilePolicies,
  decide,
  defaultPolicies,
  defaultSchema,
  diffPolicies,
  reviewPolicies,
  showEnvironment,
} from '@kiten/policy';
import { parsePolicies, readSchemaModel } from '@kiten/policy/cedar';
import { describe, expect, it } from 'vitest';
import type { Action } from './support/expressions.ts';
import { randomSets } from './support/policies.ts';
import { Random } from './support/random.ts';
import { testModel } from './support/schema.ts';
import { randomWorld } from './support/worlds.ts';

const schema = readSchemaModel(defaultSchema);
const compiled = (text: string) => compilePolicies(parsePolicies(text));
const diff = (before: string, after: string) => diffPolicies(schema, compiled(before), compiled(after));

describe('the difference of two policy sets', () => {
  it('is none between texts that mean the same', () => {
    const other = defaultPolicies
      .replaceAll('@reason(', '@why(')
      .replace('resource.space == "d" && resource has owner', 'resource has owner && resource.space == "d"')
      .replace('resource.path like "c/*"', '!(!(resource.path like "c/*"))');
    expect(diff(defaultPolicies, other)).toEqual({ regions: [], undecided: [] });
  });

  it('is what a new permit allows, with an example', () => {
    const more = `${defaultPolicies}\n@id("gate") permit (principal is Device in Group::"gates", action == Action::"publish", resource is Topic) when { resource.path like "gate/*" };`;
    const { regions, undecided } = diff(defaultPolicies, more);
    expect(undecided).toEqual([]);
    expect(regions).toHaveLength(1);
    const [region] = regions;
    expect(region).toMatchObject({ change: 'allowed', before: [], after: ['gate'] });
    expect(showEnvironment(region!.environment)).toBe('Device publish Topic');
    const topic = region!.example.entities.find(({ uid }) => uid.type === 'Topic');
    expect(topic?.entity.attributes.get('path')).toMatch(/^gate\//);
  });

  it('is, the other way round, what is denied', () => {
    const more = `${defaultPolicies}\n@id("night") forbid (principal, action == Action::"operate", resource);`;
    const { regions } = diff(defaultPolicies, more);
    expect(
      regions.map(({ change, after, environment }) => [change, after, showEnvironment(environment)]),
    ).toEqual([
      ['denied', ['night'], 'Operator operate Site'],
      ['denied', ['night'], 'Operator operate Device'],
    ]);
  });

  it('tells causes apart', () => {
    const two = `${defaultPolicies}
      @id("one") permit (principal is Device, action == Action::"publish", resource) when { resource.path like "one/*" };
      @id("two") permit (principal is Device, action == Action::"publish", resource) when { resource.path like "two/*" };`;
    const causes = diff(defaultPolicies, two).regions.map(({ after }) => after);
    expect(causes).toEqual(expect.arrayContaining([['one'], ['two']]));
  });

  it.each(['read', 'meet'] as const)(
    'finds every change that random requests to %s meet',
    (action: Action) => {
      let changed = 0;
      for (let seed = 1; seed <= 120; seed++) {
        const random = new Random(seed * 49_979_687);
        const [before, after] = [randomSets(random, action, 3), randomSets(random, action, 3)].map(
          ({ policies }) => compilePolicies(policies),
        );
        const found = diffPolicies(testModel, before!, after!);
        for (let index = 0; index < 20; index++) {
          const { request, source } = randomWorld(random, action);
          const [was, is] = [before!, after!].map((set) => decide(set, request, source).allow);
          if (was === is) continue;
          changed++;
          const covered = found.regions.some(
            ({ change, environment }) =>
              environment.action.uid.id === action && (change === 'allowed') === is,
          );
          expect(covered || found.undecided.length > 0, `seed ${seed}`).toBe(true);
        }
      }
      expect(changed).toBeGreaterThan(100);
    },
    120_000,
  );
});

describe('a review', () => {
  const remarks = (text: string) => reviewPolicies(schema, compiled(`${defaultPolicies}\n${text}`)).remarks;

  it('has nothing to say about the default policies but what they are meant to say twice', () => {
    expect(reviewPolicies(schema, compiled(defaultPolicies)).undecided).toEqual([]);
    expect(remarks('')).toEqual([]);
  });

  it.each([
    [
      'of what no request satisfies',
      'permit (principal is Device, action == Action::"publish", resource) when { resource.path like "a*" && !(resource.path like "*") };',
      'never-matches',
      [],
    ],
    [
      'of types that never meet',
      'permit (principal is Operator, action == Action::"publish", resource);',
      'never-matches',
      [],
    ],
    [
      'of a condition that always fails',
      'permit (principal is Device, action == Action::"enrol", resource) when { context.missing };',
      'never-matches',
      [],
    ],
    [
      'of a permit that another one includes',
      'permit (principal is Device in Group::"controllers", action == Action::"publish", resource is Topic) when { resource.path like "c/pump-1/*" };',
      'shadowed',
      ['controller-commands'],
    ],
    [
      'of a forbid that another one includes',
      'forbid (principal is Device, action == Action::"publish", resource) when { principal.standing == "revoked" };',
      'shadowed',
      ['unknown-or-revoked-gets-nothing'],
    ],
    [
      'of a permit that is always forbidden',
      'permit (principal is Device, action == Action::"publish", resource) when { principal.standing == "quarantined" };',
      'contradicted',
      ['quarantined-only-recovers'],
    ],
    [
      'of a forbid of what nothing permits',
      'forbid (principal is Device, action == Action::"publish", resource is Topic) when { resource.path like "x/*" && resource.space == "x" };',
      'contradicted',
      [],
    ],
  ])('tells %s', (_what, text, remark, by) => {
    expect(remarks(`@id("it") ${text}`)).toContainEqual({ policy: 'it', remark, by });
  });
});
