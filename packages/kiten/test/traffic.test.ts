import { expect, it } from 'vitest';
import { addDenial, addTraffic } from '../src/store/traffic.ts';
import { openApi } from './api-fixture.ts';

it('traffic is told for a window, what happened most first, with what would have been refused', async () => {
  const site = await openApi();
  const token = await site.operator('viewer');
  const get = async (query: string) => (await site.ask('GET', `traffic${query}`, { token })).body;
  const now = site.clock.now();
  const minute = Math.floor(now / 60_000);
  const row = { device: 'pump-1', action: 'publish', topic: 'd/pump-1/t' };
  await addTraffic(site.database, minute - 90, [{ ...row, allowed: 100, denied: 0 }]);
  await addTraffic(site.database, minute - 5, [{ ...row, allowed: 4, denied: 1 }]);
  await addTraffic(site.database, minute - 4, [
    { ...row, allowed: 4, denied: 0 },
    { ...row, device: 'pump-2', allowed: 2, denied: 1 },
  ]);
  const denial = { ...row, policies: '[]', at: now - 1000 };
  await addDenial(site.database, { ...denial, repeated: 3, observed: 'pump-1' });
  await addDenial(site.database, { ...denial, repeated: 9 });
  await addDenial(site.database, { ...denial, topic: 'c/x', repeated: 2, observed: 'pump-1' });
  expect(await get('')).toMatchObject({
    until: now,
    more: false,
    rows: [
      { ...row, allowed: 8, denied: 1, observed: 3 },
      { ...row, device: 'pump-2', allowed: 2, denied: 1, observed: 0 },
      { ...row, topic: 'c/x', allowed: 2, denied: 0, observed: 2 },
    ],
  });
  expect((await get('?minutes=120')).rows[0].allowed).toBe(108);
  expect(await get('?limit=1')).toMatchObject({ more: true, rows: [{ allowed: 8 }] });
});
