import {
  compilePolicies,
  decide,
  defaultInvariants,
  defaultPolicies,
  defaultSchema,
  entities,
  entityValue,
  PolicyProver,
  recordValue,
  topicEntity,
} from '@kiten/policy';
import { parsePolicies, readSchemaModel, validatePolicies } from '@kiten/policy/cedar';
import { type Tier, tiers } from '@kiten/trust';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Outcome,
  outcomeIn,
  outcomes,
  withOutcome,
} from '../packages/console/src/readings/outcome-rule.ts';
import { device } from '../packages/policy/test/support/fleet.ts';

const pump = device('pump-1');
const screen = device('screen', { groups: ['observers'] });
const prover = new PolicyProver(readSchemaModel(defaultSchema));
const tank = { id: 'tank', filter: 'd/+/tank' };

/** Whether by these policies somebody may do that where the readings are worth so much, for each tier in its order. */
function allowed(
  text: string,
  action: 'publish' | 'receive' | 'annotate',
  path = 'd/pump-1/tank',
): boolean[] {
  const policies = compilePolicies(parsePolicies(text));
  const who = action === 'publish' ? pump : screen;
  const topic = topicEntity(path);
  return tiers.map((sourcedData: Tier) => {
    const publisher = entityValue(pump.uid.type, pump.uid.id);
    const said = { retain: false, will: false, sourcedData, protocol: '5' };
    const context = recordValue(action === 'publish' ? said : { ...said, publisher });
    const request = {
      ...{ principal: who.uid, action: { type: 'Action', id: action }, resource: topic.uid, context },
    };
    return decide(policies, request, entities(who, topic, pump)).allow;
  });
}

const all = [true, true, true, true];
const nobody = [false, false, false, false];
/** All but what is affirmed. */
const doubtful = tiers.map((tier) => tier !== 'affirming');
const affirmed = doubtful.map((is) => !is);
const unaccused = tiers.map((tier) => tier === 'none' || tier === 'affirming');
const expected: Readonly<Record<Outcome, readonly [boolean[], boolean[], boolean[]]>> = {
  passed: [all, all, nobody],
  marked: [all, all, doubtful],
  'held-from-receivers': [all, affirmed, doubtful],
  'held-at-source': [unaccused, all, doubtful],
};

describe('a policy about what becomes of readings', () => {
  it.each(outcomes)('does what it says and nothing else, in place of the one before: %s', (outcome) => {
    const text = outcomes.reduce((policies, each) => withOutcome(policies, tank, each), defaultPolicies);
    const own = withOutcome(text, tank, outcome);
    expect(validatePolicies(own, defaultSchema).errors).toEqual([]);
    const asked = (['publish', 'receive', 'annotate'] as const).map((action) => allowed(own, action));
    expect(asked).toEqual(expected[outcome]);
    for (const action of ['publish', 'receive', 'annotate'] as const)
      expect(allowed(own, action, 'd/pump-1/other')).toEqual(
        allowed(defaultPolicies, action, 'd/pump-1/other'),
      );
    expect(outcomeIn(own, 'tank')).toBe(outcome);
    expect(outcomeIn(own, 'tan')).toBeUndefined();
    expect(outcomes.filter((each) => own.includes(`"readings-tank-${each}"`))).toEqual([outcome]);
  });

  it.each(outcomes)('breaks no invariant that a site has: %s', (outcome) => {
    const own = withOutcome(defaultPolicies, tank, outcome);
    const { outcomes: proofs } = prover.prove(
      compilePolicies(parsePolicies(own)),
      compilePolicies(parsePolicies(defaultInvariants)),
    );
    expect(proofs.filter(({ result }) => result !== 'proved')).toEqual([]);
  });

  it('goes without a trace of it', () => {
    const own = withOutcome(defaultPolicies, tank, 'held-at-source');
    expect(withOutcome(own, tank, undefined).trim()).toBe(defaultPolicies.trim());
    expect(withOutcome(defaultPolicies, tank, undefined)).toBe(defaultPolicies);
  });

  it('means the topics of whatever filter, and leaves the policies whole', () => {
    const character = fc.constantFrom(...'a*"\\;あ\u0007{}'.split(''));
    const level = fc.oneof(fc.string({ unit: character, minLength: 1, maxLength: 6 }), fc.constant('+'));
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 3 }), fc.boolean(), (levels, isBelow) => {
        const filter = ['d', ...levels, ...(isBelow ? ['#'] : [])].join('/');
        const topic = ['d', ...levels.map((each) => (each === '+' ? 'x' : each))].join('/');
        const text = withOutcome(defaultPolicies, { id: 'any', filter }, 'passed');
        expect(validatePolicies(text, defaultSchema).errors).toEqual([]);
        expect(allowed(text, 'annotate', topic)).toEqual(nobody);
        if (isBelow) expect(allowed(text, 'annotate', `${topic}/y/z`)).toEqual(nobody);
        expect(allowed(text, 'annotate', `e/${topic}`)).toEqual(doubtful);
        expect(withOutcome(text, { id: 'any', filter }, undefined).trim()).toBe(defaultPolicies.trim());
      }),
      { numRuns: 40 },
    );
  });
});
