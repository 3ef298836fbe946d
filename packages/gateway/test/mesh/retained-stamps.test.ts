import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DeviceRecord } from '../../src/device-record.ts';
import { defaultLimits } from '../../src/limits.ts';
import { RetainedStamps } from '../../src/mesh/retained-stamps.ts';
import type { Message } from '../../src/message.ts';
import { RetainedMessages } from '../../src/retained.ts';

const publisher = new DeviceRecord('pump-1');

function message(topic: string, text: string): Message {
  const rest = {
    qos: 1,
    retain: true,
    will: false,
    properties: {},
    clientId: '',
    expiresAt: undefined,
  } as const;
  return { topic, payload: Buffer.from(text), publisher, ...rest };
}

function worker(index: number): RetainedMessages {
  const retained = new RetainedMessages(defaultLimits);
  retained.stamps = new RetainedStamps(index, () => 0);
  return retained;
}

it('whatever workers retain and clear, and in whatever order they hear of it, they come to agree', () => {
  const said = fc.record({
    by: fc.nat({ max: 2 }),
    topic: fc.constantFrom('a', 'a/b', 'c'),
    clears: fc.boolean(),
    // How many of the others’ words the worker has heard before.
    heard: fc.nat({ max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(said, { maxLength: 30 }), (words) => {
      const workers = [0, 1, 2].map(worker);
      const ways = [0, 1, 2].map((to) => [0, 1, 2].map((from) => ({ from, to, on: [] as (() => void)[] })));
      const hear = (to: number, most: number): void => {
        for (const { on } of ways[to] ?? []) for (const take of on.splice(0, most)) take();
      };
      for (const [number, { by, topic, clears, heard }] of words.entries()) {
        hear(by, heard);
        const one = message(topic, clears ? '' : String(number));
        expect(workers[by]?.store(one)).toBe(true);
        const stamp = workers[by]?.stampOf(topic) as number;
        for (const to of [0, 1, 2].filter((each) => each !== by))
          ways[to]?.[by]?.on.push(() => workers[to]?.take(one, stamp));
      }
      for (const to of [0, 1, 2]) hear(to, Number.POSITIVE_INFINITY);
      const [first, ...others] = workers.map((each) =>
        [...each.all()].map(({ topic, payload }) => `${topic} ${payload}`).sort(),
      );
      for (const other of others) expect(other).toEqual(first);
    }),
  );
});
