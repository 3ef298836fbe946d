/**
 * What one cold decision costs: a device publishes on its own topic, nothing is cached, the topic's entity is built
 * anew; and the same in a fleet of 20,000. Beside it, in the same run, Cedar's own engine in WebAssembly with the policies parsed beforehand. CPU time,
 * median of rounds.
 */
import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import {
  compilePolicies,
  decide,
  defaultPolicies,
  deviceEntity,
  type Entity,
  type EntitySource,
  recordValue,
  topicEntity,
} from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import { claimNames, type TrustVector } from '@kiten/trust';
import { cpuSeconds, median, print } from './figure.ts';

const rounds = 9;
const topics = Array.from({ length: 512 }, (_, index) => `d/pump-1/line-${index % 32}/sensor-${index}`);
const vector = Object.fromEntries(claimNames.map((claim) => [claim, 2])) as TrustVector;
const device = deviceEntity({
  id: 'pump-1',
  groups: ['line-7', 'observers'],
  standing: 'admitted',
  vector,
  overdue: false,
});
const action = { type: 'Action', id: 'publish' };
const context = recordValue({ retain: false, will: false });

/** Policies such as sites add: some bound to groups, some to devices, some looking into the topic or the vector. */
function more(count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const effect = index % 5 === 0 ? 'forbid' : 'permit';
    switch (index % 4) {
      case 0:
        return `${effect} (principal in Group::"line-${index}", action == Action::"publish", resource) when { resource.path like "d/*/line-${index}/*" };`;
      case 1:
        return `${effect} (principal == Device::"gate-${index}", action in [Action::"publish", Action::"subscribe"], resource) when { principal.vector.hardware < 32 };`;
      case 2:
        return `${effect} (principal is Device, action == Action::"publish", resource is Topic) when { resource.path like "*/line-${index}/sensor-?*" && principal.tier.executables == "affirming" };`;
      default:
        return `${effect} (principal is Device in Group::"site-${index}", action, resource) when { context has retain && context.retain };`;
    }
  }).join('\n');
}

class Known implements EntitySource {
  topic: Entity | undefined;

  get(type: string): Entity | undefined {
    return type === 'Device' ? device.entity : this.topic;
  }
}

function kiten(text: string): (index: number) => boolean {
  const compiled = compilePolicies(parsePolicies(text));
  const known = new Known();
  return (index) => {
    const topic = topicEntity(topics[index % topics.length]!);
    known.topic = topic.entity;
    return decide(compiled, { principal: device.uid, action, resource: topic.uid, context }, known).allow;
  };
}

function cedar(text: string, name: string): (index: number) => boolean {
  if (preparsePolicySet(name, { staticPolicies: text }).type !== 'success')
    throw new Error('The engine refused the policies.');
  const principal = { type: 'Device', id: 'pump-1' };
  const camel = (claim: string) => claim.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const claims = (value: string | number) =>
    Object.fromEntries(claimNames.map((claim) => [camel(claim), value]));
  const attrs = { standing: 'admitted', overdue: false, vector: claims(2), tier: claims('affirming') };
  const parents = [
    { type: 'Group', id: 'line-7' },
    { type: 'Group', id: 'observers' },
  ];
  return (index) => {
    const path = topics[index % topics.length]!;
    const resource = { type: 'Topic', id: path };
    const topic = { uid: resource, attrs: { path, space: 'd', owner: { __entity: principal } }, parents: [] };
    const entities = [{ uid: principal, attrs, parents }, topic];
    const request = { principal, action, resource, context: { retain: false, will: false } };
    const answer = statefulIsAuthorized({ ...request, entities, preparsedPolicySetId: name });
    return answer.type === 'success' && answer.response.decision === 'allow';
  };
}

const fleetSize = 20_000;

/** One of 20,000 devices after the other, in no order, each on a topic of its own. */
function fleet(text: string): (index: number) => boolean {
  const compiled = compilePolicies(parsePolicies(text));
  const members = Array.from({ length: fleetSize }, (_, index) => {
    const groups = [`line-${index % 40}`, ...(index % 10 === 0 ? ['observers'] : [])];
    return deviceEntity({ id: `device-${index}`, groups, standing: 'admitted', vector, overdue: false });
  });
  const topicsOf = members.map(({ uid }, index) => `d/${uid.id}/line-${index % 32}/sensor`);
  const devices = new Map(members.map(({ uid, entity }) => [uid.id, entity]));
  let topic: Entity | undefined;
  const known: EntitySource = { get: (type, id) => (type === 'Device' ? devices.get(id) : topic) };
  return (index) => {
    const which = (index * 7919) % fleetSize;
    const resource = topicEntity(topicsOf[which]!);
    topic = resource.entity;
    return decide(
      compiled,
      { principal: members[which]!.uid, action, resource: resource.uid, context },
      known,
    ).allow;
  };
}

/** Microseconds of CPU time per call: median of the rounds, after one that warms up. */
async function measure(call: (index: number) => boolean, calls: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const seconds = await cpuSeconds(() => {
      for (let index = 0; index < calls; index++)
        if (!call(index)) throw new Error('A decision came out wrong.');
    });
    if (round > 0) times.push((seconds * 1e6) / calls);
  }
  return median(times);
}

for (const [name, extra] of [
  ['default policies', 0],
  ['default policies and 20 more', 20],
  ['default policies and 500 more', 500],
] as const) {
  const text = `${defaultPolicies}\n${more(extra)}`;
  const value = await measure(kiten(text), extra > 100 ? 20_000 : 100_000);
  const peer = await measure(cedar(text, name), extra > 100 ? 200 : 2_000);
  print({ figure: `decision, cold, ${name}`, value, unit: 'µs', peer, floor: 10, goal: 5, rounds });
}
print({
  figure: 'decision, cold, default policies, 20,000 entities',
  value: await measure(fleet(defaultPolicies), 100_000),
  unit: 'µs',
  floor: 10,
  goal: 3,
  rounds,
});
