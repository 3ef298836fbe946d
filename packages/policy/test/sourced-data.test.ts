import {
  compilePolicies,
  decide,
  defaultPolicies,
  defaultSchema,
  diffPolicies,
  entities,
  entityValue,
  explainRequest,
  PolicyProver,
  recordValue,
  requestToJson,
  showEnvironment,
  topicEntity,
} from '@kiten/policy';
import { parsePolicies, readSchemaModel, validatePolicies } from '@kiten/policy/cedar';
import { type Tier, tiers } from '@kiten/trust';
import { describe, expect, it } from 'vitest';
import { device, withClaim } from './support/fleet.ts';

const compiled = (text: string) => compilePolicies(parsePolicies(text));
const schema = readSchemaModel(defaultSchema);
const defaults = compiled(defaultPolicies);
const lying = withClaim('sourced-data', -110);

const pump = device('pump-1');
const screen = device('screen', { groups: ['observers'] });
const panel = device('panel', { groups: ['controllers'] });
const valve = device('valve', { groups: ['actuators', 'observers'] });
const brake = device('brake', { groups: ['safety', 'observers'] });
/** One of its streams lies; all that is known of the rest is good. */
const liar = device('liar', { vector: lying, ownSourcedData: 'none' });

interface Context {
  readonly publisher?: typeof pump;
  readonly sourcedData?: Tier;
  readonly protocol?: string;
}

function ask(
  who: typeof pump,
  action: string,
  path: string,
  { publisher, ...more }: Context,
  set = defaults,
) {
  const known = entities(who, topicEntity(path), ...(publisher === undefined ? [] : [publisher]));
  const context = recordValue({
    ...{ retain: false, will: false, ...more },
    ...(publisher === undefined ? {} : { publisher: entityValue(publisher.uid.type, publisher.uid.id) }),
  });
  const topic = topicEntity(path).uid;
  const request = { principal: who.uid, action: { type: 'Action', id: action }, resource: topic, context };
  return { ...decide(set, request, known), explanation: explainRequest(set, request, known) };
}

describe('readings, by the default policies,', () => {
  it.each([
    ['screen', screen, [true, true, true, true]],
    ['panel', panel, [true, true, true, false]],
    ['valve', valve, [true, true, true, false]],
    ['brake', brake, [true, true, true, false]],
  ] as const)('reach %s as its groups and their stream are', (_, who, expected) => {
    const outcomes = tiers.map(
      (sourcedData) => ask(who, 'receive', 'd/pump-1/t', { publisher: pump, sourcedData }).allow,
    );
    expect(outcomes).toEqual(expected);
    expect(ask(who, 'receive', 'd/pump-1/t', { publisher: pump }).allow).toBe(true);
  });

  it('are marked unless they are affirmed, and other messages are not', () => {
    for (const sourcedData of tiers) {
      const { allow } = ask(screen, 'annotate', 'd/pump-1/t', { publisher: pump, sourcedData });
      expect(allow).toBe(sourcedData !== 'affirming');
    }
    expect(ask(screen, 'annotate', 'd/pump-1/t', { publisher: pump }).allow).toBe(false);
  });

  it('of one stream do not take their device along, nor what else it says', () => {
    for (const action of ['publish', 'annotate'])
      expect(ask(liar, action, 'd/liar/t', { sourcedData: 'warning' }).allow).toBe(true);
    expect(ask(liar, 'subscribe', 'c/liar/', {}).allow).toBe(true);
    expect(ask(panel, 'receive', 'd/liar/t', { publisher: liar, sourcedData: 'affirming' }).allow).toBe(true);
    expect(ask(panel, 'receive', 'd/liar/t', { publisher: liar }).allow).toBe(true);
  });

  it.each([
    ['nobody tells them apart', device('liar', { vector: lying })],
    ['the rest lies too', device('liar', { vector: lying, ownSourcedData: 'contraindicated' })],
  ])('take their device along where %s', (_, who) => {
    expect(ask(who, 'publish', 'd/liar/t', {}).reasons).toEqual(['contraindicated-only-recovers']);
    expect(ask(screen, 'receive', 'd/liar/t', { publisher: who }).reasons).toEqual([
      'fallen-publisher-is-not-heard',
    ]);
  });
});

