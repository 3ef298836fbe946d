// An attack that a client has to withstand: refused with a code of its own, and neither what the client trusts nor what
// lies in its slot is written. Each has the number of its class in the list of the design.
import { describe, expect, it } from 'vitest';
import { codeOf, settledClient } from '../../support/fixture.ts';
import { day, isoTime, now } from '../../support/simulator.ts';

describe('7 mix-and-match of metadata', () => {
  it('a snapshot other than the timestamp says', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.describes = true;
    repository.publishTargets('targets');
    const other = repository.file('metadata/3.snapshot.json');
    repository.publishTargets('targets');
    repository.files.set('metadata/4.snapshot.json', other);
    await codeOf(fixture.refresh());
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/metadata-mismatch');
    expect(detail).toEqual({ role: 'snapshot' });
    expect(await fixture.kept('snapshot')).toBe(2);
  });

  it('targets other than the snapshot says', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.describes = true;
    repository.publishTargets('targets');
    repository.targets.expires = isoTime(now + 20 * day);
    repository.serve('targets', repository.sign('targets'));
    await codeOf(fixture.refresh());
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/metadata-mismatch');
    expect(detail).toEqual({ role: 'targets' });
    expect(await fixture.kept('targets')).toBe(2);
  });

  it.each(['snapshot', 'targets'])('a %s of another version than listed, with no hashes', async (role) => {
    const fixture = await settledClient();
    const { repository } = fixture;
    const old = repository.file(`metadata/2.${role}.json`);
    repository.publishTargets('targets');
    repository.files.set(`metadata/3.${role}.json`, old);
    await codeOf(fixture.refresh());
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/version-mismatch');
    expect(detail).toEqual({ role, listed: 3, found: 2 });
  });

  it('a delegated role that the snapshot does not list', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.delegate('targets', 'supplier');
    repository.publish('supplier');
    delete repository.snapshot.meta['supplier.json'];
    repository.publishTargets('targets');
    await fixture.refresh();
    await fixture.refuses(() => fixture.download('valve.bin'), 'update/role-not-in-snapshot');
  });
});
