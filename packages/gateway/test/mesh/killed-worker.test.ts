import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DurablePublisher, DurableSubscriber } from '../support/durable-clients.ts';
import { random } from '../support/random.ts';
import { ThreadCrew } from '../support/thread-crew.ts';

const kills = process.env.KITEN_LONG === '1' ? 200 : 4;
const workers = 2;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; !holds(); ) {
    if (Date.now() > deadline) throw new Error(`${what} did not come to hold`);
    await sleep(5);
  }
}

describe(`${kills} times one of its workers killed under load`, () => {
  it('a gateway brings every QoS 1 message it acknowledged at least once, every QoS 2 message exactly once, in order', async () => {
    const seed = Number(process.env.KITEN_SEED ?? Date.now() % 2 ** 31);
    const note = `seed ${seed}`;
    const next = random(seed);
    const storeDirectory = await mkdtemp(join(tmpdir(), 'kiten-killed-'));
    onTestFinished(() => rm(storeDirectory, { recursive: true, force: true }));
    const limits = { segmentBytes: 262_144 };
    const crew = new ThreadCrew(
      { trustDomain: 'open.invalid', access: 'open', storeDirectory, limits },
      workers,
    );
    onTestFinished(() => crew.stop());
    const { port } = await crew.crew.listen({ kind: 'plain', host: '127.0.0.1', port: 0 });
    const publishers = [
      new DurablePublisher('kept-1', 4, 1),
      new DurablePublisher('kept-2', 5, 2),
      new DurablePublisher('kept-3', 4, 2),
      // Served wherever they come, so that what they say goes from worker to worker.
      new DurablePublisher('clean-1', 5, 1, false),
      new DurablePublisher('clean-2', 4, 1, false),
      new DurablePublisher('clean-3', 5, 1, false),
    ];
    const [present, away] = [new DurableSubscriber('present', 5), new DurableSubscriber('away', 4)] as const;
    const subscribers = [present, away];

    for (const subscriber of subscribers) await subscriber.connect(port);
    await eventually(() => subscribers.every(({ isSubscribed }) => isSubscribed), 'every SUBACK');
    away.disconnect();
    for (let kill = 0; kill < kills; kill++) {
      const count = publishers.map(({ acknowledged }) => acknowledged.size);
      const areMoving = () =>
        publishers.every(({ acknowledged }, at) => acknowledged.size > (count[at] ?? 0));
      await present.connect(port);
      await Promise.all(publishers.map((publisher) => publisher.connect(port)));
      await eventually(areMoving, 'progress of every publisher');
      await sleep(next() * 50);
      // The keeper and the others in turn.
      const index = kill % workers;
      await crew.kill(index);
      await crew.restart(index);
    }
    for (const publisher of publishers) publisher.isStopping = true;
    await Promise.all(publishers.map((publisher) => publisher.connect(port)));
    await eventually(() => publishers.every(({ isDone }) => isDone), 'the last acknowledgement');
    await Promise.all(subscribers.map((subscriber) => subscriber.connect(port)));

    for (const { clientId, received, wasForgotten } of subscribers) {
      const isComplete = () =>
        publishers.every(({ topic, published }) => new Set(received.get(topic)).size === published);
      await eventually(isComplete, `everything at ${clientId} (${note})`);
      expect(wasForgotten, note).toBe(false);
      for (const { topic, qos, published, acknowledged } of publishers) {
        expect(acknowledged.size, note).toBe(published);
        const inOrder = Array.from({ length: published }, (_, number) => number);
        const numbers = received.get(topic) ?? [];
        const what = `${topic} at ${clientId}, ${note}`;
        if (qos === 2) expect(numbers, what).toEqual(inOrder);
        else expect([...new Set(numbers)], what).toEqual(inOrder);
      }
    }
    for (const each of [...publishers, ...subscribers]) each.disconnect();
  }, 600_000);
});
