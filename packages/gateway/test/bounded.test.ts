import { encodePacket, noProperties } from '@kiten/wire';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Harness } from './support/harness.ts';
import { bytesInUse } from './support/heap.ts';
import type { RawClient } from './support/raw-client.ts';

/** A topic of this kind takes more than a kilobyte wherever it is remembered: far more than may be left of each. */
const leftOfEach = 100;
const rounds = 5_000;

let harness: Harness;
let pump: RawClient;
beforeEach(async () => {
  harness = await Harness.start({
    limits: { cachedDecisions: 64, countRows: 100, denials: 64, denialsPerDevice: 64 },
  });
  pump = await harness.client('pump-1', { version: 4 });
});
afterEach(() => harness.stop());

const deep = (space: string, index: number): string =>
  `${space}/${'x/'.repeat(24)}${index}/${'y'.repeat(200)}`;

/** Bytes that are left of each, once whatever is bounded is full. */
async function left(say: (from: number, to: number) => Promise<void>): Promise<number> {
  await say(0, rounds);
  const full = await bytesInUse();
  await say(rounds, 3 * rounds);
  return ((await bytesInUse()) - full) / (2 * rounds);
}

async function publishTo(space: string, from: number, to: number): Promise<void> {
  const message = { type: 'publish', qos: 0, retain: false, dup: false, properties: noProperties } as const;
  for (let index = from; index < to; index += 500) {
    const packets = Array.from({ length: 500 }, (_, at) =>
      encodePacket({ ...message, topic: deep(space, index + at), payload: Buffer.from('x') }, 4),
    );
    pump.socket.write(Buffer.concat(packets));
    await pump.settle();
  }
}

it('topics that are never the same leave nothing behind, if they are allowed', async () => {
  expect(await left((from, to) => publishTo('d/pump-1', from, to))).toBeLessThan(leftOfEach);
});

it('topics that are never the same leave nothing behind, if they are refused', async () => {
  expect(await left((from, to) => publishTo('d/other', from, to))).toBeLessThan(leftOfEach);
});

it('filters that are never the same leave nothing behind when they are given up', async () => {
  const options = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
  const subscribe = async (from: number, to: number): Promise<void> => {
    for (let index = from; index < to; index += 50) {
      const filters = Array.from({ length: 50 }, (_, at) => `${deep('c/pump-1', index + at)}/+/#`);
      const fields = { packetId: 1, properties: noProperties } as const;
      pump.send({
        type: 'subscribe',
        ...fields,
        subscriptions: filters.map((filter) => ({ filter, ...options })),
      });
      await pump.next('suback');
      pump.send({ type: 'unsubscribe', ...fields, filters });
      await pump.next('unsuback');
    }
  };
  const said = await left((from, to) => {
    // A device may subscribe to so many in a minute.
    harness.pass(61_000);
    return subscribe(from, to);
  });
  expect(said).toBeLessThan(leftOfEach);
});
