// An attack that a client has to withstand: refused with a code of its own, and neither what the client trusts nor what
// lies in its slot is written. Each has the number of its class in the list of the design.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOf, settledClient } from '../../support/fixture.ts';
import { day, isoTime, now } from '../../support/simulator.ts';

describe('4 freeze', () => {
  it('an expired root', async () => {
    const fixture = await settledClient();
    fixture.clock.set(now + 31 * day);
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/expired');
    expect(detail).toMatchObject({ role: 'root' });
  });

  it.each(['timestamp', 'snapshot', 'targets'])(
    'an expired %s that a repository goes on serving',
    async (role) => {
      const fixture = await settledClient();
      const { repository } = fixture;
      repository.said[role]!.expires = isoTime(now + day);
      repository.publishTargets('targets');
      await fixture.refresh();
      fixture.clock.set(now + 2 * day);
      const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/expired');
      expect(detail).toMatchObject({ role });
    },
  );

  it.each(['timestamp', 'snapshot', 'targets'])('a new %s that has expired already', async (role) => {
    const fixture = await settledClient();
    fixture.repository.said[role]!.expires = isoTime(now - day);
    fixture.repository.publishTargets('targets');
    await codeOf(fixture.refresh());
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/expired');
    expect(detail).toMatchObject({ role });
    const before = { timestamp: 2, snapshot: 2, targets: 2 }[role];
    expect(await fixture.kept(role)).toBe(before);
  });

  it('an expired delegated role', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.delegate('targets', 'supplier');
    repository.said.supplier!.expires = isoTime(now + day);
    repository.addTarget('supplier', 'valve.bin', 'valve');
    repository.publishTargets('supplier', 'targets');
    fixture.clock.set(now + 2 * day);
    await fixture.refresh();
    const { detail } = await fixture.refuses(() => fixture.download('valve.bin'), 'update/expired');
    expect(detail).toMatchObject({ role: 'supplier' });
  });

  it('at the very moment of its expiry metadata has expired', async () => {
    const fixture = await settledClient();
    fixture.repository.timestamp.expires = isoTime(now);
    fixture.repository.publish('timestamp');
    await fixture.refuses(() => fixture.refresh(), 'update/expired');
  });

  it('a clock set back brings nothing back: versions stand against rollback', async () => {
    const fixture = await settledClient();
    const old = fixture.repository.file('metadata/timestamp.json');
    fixture.repository.publish('timestamp');
    await fixture.refresh();
    fixture.clock.set(now - 10 * day);
    fixture.repository.serve('timestamp', old, 0);
    await fixture.refuses(() => fixture.refresh(), 'update/rollback');
  });

  it.each(['timestamp', 'snapshot', 'targets'])(
    'a clock set back, so that an expired %s would hold again',
    async (role) => {
      const fixture = await settledClient();
      const { repository } = fixture;
      repository.said[role]!.expires = isoTime(now + day);
      repository.publishTargets('targets');
      await fixture.refresh();
      // The device goes on, and sees the day on which what it has expires pass.
      repository.said[role]!.expires = isoTime(now + 5 * day);
      repository.publishTargets('targets');
      fixture.clock.set(now + 3 * day);
      await fixture.refresh();
      repository.said[role]!.expires = isoTime(now + day);
      repository.publishTargets('targets');
      fixture.clock.set(now);
      await codeOf(fixture.refresh());
      const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/clock-set-back');
      expect(detail).toMatchObject({ role });
    },
  );

  it('a clock set back takes nothing away from what still holds', async () => {
    const fixture = await settledClient();
    fixture.clock.set(now - 300 * day);
    fixture.repository.publish('timestamp');
    expect(await fixture.refresh()).toMatchObject({ timestamp: 3 });
  });

  it('a clock that ran ahead is believed no further than a timestamp holds', async () => {
    const fixture = await settledClient();
    fixture.clock.set(now + 900 * day);
    await fixture.refuses(() => fixture.refresh(), 'update/expired');
    fixture.clock.set(now);
    await fixture.refresh();
  });

  it('the latest time that was seen, damaged, is forgotten and not stumbled over', async () => {
    const fixture = await settledClient();
    for (const text of ['soon\n', '\uffff', '9'.repeat(40), '-5\n']) {
      await writeFile(join(fixture.metadata, '.time'), text);
      expect(await fixture.refresh()).toMatchObject({ root: 1 });
    }
  });

  it('the time of an update is that of its start', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.publishTargets('targets');
    fixture.limits = { metadataDeadline: 900 * day, minimumRate: 0 };
    // Fetching takes longer than what is fetched holds.
    fixture.options = {
      fetch: async (url, signal) => {
        fixture.clock.advance(20 * day);
        return repository.fetch(url, signal);
      },
    };
    await fixture.refresh();
    expect(await fixture.kept('targets')).toBe(3);
  });
});
