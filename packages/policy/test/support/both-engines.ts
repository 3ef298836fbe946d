import {
  compilePolicies,
  decide,
  entitiesFromJson,
  type PolicySetJson,
  requestFromJson,
} from '@kiten/policy';
import type { World } from './arbitrary-worlds.ts';
import { cedarDecides, type Outcome } from './oracle.ts';

/** How one expression comes out as the condition of a policy. */
export type Truth = 'true' | 'false' | 'error';

const entities = [
  {
    uid: { type: 'User', id: 'ann' },
    attrs: { name: 'Ann' },
    parents: [{ type: 'Team', id: 'ops' }],
    tags: { floor: 3n },
  },
  { uid: { type: 'Team', id: 'ops' }, attrs: {}, parents: [{ type: 'Team', id: 'all' }] },
];
const request = {
  principal: { type: 'User', id: 'ann' },
  action: { type: 'Action', id: 'read' },
  resource: { type: 'File', id: 'unknown to the site' },
  context: { nested: { flag: true, count: 7n } },
};

/** Many expressions judged in one decision, each as the condition of a permit: by Kiten and by Cedar. */
export function judgeByBoth(expressions: readonly unknown[]): {
  readonly kiten: Truth[];
  readonly cedar: Truth[];
} {
  const all = { op: 'All' };
  const policies = Object.fromEntries(
    expressions.map((body, index) => [
      `p${index}`,
      { effect: 'permit', principal: all, action: all, resource: all, conditions: [{ kind: 'when', body }] },
    ]),
  );
  const world: World = { policies, templates: {}, links: [], entities, request };
  return { kiten: truths(kitenDecides(world), expressions), cedar: truths(cedarDecides(world), expressions) };
}

/** What Kiten decides; throws what reading the input throws. */
export function kitenDecides(world: World): Exclude<Outcome, 'refused'> {
  const { policies, templates, links } = world;
  const set = { staticPolicies: policies, templates, templateLinks: links } as unknown as PolicySetJson;
  const decision = decide(
    compilePolicies(set),
    requestFromJson(world.request),
    entitiesFromJson(world.entities),
  );
  const { allow, reasons, errors } = decision;
  return { allow, reasons: reasons.toSorted(), errors: errors.map(({ policy }) => policy).toSorted() };
}

function truths(outcome: Outcome, expressions: readonly unknown[]): Truth[] {
  if (outcome === 'refused') throw new Error('The engine refused the expressions.');
  const holding = new Set(outcome.reasons);
  const failing = new Set(outcome.errors);
  return expressions.map((_, index) =>
    failing.has(`p${index}`) ? 'error' : holding.has(`p${index}`) ? 'true' : 'false',
  );
}
