import { defaultAlarmsPerDay, type Frame, type KnownStream, type Wandered } from '@kiten/measurement';
import { expect, it, vi } from 'vitest';
import type { StreamCommand } from '../../src/site/measurement/stream-messages.ts';
import { ann, type InnerSite, newFolder, openSite, start } from '../fixtures.ts';

const stream = 'pump-1/room';

/** What the thread that judges is told of streams. */
async function listening({ streams }: InnerSite): Promise<KnownStream[]> {
  const told: KnownStream[] = [];
  const send = (command: StreamCommand): void => {
    if (command.kind === 'put') told.push(command.known);
  };
  const ask = () => Promise.reject(new Error('nobody is asked here'));
  await streams.connect({ thread: { send, ask, isAtWork: true }, findings: { conclude: async () => [] } });
  return told;
}

/** Noise that comes out the same each time. */
function lesson(seed: number): Frame {
  let state = seed;
  const values = Float64Array.from({ length: 200 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Number((20 + state / 2 ** 31).toFixed(3));
  });
  const times = values.map((_, row) => start / 1000 + row);
  const about = { channels: ['t'], rows: 200, interval: 1, timeColumn: 'time', leftOut: [] };
  return { ...about, values, times, labels: new Map() };
}

/** @returns the profile by which it is judged from then on */
async function learned({ streams }: InnerSite, seed: number): Promise<string> {
  const { lesson: end } = await streams.learn(stream, { seconds: 60, accepts: true }, ann, 'test');
  const before = streams.streams[0]?.profile;
  const frame = lesson(seed);
  await streams.heard([{ kind: 'taught', stream, frame, until: end?.until ?? 0, isCut: false }]);
  return vi.waitFor(
    () => {
      const { profile } = streams.streams[0] ?? {};
      if (profile === undefined || profile === before) throw new Error('it is being learned');
      return profile;
    },
    { timeout: 60_000, interval: 20 },
  );
}

const wandered: Wandered = { drift: Float64Array.of(0.4), morning: Float64Array.of(0.35), passed: 1234.5 };

it('how far the normal of a stream has wandered outlasts who judges and who keeps it, and no new profile', {
  timeout: 120_000,
}, async () => {
  const folder = await newFolder();
  const site = await openSite(folder);
  const told = await listening(site);
  const declaration = { id: 'room', filter: 'd/+/room', form: 'json', fields: ['/t'] } as const;
  const budget = { alarmsPerDay: defaultAlarmsPerDay, silenceSeconds: 300 };
  const follow = { perDay: 0.1, most: 2 };
  await site.streams.declare({ ...declaration, ...budget, follow }, ann, 'test');
  await site.admit('pump-1');
  const place = { device: 'pump-1', declaration: 'room', topic: 'd/pump-1/room' };
  await site.streams.heard([{ kind: 'appeared', stream, ...place, at: start }]);
  const first = await learned(site, 3);
  const told1 = { kind: 'wandered', stream, profile: first, wandered } as const;
  const toldBefore = { ...told1, wandered: { ...wandered, drift: Float64Array.of(0.39) } };

  // The newest counts.
  await site.streams.heard([toldBefore, told1]);
  await site.streams.tellAll();
  expect(told.at(-1)?.profile).toMatchObject({ digest: first, wandered });
  // What is learned and not accepted changes nothing of it.
  await site.streams.learn(stream, { seconds: 60, accepts: false }, ann, 'test');
  await site.close();

  const again = await openSite(folder, { clock: site.clock, fresh: false });
  const toldAgain = await listening(again);
  expect(toldAgain.at(-1)?.profile).toMatchObject({ digest: first, wandered });

  const second = await learned(again, 5);
  expect(second).not.toBe(first);
  expect(toldAgain.at(-1)?.profile).toEqual({ digest: second, text: expect.anything() });
  // Whoever judged by the first says so late.
  await again.streams.heard([told1]);
  await again.streams.tellAll();
  expect(toldAgain.at(-1)?.profile).toEqual({ digest: second, text: expect.anything() });
});
