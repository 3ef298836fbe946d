import type { Finding } from '@kiten/trust';
import { describe, expect, it } from 'vitest';
import { trustInForce } from '../src/site/held-fall.ts';
import { ann, entriesOf, evidenceOn, finding, type InnerSite, newFolder, openSite } from './fixtures.ts';

const names = ['brake-1', 'brake-2', 'brake-3'];

async function newFleet(folder?: string) {
  const site = await openSite(folder ?? (await newFolder()));
  for (const name of names) await site.admit(name);
  await site.groups.put({ name: 'default', safety: true, acknowledgeSeconds: 60 }, ann, 'they hold a lift');
  site.enforced.length = 0;
  return { ...site, ...acting(site) };
}

function acting(site: InnerSite) {
  const find = (device: string, fields: Partial<Finding> = {}) =>
    site.trust.find(device, evidenceOn(device), [
      finding(device, {
        ...{ claim: 'hardware', value: -110, code: 'test/counterfeit', at: site.clock.now() },
        ...fields,
      }),
    ]);
  const hardware = (device: string) => trustInForce(site.book.get(device)).verdict.vector.hardware;
  return { find, hardware };
}

describe('a device of the safety class that falls', () => {
  it('is told first, and cut only when it says that it is safe', async () => {
    const site = await newFleet();
    await site.find('brake-1');
    expect([site.book.get('brake-1').verdict.vector.hardware, site.hardware('brake-1')]).toEqual([-110, 0]);
    expect(site.notices).toMatchObject([
      {
        ...{ device: 'brake-1', playbook: 'safe-state', reason: 'test/counterfeit' },
        ...{ deadline: site.clock.now() + 60_000, acknowledge: 'd/brake-1/kiten/safe-state' },
      },
    ]);
    const [{ run } = { run: '' }] = site.notices;
    await site.playbooks.acknowledged('brake-2', run);
    await site.playbooks.acknowledged('brake-1', 'another');
    expect(site.hardware('brake-1')).toBe(0);
    await site.playbooks.acknowledged('brake-1', run);
    expect(site.hardware('brake-1')).toBe(-110);
    expect(site.enforced.at(-1)).toEqual({ device: 'brake-1', standing: 'admitted', fall: true });
    await site.playbooks.acknowledged('brake-1', run);
    const types = (await entriesOf(site.ledger)).map(({ type }) => type);
    expect(types.filter((type) => /playbook|fall/.test(type))).toEqual([
      'fall/held',
      'playbook/acknowledged',
      'fall/enforced',
    ]);
  });

  it('is cut when its time is over, and not before', async () => {
    const site = await newFleet();
    await site.find('brake-1');
    site.clock.advance(59_999);
    await site.playbooks.expire();
    expect(site.hardware('brake-1')).toBe(0);
    site.clock.advance(1);
    await site.playbooks.expire();
    expect(site.hardware('brake-1')).toBe(-110);
    expect((await entriesOf(site.ledger)).map(({ type }) => type)).toContain('playbook/overdue');
  });

  it('is not cut blindly for a failed proof of identity either', async () => {
    const site = await newFleet();
    await site.find('brake-1', { claim: 'instance-identity', value: -100, code: 'test/copied' });
    const { vector } = trustInForce(site.book.get('brake-1')).verdict;
    expect([vector['instance-identity'], site.notices.length]).toEqual([2, 1]);
  });

  it('goes on after a restart: the device is told again, the deadline stays', async () => {
    const folder = await newFolder();
    const first = await newFleet(folder);
    await first.find('brake-1');
    await first.close();
    first.clock.advance(30_000);
    const site = await openSite(folder, { clock: first.clock, fresh: false });
    const { hardware } = acting(site);
    expect([site.notices, hardware('brake-1')]).toEqual([first.notices, 0]);
    site.clock.advance(30_000);
    await site.playbooks.expire();
    expect(hardware('brake-1')).toBe(-110);
  });

  it('waits for the brake first, and is told when somebody confirms', async () => {
    const site = await newFleet();
    await site.groups.put({ name: 'default', brake: { share: 10, least: 1 } }, ann, 'few');
    await site.find('brake-1');
    expect([site.brake.heldBy(1), site.notices]).toEqual([['brake-1'], []]);
    await site.brakes.confirm(1, ann, 'a bad batch');
    expect([site.hardware('brake-1'), site.notices.length]).toEqual([0, 1]);
    await site.playbooks.acknowledged('brake-1', site.notices[0]?.run ?? '');
    expect(site.hardware('brake-1')).toBe(-110);
  });

  it('is not in the way of an operator', async () => {
    const site = await newFleet();
    await site.find('brake-1');
    await site.trust.stand('brake-1', 'quarantined', 'operator:ann', 'seen it');
    expect(site.enforced.at(-1)).toEqual({ device: 'brake-1', standing: 'quarantined', fall: true });
  });
});

describe('the safety class', () => {
  it('is seen by policies as the group safety, of which is proved that no warning cuts it', async () => {
    const site = await newFleet();
    await site.admit('pump-1', 'observers');
    expect(site.book.groupsOf(site.book.get('brake-1'))).toEqual(['default', 'safety']);
    expect(site.book.groupsOf(site.book.get('pump-1'))).toEqual(['observers']);
    expect(site.policies.invariants.text).toMatch(/safety-connects-despite-warnings/);
    const cutting = `${site.policies.present.text}
      @id("no-warnings") forbid (principal is Device, action == Action::"connect", resource)
      when { principal has tier && principal.tier.configuration == "warning" };`;
    await expect(site.policies.check(cutting)).rejects.toThrow(/must hold/);
  });

  it('has nothing held for a warning: it is shown at once, and cuts nothing', async () => {
    const site = await newFleet();
    await site.find('brake-1', { value: -50 });
    expect([site.hardware('brake-1'), site.notices]).toEqual([-50, []]);
  });

  it('is entered and left by an operator with a reason', async () => {
    const site = await newFleet();
    await expect(site.groups.put({ name: 'default', safety: false }, ann)).rejects.toMatchObject({
      code: 'kiten/reason-needed',
    });
    await site.groups.put({ name: 'default', safety: false }, ann, 'taken out of the lift');
    await site.find('brake-1');
    expect([site.hardware('brake-1'), site.notices]).toEqual([-110, []]);
    expect((await entriesOf(site.ledger)).map(({ type }) => type)).toContain('group/safety-changed');
  });
});
