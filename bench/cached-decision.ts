// What one decision costs where messages pass. Cached: what the gateway does for each PUBLISH of a topic that this
// connection published to before, from the topic's bytes in the packet to "allowed, and nothing has changed since".
// Cold: everything that fills the cache, with the site's default policies and nobody subscribed. CPU time of this
// process. Beside the cached one, in the same run: the same bytes looked up in a Map by their text.
import { randomBytes } from 'node:crypto';
import { defaultPolicies } from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import { claimNames, type TrustVector } from '@kiten/trust';
import { Core } from '../packages/gateway/src/core.ts';
import { DecisionCache, hashTopic } from '../packages/gateway/src/decision-cache.ts';
import { limitsFrom } from '../packages/gateway/src/limits.ts';
import { decideTopic } from '../packages/gateway/src/router.ts';
import { stillHolds } from '../packages/gateway/src/still-holds.ts';
import { cpuSeconds, median, print } from './figure.ts';

const rounds = 9;
const core = gatewayCore();
const device = core.device('pump-1');
if (device === undefined) throw new Error('The register does not know its own device.');
const publisher = { device, clientId: 'pump-1' };

interface Place {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

for (const topics of [8, 256]) await measureCached(topics);
await measureCold(512);

async function measureCached(topics: number): Promise<void> {
  const { chunk, places } = publications(topics);
  const cache = new DecisionCache(core.limits.cachedDecisions);
  const texts = new Map<string, boolean>();
  for (const { text } of places) texts.set(text, true);
  const cached = ({ start, end }: Place): boolean => {
    const decision = cache.find(chunk, start, end, hashTopic(chunk, start, end), false);
    return decision !== undefined && stillHolds(core, decision, publisher.device) && decision.allow;
  };
  // The cache grows once topics push each other out, so it takes some messages until all of them are in.
  for (let pass = 0; pass < 64; pass++) {
    for (const place of places) {
      if (!cached(place)) cache.store(decide(place.text, chunk.subarray(place.start, place.end)));
    }
  }
  const byText = ({ start, end }: Place): boolean => texts.get(chunk.toString('latin1', start, end)) === true;
  const times = await alternate(places, 2_000_000, [cached, byText]);
  print({
    figure: `decision, cached, ${topics} topics of one connection`,
    value: times[0]! * 1e6,
    unit: 'µs',
    peer: times[1]! * 1e6,
    floor: 0.5,
    goal: 0.2,
    rounds,
  });
}

async function measureCold(topics: number): Promise<void> {
  const { chunk, places } = publications(topics);
  const cold = ({ text, start, end }: Place): boolean => decide(text, chunk.subarray(start, end)).allow;
  const [time] = await alternate(places, 50_000, [cold]);
  const figure = "decision, cold, the gateway's judge";
  print({ figure, value: time! * 1e6, unit: 'µs', floor: 10, goal: 5, rounds });
}

function decide(text: string, bytes: Buffer) {
  const written = { text, bytes, hash: hashTopic(bytes, 0, bytes.length) };
  return decideTopic(core, publisher, written, false, false);
}

/** CPU seconds of one call of each candidate: medians of rounds that take turns, after one that warms up. */
async function alternate(
  places: readonly Place[],
  calls: number,
  candidates: readonly ((place: Place) => boolean)[],
): Promise<number[]> {
  const seconds = candidates.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, candidate] of candidates.entries()) {
      const time = await cpuSeconds(() => repeat(places, calls, candidate));
      if (round > 0) seconds[index]!.push(time / calls);
    }
  }
  return seconds.map(median);
}

function repeat(places: readonly Place[], calls: number, candidate: (place: Place) => boolean): void {
  let allowed = 0;
  for (let call = 0; call < calls; call++) if (candidate(places[call % places.length]!)) allowed++;
  if (allowed !== calls) throw new Error(`${calls - allowed} decisions came out wrong.`);
}

/** A chunk as it arrives: one PUBLISH after the other, with the place of each topic in it. */
function publications(count: number): { chunk: Buffer; places: readonly Place[] } {
  const packets: Buffer[] = [];
  const places: Place[] = [];
  let length = 0;
  for (let index = 0; index < count; index++) {
    const text = `d/pump-1/line-${index % 32}/sensor-${index}`;
    const packet = Buffer.concat([Buffer.from([0x30, text.length + 8, 0, text.length]), Buffer.from(text)]);
    places.push({ text, start: length + 4, end: length + 4 + text.length });
    packets.push(packet, Buffer.alloc(6, 0x30));
    length += packet.length + 6;
  }
  return { chunk: Buffer.concat(packets), places };
}

function gatewayCore(): Core {
  const made = new Core({
    trustDomain: 'plant-7.example',
    clock: { now: () => Date.now() },
    random: (bytes) => randomBytes(bytes),
    emit: () => undefined,
    limits: limitsFrom({ stalenessBound: 0 }),
    access: 'governed',
    refusedPublish: 'drop',
    version: 'Kiten',
    checksPayloadFormat: false,
    queueOverflow: 'drop-newest',
    name: 'gateway',
    authenticators: [],
    verifyPassword: undefined,
    proxies: [],
    siteTopics: { heard: [], spoken: [] },
    taps: [],
    heapUsed: () => 0,
    poll: () => undefined,
  });
  const vector = Object.fromEntries(claimNames.map((claim) => [claim, 2])) as TrustVector;
  made.replica.apply({ sequence: 1, kind: 'policies', policies: parsePolicies(defaultPolicies) });
  made.replica.apply({
    sequence: 2,
    kind: 'device',
    device: {
      id: 'pump-1',
      groups: ['line-7'],
      standing: 'admitted',
      vector,
      overdue: false,
      epoch: 1,
      revokedSerials: [],
    },
  });
  made.observe();
  return made;
}
