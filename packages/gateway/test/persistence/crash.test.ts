import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DurablePublisher, DurableSubscriber } from '../support/durable-clients.ts';
import { KilledGateway } from '../support/killed-gateway.ts';
import { random } from '../support/random.ts';

const kills = process.env.KITEN_LONG === '1' ? 200 : 12;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Tries until it holds; the gateway may be busy with what it found. */
async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; !holds(); ) {
    if (Date.now() > deadline) throw new Error(`${what} did not come to hold`);
    await sleep(5);
  }
}

describe(`${kills} times killed under load`, () => {
  it('a gateway brings every QoS 1 message it acknowledged at least once, every QoS 2 message exactly once, in order', async () => {
    const seed = Number(process.env.KITEN_SEED ?? Date.now() % 2 ** 31);
    const directory = await mkdtemp(join(tmpdir(), 'kiten-crash-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const gateway = new KilledGateway(directory, { segmentBytes: 262_144 });
    onTestFinished(() => gateway.kill());
    await gateway.start();
    const publishers = [
      new DurablePublisher('a', 4, 1),
      new DurablePublisher('b', 5, 1),
      new DurablePublisher('c', 4, 2),
      new DurablePublisher('d', 5, 2),
    ];
    // One is there all the time, one comes and goes, one is away from its SUBACK to the end.
    const [present, coming, away] = [
      new DurableSubscriber('present', 5),
      new DurableSubscriber('coming', 4),
      new DurableSubscriber('away', 5),
    ] as const;
    const subscribers = [present, coming, away];
    const next = random(seed);
    const note = `seed ${seed}`;

    for (const subscriber of subscribers) await subscriber.connect(gateway.port);
    await eventually(() => subscribers.every(({ isSubscribed }) => isSubscribed), 'every SUBACK');
    away.disconnect();
    for (let kill = 0; kill < kills; kill++) {
      await Promise.all(publishers.map((publisher) => publisher.connect(gateway.port)));
      await present.connect(gateway.port);
      await sleep(next() * 60);
      if (next() < 0.7) await coming.connect(gateway.port);
      await sleep(next() * 120);
      if (next() < 0.3) coming.disconnect();
      await sleep(next() * 40);
      await gateway.kill();
      await gateway.start();
    }
    for (const publisher of publishers) publisher.isStopping = true;
    await Promise.all(publishers.map((publisher) => publisher.connect(gateway.port)));
    await eventually(() => publishers.every(({ isDone }) => isDone), 'the last acknowledgement');
    await gateway.kill();
    await gateway.start();
    await Promise.all(subscribers.map((subscriber) => subscriber.connect(gateway.port)));

    for (const subscriber of subscribers) {
      const all = `everything at ${subscriber.clientId} (${note})`;
      const isComplete = () =>
        publishers.every(
          ({ topic, published }) => new Set(subscriber.received.get(topic)).size === published,
        );
      await eventually(isComplete, all);
      expect(subscriber.wasForgotten, note).toBe(false);
    }
    await sleep(300);
    for (const { topic, qos, published, acknowledged } of publishers) {
      expect(published, note).toBeGreaterThan(kills);
      expect(acknowledged.size, note).toBe(published);
      const inOrder = Array.from({ length: published }, (_, number) => number);
      for (const { clientId, received } of subscribers) {
        const numbers = received.get(topic) ?? [];
        const what = `${topic} at ${clientId}, ${note}`;
        if (qos === 2) expect(numbers, what).toEqual(inOrder);
        // Copies may come again; what comes for the first time comes in order.
        else expect([...new Set(numbers)], what).toEqual(inOrder);
      }
    }
    for (const each of [...publishers, ...subscribers]) each.disconnect();
    await gateway.stop();
  }, 600_000);
});
