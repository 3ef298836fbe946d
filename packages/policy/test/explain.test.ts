import { compilePolicies, explainRequest } from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import { describe, expect, it } from 'vitest';
import { showExpression } from '../src/explain/show-expression.ts';
import { Expressions } from './prove/support/expressions.ts';
import { Random } from './prove/support/random.ts';
import { compiledDefaults, device, entitiesOf, requestOf } from './support/explained.ts';

describe('an explanation', () => {
  it('names the forbid that decided, and the attribute that decided it', () => {
    const fallen = device('pump-1', { standing: 'quarantined' });
    const { decision, policies } = explainRequest(
      compiledDefaults,
      requestOf(fallen, 'publish', 'd/pump-1/t'),
      entitiesOf(fallen, 'd/pump-1/t'),
    );
    expect(decision.allow).toBe(false);
    expect(policies).toEqual([
      {
        id: 'quarantined-only-recovers',
        effect: 'forbid',
        outcome: 'satisfied',
        outside: [],
        conditions: [
          {
            kind: 'unless',
            holds: true,
            because: [
              {
                expression: 'action in [Action::"connect", Action::"attest", Action::"update"]',
                value: 'false',
                reads: [{ expression: 'action', value: 'Action::"publish"' }],
              },
              {
                expression: 'principal.standing == "admitted"',
                value: 'false',
                reads: [{ expression: 'principal.standing', value: '"quarantined"' }],
              },
            ],
          },
        ],
      },
    ]);
  });

  it('names the permit that decided', () => {
    const pump = device('pump-1');
    const { decision, policies } = explainRequest(
      compiledDefaults,
      requestOf(pump, 'publish', 'd/pump-1/t'),
      entitiesOf(pump, 'd/pump-1/t'),
    );
    expect(decision.allow).toBe(true);
    expect(policies.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['device-publishes-in-own-name', 'satisfied'],
    ]);
  });

  it('shows what came nearest, where nothing permits it: the condition that did not hold', () => {
    const pump = device('pump-1');
    const { decision, policies } = explainRequest(
      compiledDefaults,
      requestOf(pump, 'publish', 'd/pump-2/t'),
      entitiesOf(pump, 'd/pump-2/t'),
    );
    expect(decision).toMatchObject({ allow: false, reasons: [] });
    const nearest = policies.find(({ id }) => id === 'device-publishes-in-own-name');
    expect(nearest?.outcome).toBe('not satisfied');
    expect(nearest?.conditions).toEqual([
      {
        kind: 'when',
        holds: false,
        because: [
          {
            expression: 'resource.owner == principal',
            value: 'false',
            reads: [
              { expression: 'resource.owner', value: 'Device::"pump-2"' },
              { expression: 'principal', value: 'Device::"pump-1"' },
            ],
          },
        ],
      },
    ]);
  });

  it('shows what failed, with the reason', () => {
    const compiled = compilePolicies(
      parsePolicies(
        'permit (principal, action, resource) when { principal.vector.executables + 9223372036854775807 > 0 };',
      ),
    );
    const pump = device('pump-1');
    const { policies } = explainRequest(compiled, requestOf(pump, 'publish', 'x'), entitiesOf(pump, 'x'));
    expect(policies[0]).toMatchObject({ outcome: 'failed', conditions: [{ holds: 'failed' }] });
    expect(policies[0]?.conditions[0]?.because[0]?.value).toMatch(/^fails: integer overflow/);
  });
});

describe('an expression shown', () => {
  it('is one that Cedar’s parser takes for the same', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const made = new Expressions(new Random(seed * 7), 'read', 0).make('Bool', 5);
      const text = showExpression(made);
      const { staticPolicies } = parsePolicies(`permit (principal, action, resource) when { ${text} };`);
      const parsed = Object.values(staticPolicies)[0]!.conditions[0]!.body;
      expect(showExpression(parsed), `seed ${seed}`).toBe(text);
    }
  });

  it.each([
    '(a || b) && !(c && d)',
    '1 - (2 - 3)',
    '1 - 2 - 3',
    '(1 + 2) * 3',
    '-(1 + 2) * 3',
    '!(principal in Group::"a")',
    '(if true then 1 else 2) + 3',
    'principal has a.b',
    'context["a b"]["c"] like "*\\\\**"',
    '{a: 1, "b c": [1, 2]} == context',
    'principal.getTag("x").contains(ip("10.0.0.0/8").isInRange(context.r))',
  ])('%s keeps its brackets', (text) => {
    const source = text.replace(/\b([abcd])\b(?! b| c|"|:)/g, (all) =>
      /^[abcd]$/.test(all) ? `context.${all}` : all,
    );
    const { staticPolicies } = parsePolicies(`permit (principal, action, resource) when { ${source} };`);
    const body = Object.values(staticPolicies)[0]!.conditions[0]!.body;
    const again = parsePolicies(`permit (principal, action, resource) when { ${showExpression(body)} };`);
    expect(Object.values(again.staticPolicies)[0]!.conditions[0]!.body).toEqual(body);
  });
});
