import type { PolicySetJson } from '@kiten/policy';
import { type Action, Expressions, type Json } from './expressions.ts';
import type { Random } from './random.ts';
import { pool } from './schema.ts';

const entity = (type: string, id: string) => ({ type, id });

function scopes(random: Random, action: Action): Json {
  const group = entity('Group', random.pick(pool.groups));
  const principal = random.pick([
    { op: 'All' },
    { op: 'All' },
    { op: 'is', entity_type: 'User' },
    { op: 'in', entity: group },
    { op: 'is', entity_type: 'User', in: { entity: group } },
    { op: '==', entity: entity('User', random.pick(pool.users)) },
  ]);
  const resource = random.pick([
    { op: 'All' },
    { op: 'All' },
    { op: 'is', entity_type: action === 'meet' ? 'User' : 'File' },
    { op: 'in', entity: group },
  ]);
  const actions = random.pick([
    { op: 'All' },
    { op: '==', entity: entity('Action', action) },
    { op: 'in', entity: entity('Action', 'all') },
    { op: 'in', entities: [entity('Action', 'read'), entity('Action', 'meet')] },
  ]);
  return { principal, action: actions, resource };
}

/** A random policy for requests of one action. */
export function randomPolicy(
  random: Random,
  action: Action,
  effect: 'permit' | 'forbid',
  depth: number,
  wrong?: number,
): Json {
  const expressions = new Expressions(random, action, wrong);
  const conditions = Array.from({ length: random.below(3) }, () => ({
    kind: random.chance(0.75) ? 'when' : 'unless',
    body: expressions.make('Bool', depth),
  }));
  return { effect, ...scopes(random, action), conditions };
}

export function policySet(policies: readonly Json[], prefix = 'p'): PolicySetJson {
  const named = policies.map((policy, index) => [`${prefix}${index}`, policy]);
  return { staticPolicies: Object.fromEntries(named), templates: {}, templateLinks: [] };
}

/** A policy set and invariants about it, of which some hold and some do not. */
export function randomSets(random: Random, action: Action, depth: number) {
  const policies = [
    ...Array.from({ length: 1 + random.below(3) }, () => randomPolicy(random, action, 'permit', depth)),
    ...random.times(3, () => randomPolicy(random, action, 'forbid', depth)),
  ];
  const invariants = Array.from({ length: 2 }, () => {
    const made = randomPolicy(random, action, random.chance(0.75) ? 'forbid' : 'permit', depth);
    // A region that follows a policy's own conditions is where proofs are to be had.
    if (random.chance(0.5)) {
      const like = random.pick(policies);
      const conditions = [...(like.conditions as Json[]), ...(made.conditions as Json[])];
      return {
        ...like,
        effect: like.effect === 'permit' ? random.pick(['permit', 'forbid']) : 'forbid',
        conditions,
      };
    }
    return made;
  });
  return { policies: policySet(policies), invariants: policySet(invariants, 'i') };
}
