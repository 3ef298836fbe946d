// An attack that a client has to withstand: refused with a code of its own, and neither what the client trusts nor what
// lies in its slot is written. Each has the number of its class in the list of the design.
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { codeOf, newClient, settledClient } from '../../support/fixture.ts';
import { hashesOf, holder } from '../../support/simulator.ts';

describe('13 delegations', () => {
  it('a circle ends', async () => {
    const fixture = await newClient();
    const { repository } = fixture;
    repository.delegate('targets', 'a');
    repository.delegate('a', 'b');
    repository.delegate('b', 'a');
    repository.publishTargets('a', 'b', 'targets');
    await codeOf(fixture.download('nothing'));
    await fixture.refuses(() => fixture.download('nothing'), 'update/delegation-cycle');
  });

  it('more roles than are asked', async () => {
    const fixture = await newClient();
    const { repository } = fixture;
    fixture.limits = { roles: 4 };
    for (const name of 'abcd') repository.delegate('targets', name);
    repository.publishTargets(...'abcd', 'targets');
    await codeOf(fixture.download('nothing'));
    await fixture.refuses(() => fixture.download('nothing'), 'update/too-many-roles');
  });

  it('what comes after a terminating delegation', async () => {
    const fixture = await newClient();
    const { repository } = fixture;
    repository.delegate('targets', 'first', { paths: ['*.bin'], terminating: true });
    repository.delegate('targets', 'second', { paths: ['*.bin'] });
    repository.addTarget('second', 'valve.bin', 'malicious');
    repository.publishTargets('first', 'second', 'targets');
    await fixture.refresh();
    await codeOf(fixture.download('valve.bin'));
    await fixture.refuses(() => fixture.download('valve.bin'), 'update/delegation-terminated');
  });

  it('a target that a role has and nobody entrusted to it', async () => {
    const fixture = await newClient();
    const { repository } = fixture;
    repository.delegate('targets', 'supplier', { paths: ['valve/*'] });
    repository.addTarget('supplier', 'pump/firmware.bin', 'malicious');
    repository.publishTargets('supplier', 'targets');
    await fixture.refresh();
    await fixture.refuses(() => fixture.download('pump/firmware.bin'), 'update/no-such-target');
  });

  it('a cached role under a new delegator is judged by the keys that this one lists', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.delegate('targets', 'supplier');
    repository.addTarget('supplier', 'valve.bin', 'valve');
    repository.publishTargets('supplier', 'targets');
    await fixture.download('valve.bin');
    // The same file, now delegated to under another key: what lies in the cache is not signed by that.
    const other = holder();
    const { delegations } = repository.targets;
    delegations.keys = { [other.keyId]: other.key };
    delegations.roles[0].keyids = [other.keyId];
    repository.publishTargets('targets');
    await fixture.refresh();
    await fixture.refuses(() => fixture.download('valve.bin'), 'update/unsigned');
  });

  it.each([
    '../../root',
    '/etc/passwd',
    '..',
    '.',
    'a/../../b',
    '__proto__',
    '10',
    'constructor',
    '?',
    '#',
    '%2e',
    '…',
  ])('a role named %j stays in its place', async (name) => {
    const fixture = await newClient();
    const { repository } = fixture;
    repository.delegate('targets', name);
    repository.addTarget(name, 'valve.bin', 'valve');
    repository.publishTargets(name, 'targets');
    const { file } = await fixture.download('valve.bin');
    expect(file).toBe('valve.bin');
    expect(repository.requests).toContain(`1.${encodeURIComponent(name)}.json`);
    expect(await readdir(fixture.directory)).toEqual(['metadata', 'slot']);
    const kept = (await readdir(fixture.metadata)).filter((file) => file.endsWith('.json'));
    expect(kept).toHaveLength(5);
  });

  it('roles named by numbers keep their order', async () => {
    const fixture = await newClient();
    const { repository } = fixture;
    for (const name of ['10', '2']) {
      repository.delegate('targets', name);
      repository.addTarget(name, 'valve.bin', `of role ${name}`);
    }
    repository.publishTargets('10', '2', 'targets');
    const client = fixture.client();
    expect(await client.find('valve.bin')).toMatchObject({ role: '10' });
  });

  it.each(['root', 'timestamp', 'snapshot', 'targets', '', 'x'.repeat(201)])(
    'a role cannot be named %j',
    async (name) => {
      const fixture = await settledClient();
      const { repository } = fixture;
      const one = holder();
      const role = { name, keyids: [one.keyId], threshold: 1, terminating: false, paths: ['*'] };
      repository.targets.delegations = { keys: { [one.keyId]: one.key }, roles: [role] };
      repository.publishTargets('targets');
      await codeOf(fixture.refresh());
      await fixture.refuses(() => fixture.refresh(), 'update/role-name');
    },
  );

  it('one name delegated to twice', async () => {
    const fixture = await settledClient();
    fixture.repository.delegate('targets', 'supplier');
    fixture.repository.delegate('targets', 'supplier');
    fixture.repository.publishTargets('supplier', 'targets');
    await codeOf(fixture.refresh());
    await fixture.refuses(() => fixture.refresh(), 'update/role-repeated');
  });

  it.each(['../../etc/passwd', 'a/./b', '..', '.'])('a target named %j cannot be asked for', async (path) => {
    const fixture = await settledClient();
    fixture.repository.targets.targets[path] = { length: 1, hashes: hashesOf(Buffer.from('x')) };
    fixture.repository.publishTargets('targets');
    await fixture.refresh();
    await fixture.refuses(() => fixture.download(path), 'update/target-name');
  });

  it.each(['__proto__', 'constructor', '10', '/absolute', 'with space/ü#?.bin', '.hidden', 'x'.repeat(300)])(
    'a target named %j lands in the slot and nowhere else',
    async (path) => {
      const fixture = await newClient();
      fixture.repository.addTarget('targets', 'other', 'other');
      const { targets } = fixture.repository.targets;
      Object.defineProperty(targets, path, {
        value: {},
        enumerable: true,
        writable: true,
        configurable: true,
      });
      fixture.repository.addTarget('targets', path, 'valve');
      fixture.repository.publishTargets('targets');
      await fixture.download(path);
      expect(await readdir(fixture.directory)).toEqual(['metadata', 'slot']);
      const [file, ...others] = await readdir(fixture.slot);
      expect(others).toEqual([]);
      expect(file).not.toMatch(/^\./);
    },
  );
});
