import { expect, it } from 'vitest';
import { addDenial, addTraffic } from '../../src/store/traffic.ts';
import { trafficHistory } from '../../src/store/traffic-history.ts';
import { newFolder, openSite, start } from '../fixtures.ts';

const minute = start / 60_000;

it('adds up what was counted in each step, and has the steps in which nothing was', async () => {
  const { database, close } = await openSite(await newFolder());
  const row = { device: 'pump-1', action: 'publish', topic: 'd/pump-1/x', allowed: 3, denied: 1 };
  const first = minute - (minute % 5);
  await addTraffic(database, first, [row, { ...row, device: 'pump-2' }]);
  await addTraffic(database, first + 4, [row]);
  await addTraffic(database, first + 10, [{ ...row, denied: 0 }]);
  await addTraffic(database, first + 15, [row]);
  const denial = {
    device: 'pump-1',
    action: 'publish',
    topic: 'd/pump-1/x',
    policies: '[]',
    at: first * 60_000,
  };
  await addDenial(database, { ...denial, repeated: 2, observed: '{}' });
  await addDenial(database, { ...denial, repeated: 7 });

  const steps = await trafficHistory(database, { since: first + 1, until: first + 15, step: 5 });

  expect(steps.map(({ at, ...counts }) => [at / 60_000 - first, counts])).toEqual([
    [0, { allowed: 9, denied: 3, observed: 2 }],
    [5, { allowed: 0, denied: 0, observed: 0 }],
    [10, { allowed: 3, denied: 0, observed: 0 }],
  ]);
  await close();
});
