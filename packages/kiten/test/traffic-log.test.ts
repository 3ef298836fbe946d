import { rm } from 'node:fs/promises';
import { manualClock } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { logPublicKey } from '../src/site/log-identity.ts';
import { verifyTraffic } from '../src/site/verify-traffic.ts';
import { addDenial, addTraffic, denialsOf, forgetTraffic, trafficWindows } from '../src/store/traffic.ts';
import { entriesOf, type InnerSite, newFolder, openSite, start } from './fixtures.ts';

const minute = start / 60_000;
const row = { device: 'pump-1', action: 'publish', topic: 'd/pump-1/x', allowed: 3, denied: 0 };

/** A site with traffic in three minutes, all of them closed. */
async function withTraffic(folder: string): Promise<InnerSite> {
  const site = await openSite(folder, { clock: manualClock(start) });
  for (const later of [0, 1, 2]) {
    await addTraffic(site.database, minute + later, [row, { ...row, topic: `d/pump-1/${later}`, denied: 2 }]);
  }
  site.clock.advance(5 * 60_000);
  await site.traffic.closeMinutes();
  return site;
}

const verified = async (site: InnerSite) =>
  verifyTraffic(site.layout, `${site.site}/log`, await logPublicKey(site.layout));

describe('the log of the counts of traffic', () => {
  it('has one root a minute, and its checkpoints are entries of the site’s log', async () => {
    const site = await withTraffic(await newFolder());
    expect(
      (await trafficWindows(site.database)).map(({ minute: at, count }) => [at - minute, count]),
    ).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
    await site.close();
    const again = await openSite(site.options.directory.replace(/\/site$/, ''), { fresh: false });
    const checkpoints = (await entriesOf(again.ledger)).filter(({ type }) => type === 'writer/checkpoint');
    expect(checkpoints.at(-1)?.data).toEqual({ origin: 'plant-7.example/log/traffic', size: 3 });
    expect(await verified(again)).toEqual({ windows: 3, problems: [] });
  });

  it('shows a count that was changed, left out or made up afterwards', async () => {
    const site = await withTraffic(await newFolder());
    await site.ledger.publish();
    const { database } = site;
    await database.updateTable('traffic').set({ allowed: 4 }).where('minute', '=', minute).execute();
    await database.deleteFrom('traffic').where('topic', '=', 'd/pump-1/1').execute();
    await addTraffic(database, minute + 2, [{ ...row, topic: 'd/pump-1/made-up' }]);
    const { problems } = await verified(site);
    expect(problems.map((problem) => problem.slice(-32))).toEqual([
      expect.stringContaining('is not what was logged'),
      expect.stringContaining('is not what was logged'),
      expect.stringContaining('is not what was logged'),
    ]);
  });

  it('shows that it, or what it stands for, is gone', async () => {
    const site = await withTraffic(await newFolder());
    await site.ledger.publish();
    await site.database
      .deleteFrom('traffic_windows')
      .where('minute', '=', minute + 1)
      .execute();
    expect((await verified(site)).problems).toEqual([expect.stringContaining('what was counted is gone')]);
    await site.database.deleteFrom('traffic_windows').execute();
    expect((await verified(site)).problems).toHaveLength(3);
    await site.traffic.close();
    // The site's log has its last checkpoint, too.
    await site.ledger.publish();
    await rm(site.layout.trafficLog, { recursive: true });
    expect((await verified(site)).problems).toEqual(['The log of the counts of traffic is gone.']);
  });

  it('takes what comes late into a minute that is still open', async () => {
    const site = await withTraffic(await newFolder());
    expect(site.traffic.minuteFor(minute)).toBeGreaterThan(minute + 2);
    expect(site.traffic.minuteFor(minute + 100)).toBe(minute + 100);
    await addTraffic(site.database, site.traffic.minuteFor(minute), [row]);
    site.clock.advance(5 * 60_000);
    await site.traffic.closeMinutes();
    await site.ledger.publish();
    expect(await verified(site)).toMatchObject({ windows: 4, problems: [] });
  });

  it('still verifies when old counts have gone', async () => {
    const site = await withTraffic(await newFolder());
    await forgetTraffic(site.database, minute + 2);
    expect(await verified(site)).toEqual({ windows: 1, problems: [] });
  });

  it('is not outlived by the topics that were refused', async () => {
    const { database } = await withTraffic(await newFolder());
    const denial = { device: 'pump-1', action: 'publish', policies: '[]', repeated: 1 };
    await addDenial(database, { ...denial, at: start + 119_999, topic: 'd/old' });
    await addDenial(database, { ...denial, at: start + 120_000, topic: 'd/new' });
    await forgetTraffic(database, minute + 2);
    expect((await denialsOf(database, 'pump-1', 9)).map(({ topic }) => topic)).toEqual(['d/new']);
  });
});
