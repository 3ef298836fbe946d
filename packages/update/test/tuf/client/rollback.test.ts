// An attack that a client has to withstand: refused with a code of its own, and neither what the client trusts nor what
// lies in its slot is written. Each has the number of its class in the list of the design.
import { describe, expect, it } from 'vitest';
import { codeOf, type Fixture, settledClient } from '../../support/fixture.ts';
import { holder } from '../../support/simulator.ts';

describe('2 rollback', () => {
  it('of the timestamp', async () => {
    const fixture = await settledClient();
    const old = fixture.repository.file('metadata/timestamp.json');
    fixture.repository.publish('timestamp');
    await fixture.refresh();
    fixture.repository.serve('timestamp', old, 0);
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/rollback');
    expect(detail).toMatchObject({ role: 'timestamp' });
  });

  it('of the snapshot, by a newer timestamp', async () => {
    const fixture = await settledClient();
    fixture.repository.snapshot.version = 1;
    fixture.repository.publish('timestamp');
    const { detail } = await fixture.refuses(() => fixture.refresh(), 'update/rollback');
    expect(detail).toMatchObject({ role: 'snapshot', trusted: 2, found: 1 });
  });

  /** A newer timestamp is kept as soon as it holds (TUF §5.4.5); what it leads to is refused, and leaves no trace. */
  async function refusedAfterTimestamp(fixture: Fixture, code: string) {
    await codeOf(fixture.refresh());
    return fixture.refuses(() => fixture.refresh(), code);
  }

  it('of targets, by a newer snapshot', async () => {
    const fixture = await settledClient();
    fixture.repository.targets.version = 0;
    fixture.repository.publishTargets('targets');
    const { detail } = await refusedAfterTimestamp(fixture, 'update/rollback');
    expect(detail).toMatchObject({ role: 'targets', trusted: 2, found: 1 });
    expect(await fixture.kept('snapshot')).toBe(2);
  });

  it('of a delegated role, by a newer snapshot', async () => {
    const fixture = await settledClient();
    fixture.repository.delegate('targets', 'supplier');
    fixture.repository.publishTargets('supplier', 'targets');
    fixture.repository.publishTargets('supplier');
    await fixture.refresh();
    fixture.repository.snapshot.meta['supplier.json'].version = 1;
    fixture.repository.publish('snapshot', 'timestamp');
    const { detail } = await refusedAfterTimestamp(fixture, 'update/rollback');
    expect(detail).toMatchObject({ role: 'supplier', trusted: 2, found: 1 });
  });

  it('a role missing from a newer snapshot', async () => {
    const fixture = await settledClient();
    fixture.repository.delegate('targets', 'supplier');
    fixture.repository.publishTargets('supplier', 'targets');
    await fixture.refresh();
    delete fixture.repository.snapshot.meta['supplier.json'];
    fixture.repository.publish('snapshot', 'timestamp');
    await refusedAfterTimestamp(fixture, 'update/role-missing');
  });

  it('of the root, under the number of the next', async () => {
    const fixture = await settledClient();
    fixture.repository.files.set('metadata/2.root.json', fixture.repository.file('metadata/1.root.json'));
    await fixture.refuses(() => fixture.refresh(), 'update/root-version');
  });
});

describe('3 fast-forward', () => {
  it.each(['timestamp', 'snapshot'])('is recovered from by rotating the key of the %s', async (role) => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.said[role]!.version = 2 ** 50;
    repository.publish(...(role === 'snapshot' ? ['snapshot', 'timestamp'] : ['timestamp']));
    await fixture.refresh();
    expect(await fixture.kept(role)).toBe(2 ** 50 + 1);
    repository.said[role]!.version = 2;
    repository.publish(...(role === 'snapshot' ? ['snapshot', 'timestamp'] : ['timestamp']));
    await codeOf(fixture.refresh());
    // Recovered: new keys, and the versions go on from where they were.
    repository.entrust(role, holder());
    repository.publish('root', 'snapshot', 'timestamp');
    await fixture.refresh();
    expect(await fixture.kept(role)).toBe(repository.said[role]!.version);
    expect(await fixture.kept('root')).toBe(2);
  });

  it('is recovered from although the old signature would still meet the new threshold', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    const [stolen, kept] = [holder(), holder()];
    repository.entrust('timestamp', stolen, kept);
    repository.publish('root');
    repository.timestamp.version = 2 ** 50;
    repository.publish('timestamp');
    await fixture.refresh();
    repository.entrust('timestamp', kept);
    repository.timestamp.version = 3;
    repository.publish('root', 'timestamp');
    await fixture.refresh();
    expect(await fixture.kept('timestamp')).toBe(4);
  });

  it('a key that is added takes nothing from the protection against rollback', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.entrust('timestamp', ...repository.holders.timestamp!, holder());
    repository.publish('root');
    await fixture.refresh();
    repository.timestamp.version = 0;
    repository.publish('timestamp');
    await fixture.refuses(() => fixture.refresh(), 'update/rollback');
  });
});