describe('what is known of readings', () => {
  const told = `@id("told-or-nothing")
    forbid (principal is Device, action == Action::"receive", resource is Topic)
    when { context has protocol && context.protocol == "3.1.1" }
    when { context has sourcedData && context.sourcedData != "affirming" };`;

  it('is something that policies can ask, strictly typed', () => {
    expect(validatePolicies(`${defaultPolicies}${told}`, defaultSchema)).toEqual({
      errors: [],
      warnings: [],
    });
    const careless =
      'forbid (principal, action == Action::"receive", resource) when { context.sourcedData == "warning" };';
    expect(validatePolicies(careless, defaultSchema).errors).not.toEqual([]);
  });

  it('may keep from a receiver what it cannot be told', () => {
    const set = compiled(`${defaultPolicies}${told}`);
    const outcome = (protocol: string, sourcedData: Tier) =>
      ask(screen, 'receive', 'd/pump-1/t', { publisher: pump, protocol, sourcedData }, set).allow;
    expect(tiers.map((tier) => outcome('3.1.1', tier))).toEqual([false, true, false, false]);
    expect(tiers.map((tier) => outcome('5', tier))).toEqual([true, true, true, true]);
  });

  it('is among the reasons of a decision', () => {
    const { explanation } = ask(panel, 'receive', 'd/pump-1/t', {
      publisher: pump,
      sourcedData: 'contraindicated',
    });
    expect(explanation.policies).toMatchObject([
      { id: 'contraindicated-readings-move-nothing', outcome: 'satisfied' },
    ]);
    expect(JSON.stringify(explanation.policies)).toContain('context.sourcedData');
  });

  const moved = `@id("no-lie-moves-anything") @sentence("x")
    forbid (principal is Device in Group::"actuators", action == Action::"receive", resource is Topic)
    when { context has sourcedData && context.sourcedData == "contraindicated" };`;
  const marked = `@id("doubt-is-told") @sentence("x")
    permit (principal is Device, action == Action::"annotate", resource is Topic)
    when { principal has standing && principal.standing == "admitted" }
    when { principal.tier.sourcedData == "none" && principal.tier.hardware == "none" && principal.tier.executables == "none" }
    when { principal.tier.instanceIdentity == "none" && principal.tier.configuration == "none" }
    when { principal.tier.fileSystem == "none" && principal.tier.runtimeOpaque == "none" && principal.tier.storageOpaque == "none" }
    when { context has sourcedData && context.sourcedData == "warning" };`;
  const prover = new PolicyProver(schema);
  const without = (id: string) =>
    defaultPolicies
      .split(/(?=^@id\()/m)
      .filter((statement) => !statement.startsWith(`@id("${id}")`))
      .join('');

  it.each([
    ['no-lie-moves-anything', moved, 'contraindicated-readings-move-nothing'],
    ['doubt-is-told', marked, 'doubtful-readings-are-marked'],
  ])('can be proved about: %s, and is shown where it does not hold', (id, invariant, policy) => {
    expect(prover.prove(defaults, compiled(invariant)).outcomes).toMatchObject([{ id, result: 'proved' }]);
    const [outcome] = prover.prove(compiled(without(policy)), compiled(invariant)).outcomes;
    if (outcome?.result !== 'refuted') throw new Error(outcome?.result);
    const request = requestToJson(outcome.counterexample.request);
    expect(request.context.sourcedData).toBe(id === 'doubt-is-told' ? 'warning' : 'contraindicated');
  });

  it('is an example of what a change decides otherwise', () => {
    const { regions, undecided } = diffPolicies(schema, defaults, compiled(`${defaultPolicies}${told}`));
    expect(undecided).toEqual([]);
    expect(regions.map(({ change, environment }) => [change, showEnvironment(environment)])).toEqual([
      ['denied', 'Device receive Topic'],
    ]);
    const { context } = requestToJson(regions[0]!.example.request);
    expect(context).toMatchObject({ protocol: '3.1.1', sourcedData: expect.any(String) });
    expect(context.sourcedData).not.toBe('affirming');
  });
});
