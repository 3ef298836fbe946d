import type { Wandered } from '@kiten/measurement';
import { expect, it } from 'vitest';
import { ann, newFolder, openSite } from '../fixtures.ts';
import { appear, learned, listening, thermometer } from './told.ts';

const stream = 'pump-1/room';
const wandered: Wandered = { drift: Float64Array.of(0.4), morning: Float64Array.of(0.35), passed: 1234.5 };

it('how far the normal of a stream has wandered outlasts who judges and who keeps it, and no new profile', {
  timeout: 120_000,
}, async () => {
  const folder = await newFolder();
  const site = await openSite(folder);
  const told = await listening(site, 'put');
  const follow = { perDay: 0.1, most: 2 };
  await site.streams.declare({ ...thermometer('room'), follow }, ann, 'test');
  await appear(site, stream);
  const first = await learned(site, stream, 3);
  const told1 = { kind: 'wandered', stream, profile: first, wandered } as const;
  const toldBefore = { ...told1, wandered: { ...wandered, drift: Float64Array.of(0.39) } };

  // The newest counts.
  await site.streams.heard([toldBefore, told1]);
  await site.streams.tellAll();
  expect(told.at(-1)?.known.profile).toMatchObject({ digest: first, wandered });
  // What is learned and not accepted changes nothing of it.
  await site.streams.learn(stream, { seconds: 60, accepts: false }, ann, 'test');
  await site.close();

  const again = await openSite(folder, { clock: site.clock, fresh: false });
  const toldAgain = await listening(again, 'put');
  expect(toldAgain.at(-1)?.known.profile).toMatchObject({ digest: first, wandered });

  const second = await learned(again, stream, 5);
  expect(second).not.toBe(first);
  expect(toldAgain.at(-1)?.known.profile).toEqual({ digest: second, text: expect.anything() });
  // Whoever judged by the first says so late.
  await again.streams.heard([told1]);
  await again.streams.tellAll();
  expect(toldAgain.at(-1)?.known.profile).toEqual({ digest: second, text: expect.anything() });
});
