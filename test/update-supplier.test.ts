// A supplier's key is stolen: what it signed is taken back, and nothing that it signs reaches a device any more.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kiten, run } from './kiten.ts';
import { refusal } from './outcomes.ts';
import { newReleasingSite } from './releasing-site.ts';
import { requireTool } from './tools.ts';
import { UpdatedDevice } from './updated-device.ts';

const openssl = requireTool('openssl', 'openssl');

describe.skipIf(!openssl)('the stolen key of a supplier', () => {
  it('is taken away: devices leave what it signed, and refuse what it signs from then on', async () => {
    const { site, at, done, offline, create } = await newReleasingSite();
    for (const name of ['supplier', 'successor']) {
      await run('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', at(`${name}.key`)]);
      await run('openssl', ['pkey', '-in', at(`${name}.key`), '-pubout', '-out', at(`${name}.pub`)]);
      await run('chmod', ['600', at(`${name}.key`)]);
    }
    const repository = at('repository');
    const staged = (role: string) => join(repository, 'staged', `${role}.json`);
    const add = async (target: string) => {
      await writeFile(at('image'), target);
      const custom = JSON.stringify({ hardwareIds: ['valve-3'], releaseCounter: 3, version: '3.0' });
      await offline('add', repository, at('image'), '--as', target, '--role', 'valves', '--custom', custom);
    };
    const publish = () =>
      done('publish', repository, '--key', at('online.key'), '--to-site', '--reason', 'release', '--json');
    const sign = (role: string, key: string) => offline('sign', staged(role), '--key', at(`${key}.key`));

    await offline('delegate', repository, 'valves', '--path', 'valve/*', '--key', at('supplier.pub'));
    await add('valve/3.0.img');
    await sign('targets', 'targets');
    await sign('valves', 'supplier');
    await publish();
    const device = await UpdatedDevice.enrol(site, 'valve-1', 'valve-3');
    await device.manifest();
    const { id } = await create({
      name: 'valves to 3.0',
      targets: ['valve/3.0.img'],
      cohort: 'permit (principal, action, resource);',
      waves: [{ percent: 100 }],
      gate: { soakSeconds: 0, proof: 'manifest' },
    });
    await site.json('update', 'campaign', 'start', id, '--reason', 'tested');
    await device.manifest();
    const told = async () => (await device.verify('valve-3')).update.images.map(({ path }) => path);
    expect(await told()).toEqual(['valve/3.0.img']);

    for (const more of [[], ['--key', at('successor.pub')]]) {
      const args = ['update', 'revoke', repository, 'valves', '--rehearse', ...more, '--json'];
      const { code, stdout } = await kiten(args, site.env);
      expect([code, (JSON.parse(stdout) as { asExpected: boolean }).asExpected]).toEqual([0, true]);
    }
    expect(refusal(await kiten(['update', 'revoke', repository, 'pumps', '--json'], site.env))).toBe(
      'update/no-such-role',
    );

    await offline('revoke', repository, 'valves', '--key', at('successor.pub'));
    await sign('targets', 'targets');
    // Whoever has the stolen key cannot sign for those who come after.
    await sign('valves', 'supplier');
    const online = ['--key', at('online.key'), '--json'];
    expect(refusal(await kiten(['update', 'publish', repository, ...online], site.env))).toBe(
      'update/unsigned',
    );
    await sign('valves', 'successor');
    expect(JSON.parse(await publish())).toMatchObject({ site: { withdrawn: ['valve/3.0.img'] } });
    expect(await device.manifest()).toMatchObject({ body: { assigned: [], withdrawn: ['valve/3.0.img'] } });
    expect(await told()).toEqual([]);
    const why = await site.json<{ campaigns: { why: { code: string } }[] }>(
      ...['update', 'campaign', 'why', 'valve-1'],
    );
    expect(why.campaigns[0]?.why.code).toBe('release-withdrawn');

    // The successor says it anew, and it goes on.
    await add('valve/3.0.img');
    await sign('valves', 'successor');
    await publish();
    await site.json('update', 'campaign', 'resume', id, '--reason', 'signed anew');
    await device.manifest();
    expect(await told()).toEqual(['valve/3.0.img']);
  }, 120_000);
});
