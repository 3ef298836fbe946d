// Roll-outs gated by evidence, with software TPMs: devices show by their quotes that they run what they were told to run.
import { createHash } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openUpdates } from '../packages/agent/src/update/open-updater.ts';
import { goodEvents, goodFiles, MeasuredDevice } from '../packages/agent/test/measured-device.ts';
import { hasSwtpm } from '../packages/agent/test/swtpm.ts';
import { AgentMachine } from './agent-machine.ts';
import { api } from './busy-site.ts';
import { type Campaign, newReleasingSite } from './releasing-site.ts';
import { requireTool } from './tools.ts';

const openssl = requireTool('openssl', 'openssl');

interface Updates {
  readonly ecus: readonly { readonly releaseCounter: number; readonly version?: string }[];
  readonly campaigns: readonly { readonly name: string; readonly why: { readonly code: string } }[];
}

describe.skipIf(!openssl || !hasSwtpm)('a campaign that goes by evidence', () => {
  it('opens waves for what devices show, stops for what one of them shows, and repairs that one', async () => {
    const { site, at, publish, create } = await newReleasingSite();
    const machine = async (id: string, files = goodFiles) => {
      const settings = `[update]
hardware = "pump-2"
director-root = "${join(site.data, 'update', 'director', 'metadata', '1.root.json')}"
image-root = "${at('first-root.json')}"
state = "${at(`update-${id}`)}"
[update.directories]
directory = "${at(`slots-${id}`)}"
`;
      const started = await MeasuredDevice.start(goodEvents, files);
      await writeFile(join(started.root, 'proc/uptime'), '100.00 90.00\n');
      const made = await AgentMachine.enrol(site, id, { started, settings });
      onTestFinished(() => made[Symbol.asyncDispose]());
      await api(site, 'PUT', `/devices/${id}/make`, { model: 'pump-2', reason: 'test' });
      return made;
    };
    /** What a golden device shows that runs these, as reference values in a file. */
    const learn = async (name: string, ...files: string[]) => {
      const golden = await machine(`golden-${name}`, [...goodFiles, ...files]);
      expect((await golden.attest()).status).toBe('affirming');
      const file = at(`${name}.corim`);
      const described = ['--vendor', 'Acme', '--model', `pump ${name}`, '--out', file];
      await site.json('attest', 'learn', '--device', golden.device.id, ...described);
      const digest = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
      return { file, digest: `sha256:${digest}` };
    };
    const updates = async (id: string) => (await api<Updates>(site, 'GET', `/devices/${id}/updates`)).body;
    const why = async (id: string) => (await updates(id)).campaigns[0]?.why.code;
    const burnt = async (id: string) => (await updates(id)).ecus[0]?.releaseCounter;
    const campaign = async (id: string) => (await api<Campaign>(site, 'GET', `/update/campaigns/${id}`)).body;
    const start = async (id: string) => {
      await api(site, 'POST', `/update/campaigns/${id}/start`, { reason: 'tested' });
    };
    const update = async ({ host }: AgentMachine, work: 'check' | 'install' | 'confirm') => {
      using opened = await openUpdates(host);
      if (work === 'confirm') return opened.updater.confirm();
      const { assigned } = await opened.updater.check();
      if (work === 'install') await opened.updater.install(assigned!);
      return undefined;
    };

    const old = await learn('2.0');
    const next = await learn('2.1', '/usr/bin/pump-2.1');
    const repaired = await learn('2.2', '/usr/bin/pump-2.1', '/usr/bin/tool');
    const release = (counter: number, version: string, digest: string, more: object = {}) => ({
      releaseCounter: counter,
      version,
      references: [digest],
      ...more,
    });
    await publish('pump/2.1.img', Buffer.from('2.1'), release(7, '2.1', next.digest), next.file);
    await copyFile(at('repository/metadata/1.root.json'), at('first-root.json'));
    const machines = [await machine('pump-1'), await machine('pump-2'), await machine('pump-3')];
    for (const one of machines) {
      const to = ['--to', `device:${one.device.id}`, '--reason', 'what it runs'];
      await site.json('attest', 'reference', 'add', old.file, ...to);
      expect((await one.attest()).status).toBe('affirming');
      await update(one, 'check');
    }
    const { id } = await create({
      name: 'pumps to 2.1',
      targets: ['pump/2.1.img'],
      cohort: 'permit (principal, action, resource) when { principal.tier.executables == "affirming" };',
      waves: [{ devices: 1 }, { percent: 100 }],
      gate: { soakSeconds: 0, proof: 'verdict', tolerate: { devices: 0, percent: 0 } },
    });
    await start(id);
    const { devices } = (
      await api<{ devices: { device: string; wave: number }[] }>(
        site,
        'GET',
        `/update/campaigns/${id}/devices`,
      )
    ).body;
    const wave = (number: number) =>
      machines.filter(({ device }) => devices.find((one) => one.device === device.id)?.wave === number);
    const [first] = wave(1) as [AgentMachine];
    const [second, third] = wave(2) as [AgentMachine, AgentMachine];

    // Installed and not confirmed: nothing is burnt, and what it shows is what it showed.
    await update(first, 'install');
    expect((await campaign(id)).wave).toBe(1);
    expect([await why(first.device.id), await burnt(first.device.id)]).toEqual(['installed', 0]);
    await first.machine.run('/usr/bin/pump-2.1');
    await update(first, 'confirm');
    await site.until(async () => (await campaign(id)).wave === 2 || undefined, 'the second wave');
    expect([await why(first.device.id), await burnt(first.device.id)]).toEqual(['proven', 7]);

    await update(second, 'install');
    await second.machine.run('/usr/bin/pump-2.1');
    await update(second, 'confirm');
    // The third comes back with something that no reference value has: it falls, and the campaign stops.
    await update(third, 'install');
    await third.machine.run('/usr/bin/pump-2.1', '/usr/bin/tool');
    await expect(update(third, 'confirm')).rejects.toMatchObject({ code: 'agent/trust-fell' });
    await site.until(async () => (await campaign(id)).state === 'paused' || undefined, 'the pause');
    expect([await why(second.device.id), await why(third.device.id)]).toEqual(['proven', 'verdict-fell']);
    expect((await campaign(id)).paused?.code).toBe('paused-by-failures');
    await api(site, 'POST', `/update/campaigns/${id}/rollback`, { reason: 'it falls' });
    await update(third, 'check');
    expect(await burnt(third.device.id)).toBe(0);
    expect(await burnt(second.device.id)).toBe(7);

    // In quarantine it is nobody’s cohort; the release that its evidence calls for reaches it all the same.
    await api(site, 'POST', `/devices/${third.device.id}/quarantine`, { reason: 'odd' });
    const mends = { remedies: ['attestation/executable-unapproved'] };
    await publish(
      'pump/2.2.img',
      Buffer.from('2.2'),
      release(8, '2.2', repaired.digest, mends),
      repaired.file,
    );
    const repair = await create({
      name: 'repair',
      targets: ['pump/2.2.img'],
      cohort: 'forbid (principal, action, resource);',
      waves: [{ percent: 100 }],
      gate: { soakSeconds: 0, proof: 'verdict' },
    });
    await start(repair.id);
    await update(third, 'install');
    await update(third, 'confirm');
    await site.until(
      async () => (await why(third.device.id)) === 'proven' || undefined,
      'what proves the repair',
    );
    expect(await burnt(third.device.id)).toBe(8);
    expect((await third.attest()).status).toBe('affirming');
    expect(await why(first.device.id)).toBe('not-in-cohort');
  }, 180_000);
});
