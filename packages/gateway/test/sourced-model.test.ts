import { defaultPolicies } from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import type { Publish } from '@kiten/wire';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { device, eventually, Harness } from './support/harness.ts';
import type { RawClient } from './support/raw-client.ts';

const tiers = ['none', 'affirming', 'warning', 'contraindicated'] as const;
type Tier = (typeof tiers)[number];
const claimOf: Readonly<Record<Tier, number>> = {
  none: 0,
  affirming: -2,
  warning: -50,
  contraindicated: -110,
};

const topics = ['d/pump-1/tank', 'd/pump-1/shaft/a', 'd/pump-1/shaft/b'] as const;
const streams = ['pump-1/tank', 'pump-1/shaft/a', 'pump-1/shaft/b'] as const;

type Step =
  | { readonly kind: 'trust'; readonly stream: number; readonly tier: Tier }
  | {
      readonly kind: 'say';
      readonly topic: number;
      readonly qos: 0 | 1 | 2;
      readonly retain: boolean;
      readonly times: number;
    }
  | { readonly kind: 'leave' }
  | { readonly kind: 'look' };

const index = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('trust' as const), stream: index, tier: fc.constantFrom(...tiers) }),
  fc.record({
    kind: fc.constant('say' as const),
    topic: index,
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    retain: fc.boolean(),
    times: fc.integer({ min: 1, max: 3 }),
  }),
  fc.constant({ kind: 'leave' as const }),
  fc.constant({ kind: 'look' as const }),
);

const told = ({ payload, properties }: Publish): string =>
  `${payload} ${new Map(properties.userProperties).get('kiten-sourced-data') ?? ''}`;
/** What comes of a message to each: one that is told, one that acts on it, one that cannot be told. */
const forReader = (text: string, tier: Tier): string[] => [`${text} ${tier === 'affirming' ? '' : tier}`];
const forActor = (text: string, tier: Tier): string[] =>
  tier === 'contraindicated' ? [] : forReader(text, tier);
const forOld = (text: string, tier: Tier): string[] => (tier === 'affirming' ? [`${text} `] : []);

const set = parsePolicies(`${defaultPolicies}
@id("told-or-nothing") forbid (principal is Device, action == Action::"receive", resource is Topic)
when { context has protocol && context.protocol == "3.1.1" }
when { context has sourcedData && context.sourcedData != "affirming" };`);
const fleet = [
  device('pump-1'),
  device('reader', { groups: ['observers'] }),
  device('actor', { groups: ['controllers'] }),
  device('old', { groups: ['observers'] }),
  device('away', { groups: ['controllers'] }),
];
const kept = { properties: { sessionExpiryInterval: 3600 } };

/** The gateway beside what it should do. */
class Scene {
  readonly #harness: Harness;
  readonly #publisher: RawClient;
  readonly #live: readonly (readonly [client: RawClient, expected: string[], outcome: typeof forReader])[];
  readonly #trust: Tier[] = ['none', 'none', 'none'];
  readonly #retained = new Map<number, string>();
  #away: RawClient | undefined;
  #waiting: { topic: number; text: string }[] = [];
  #departures = 0;
  #count = 0;

