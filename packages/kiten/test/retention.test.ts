import { describe, expect, it } from 'vitest';
import { openApi } from './api-fixture.ts';
import { entriesOf, newFolder, newOperator, openSite } from './fixtures.ts';

const file = { evidenceDays: 365, trafficDays: 14 };
const wanted = { evidenceDays: 30, trafficDays: 7 };
const why = { reason: 'the works council' };

describe('how long things are kept', () => {
  it('is what kiten.toml says until an administrator sets it, with a reason that stands in the log', async () => {
    const site = await openApi();
    const token = await site.operator('administrator');
    const seen = async () => (await site.ask('GET', 'retention', { token })).body;
    expect(await seen()).toEqual({ ...file, isSet: false, file });
    const set = await site.ask('PUT', 'retention', { token, body: { ...wanted, ...why } });
    expect(set).toMatchObject({ status: 200, body: { ...wanted, isSet: true, file } });
    expect(await seen()).toEqual({ ...wanted, isSet: true, file });
    expect(site.retention.present).toEqual(wanted);
    expect((await entriesOf(site.ledger)).at(-1)).toMatchObject({
      type: 'site/retention-changed',
      actor: 'operator:administrator-1',
      ...why,
      data: { ...wanted, evidenceBefore: 365, trafficBefore: 14 },
    });
  });

  it.each([
    { ...wanted, evidenceDays: 0 },
    { ...wanted, evidenceDays: 36_501 },
    { ...wanted, trafficDays: 3651 },
    { ...wanted, trafficDays: 1.5 },
    { evidenceDays: 30 },
    { ...wanted, more: 1 },
  ])('is bounded: %j', async (body) => {
    const { ask, operator, retention } = await openApi();
    const token = await operator('administrator');
    expect((await ask('PUT', 'retention', { token, body: { ...body, ...why } })).status).toBe(400);
    expect((await ask('PUT', 'retention', { token, body: wanted })).status).toBe(400);
    expect(retention.isSet).toBe(false);
  });

  it('is no matter for those who only operate, and for two people where the site says so', async () => {
    const site = await openApi({ needed: ['retention-change'] });
    const body = { ...wanted, ...why };
    const token = await site.operator('operator');
    expect((await site.ask('PUT', 'retention', { token, body })).status).toBe(403);
    const [first, second] = [await site.operator('administrator'), await site.operator('administrator')];
    const asked = await site.ask('PUT', 'retention', { token: first, body });
    expect(asked).toMatchObject({ status: 202, body: { approval: { action: 'retention-change' } } });
    expect(site.retention.present).toEqual(file);
    const { id } = asked.body.approval;
    expect((await site.ask('POST', `approvals/${id}/approve`, { token: second, body: why })).status).toBe(
      200,
    );
    expect(site.retention.present).toEqual(wanted);
  });

  it('stays as it was set after a start', async () => {
    const folder = await newFolder();
    const site = await openSite(folder);
    await newOperator(site, 'ann', 'administrator');
    await site.retention.set(wanted, { name: 'ann', role: 'administrator' }, 'x');
    await site.retention.set({ ...wanted, trafficDays: 8 }, { name: 'ann', role: 'administrator' }, 'x');
    await site.close();
    const again = await openSite(folder, { clock: site.clock, fresh: false });
    expect(again.retention.present).toEqual({ ...wanted, trafficDays: 8 });
  });
});