  private constructor(harness: Harness, [publisher, reader, actor, old, away]: readonly RawClient[]) {
    this.#harness = harness;
    this.#publisher = publisher as RawClient;
    this.#live = [
      [reader as RawClient, [], forReader],
      [actor as RawClient, [], forActor],
      [old as RawClient, [], forOld],
    ];
    this.#away = away as RawClient;
  }

  static async begin(): Promise<Scene> {
    const harness = await Harness.start({}, fleet);
    harness.gateway.apply({ sequence: harness.next(), kind: 'policies', policies: set });
    const patterns = [
      { id: 'tank', filter: 'd/+/tank', namesChannel: false },
      { id: 'shaft', filter: 'd/+/shaft/+', namesChannel: false },
    ];
    harness.gateway.apply({ sequence: harness.next(), kind: 'streams', patterns });
    const clients = [
      await harness.client('pump-1'),
      await harness.client('reader'),
      await harness.client('actor'),
      await harness.client('old', { version: 4 }),
      await harness.client('away', kept),
    ];
    for (const client of clients.slice(1)) await client.subscribe('d/#', { qos: 2 });
    return new Scene(harness, clients);
  }

  async do(step: Step): Promise<void> {
    if (step.kind === 'trust') {
      this.#trust[step.stream] = step.tier;
      const known = streams.map((stream, at) => ({
        stream,
        value: claimOf[this.#trust[at] as Tier],
        finding: 'x/y',
      }));
      this.#harness.set({
        ...device('pump-1', { vector: {} }),
        ...{ streams: known, ownSourcedData: 'none' },
      });
    } else if (step.kind === 'say') await this.#say(step);
    else if (step.kind === 'leave') await this.#leaveOrReturn();
    else await this.#look();
  }

  /** Several at once come in one piece, and are judged once. */
  async #say({ topic, qos, retain, times }: Step & { kind: 'say' }): Promise<void> {
    for (let time = 0; time < times; time++) {
      const text = String(this.#count++);
      const id = this.#publisher.publish(topics[topic] as string, text, { qos, retain });
      if (qos === 2) this.#publisher.send({ type: 'pubrel', packetId: id, reasonCode: 0, properties: {} });
      for (const [, expected, outcome] of this.#live) expected.push(...outcome(text, this.#tierOf(topic)));
      if (retain) this.#retained.set(topic, text);
      // Nobody acknowledges it for the time being.
      if (qos > 0 && forActor(text, this.#tierOf(topic)).length > 0) this.#waiting.push({ topic, text });
    }
    await this.#publisher.settle();
  }

  /** What waited is judged when it is sent. */
  async #leaveOrReturn(): Promise<void> {
    if (this.#away !== undefined) {
      this.#away.socket.destroy();
      this.#away = undefined;
      await eventually(() => this.#harness.of('session-closed').length > this.#departures, 'the departure');
      this.#departures++;
      return;
    }
    const client = await this.#harness.client('away', { ...kept, cleanStart: false });
    await client.settle();
    const expected = this.#waiting.flatMap(({ topic, text }) => forActor(text, this.#tierOf(topic)));
    expect(client.publications().map(told)).toEqual(expected);
    for (const { packetId, qos } of client.publications())
      if (packetId !== undefined)
        client.send({ type: qos === 1 ? 'puback' : 'pubrec', packetId, reasonCode: 0, properties: {} });
    await client.settle();
    for (const { packetId } of client.received.filter((packet) => packet.type === 'pubrel'))
      client.send({ type: 'pubcomp', packetId, reasonCode: 0, properties: {} });
    await client.settle();
    this.#waiting = [];
    this.#away = client;
  }

  /** What is retained is judged when it is looked at. */
  async #look(): Promise<void> {
    for (const [id, version, outcome] of [
      ['reader', 5, forReader],
      ['actor', 5, forActor],
      ['old', 4, forOld],
    ] as const) {
      const client = await this.#harness.client(id, { version, clientId: `${id}/look` });
      await client.subscribe('d/#', { qos: this.#count % 2 === 0 ? 0 : 1 });
      await client.settle();
      const expected = [...this.#retained].flatMap(([topic, text]) => outcome(text, this.#tierOf(topic)));
      expect(client.publications().map(told).toSorted()).toEqual(expected.toSorted());
      client.socket.destroy();
      await eventually(() => this.#harness.of('session-closed').length > this.#departures, 'the look');
      this.#departures++;
    }
  }

  async end(): Promise<void> {
    for (const [client, expected] of this.#live) {
      await client.settle();
      expect(client.publications().map(told)).toEqual(expected);
    }
    await this.#harness.stop();
  }

  #tierOf(topic: number): Tier {
    return this.#trust[topic] as Tier;
  }
}

it('a message is never judged by what was known of its stream before', async () => {
  const steps = fc.array(step, { minLength: 5, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const scene = await Scene.begin();
      for (const one of all) await scene.do(one);
      await scene.end();
    }),
    { numRuns: 25 },
  );
});
