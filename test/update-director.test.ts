// The Director's keys go over to others while the site runs, and a key that was stolen is worth nothing from then on.
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../packages/codec/src/index.ts';
import { loadSigner, nodeVerify } from '../packages/identity/src/index.ts';
import {
  Director,
  ecuKey,
  filesOfDirector,
  vehicleOf,
  verifyVehicleManifest,
} from '../packages/update/src/index.ts';
import { agentDevice } from './agent.ts';
import { wholeLog } from './busy-site.ts';
import { kiten } from './kiten.ts';
import { refusal } from './outcomes.ts';
import { newReleasingSite } from './releasing-site.ts';
import { requireTool } from './tools.ts';
import { UpdatedDevice } from './updated-device.ts';

const openssl = requireTool('openssl', 'openssl');
const image = Buffer.alloc(50_000, 'kiten 2.1 ');

interface DirectorView {
  readonly root: { readonly version: number };
  readonly keyId: string;
  readonly pending?: { readonly digest: string };
  readonly devices: { readonly asked: number; readonly behind: number };
  readonly rotations: readonly { readonly root: number; readonly state: string; readonly stolen: boolean }[];
}

/** What somebody with the Director's key says to a device, in versions that nothing honest could follow. */
async function forge(device: UpdatedDevice, keyFile: string, root: Buffer): Promise<void> {
  const signer = await loadSigner(keyFile);
  const now = Date.now();
  const main = { identifier: 'main', hardwareId: 'pump-2', isPrimary: true, key: ecuKey(device.signer) };
  const vehicle = vehicleOf(device.id, [main]);
  const heard = { verify: nodeVerify, now, memory: new Map() };
  const manifest = verifyVehicleManifest(device.manifestBytes(), vehicle, heard);
  const director = new Director({
    ...{ root, signers: [signer], clock: manualClock(now), rulesOf: () => undefined },
    lifetimes: { targets: 30 * 86_400_000, timestamp: 30 * 86_400_000 },
  });
  const first = director.metadataFor(vehicle, manifest, []);
  const ahead = { version: 2_000_000_000_000, expires: 0 };
  const before = {
    ...first,
    decision: '',
    targets: { ...first.targets, ...ahead },
    timestamp: { ...first.timestamp, ...ahead },
  };
  const said = director.metadataFor(vehicle, manifest, [], before);
  for (const [name, bytes] of filesOfDirector(said)) device.forged.set(`/update/director/${name}`, bytes);
}

describe.skipIf(!openssl)('the Director of a running site', () => {
  it('goes over to new keys: nobody loses what they were told, and what a stolen key says is refused', async () => {
    const { site, at, publish, create } = await newReleasingSite();
    await publish('pump/2.1.img', image, { releaseCounter: 7, version: '2.1' });
    const offline = await UpdatedDevice.enrol(site, 'pump-1', 'pump-2');
    const victim = await UpdatedDevice.enrol(site, 'pump-2', 'pump-2');
    const agent = await agentDevice(
      site,
      'pump-3',
      `[update]
hardware = "pump-2"
director-root = "${join(site.data, 'update', 'director', 'metadata', '1.root.json')}"
image-root = "${at('repository/metadata/1.root.json')}"
state = "${at('update-pump-3')}"
[update.directories]
directory = "${at('slots-pump-3')}"
`,
    );
    await agent.enrol();
    await site.json('update', 'device', 'set', 'pump-3', '--hardware', 'pump-2', '--reason', 'test');
    for (const device of [offline, victim]) {
      await device.manifest();
      await device.verify('pump-2');
    }
    await agent.json('update', 'check');
    const { id } = await create({
      name: 'pumps to 2.1',
      targets: ['pump/2.1.img'],
      cohort: 'permit (principal, action == Action::"update", resource);',
      waves: [{ percent: 100 }],
      gate: { soakSeconds: 0, proof: 'report' },
    });
    await site.json('update', 'campaign', 'start', id, '--reason', 'tested');
    expect((await offline.manifest()).body.assigned).toEqual(['pump/2.1.img']);
    expect(await agent.json('update', 'check')).toMatchObject({
      assigned: { image: { path: 'pump/2.1.img' } },
    });

    // Somebody has copied the key, and holds a device up with it.
    const stolen = at('stolen.pem');
    await copyFile(join(site.data, 'keys', 'director.key.pem'), stolen);
    const root = await readFile(join(site.data, 'update', 'director', 'metadata', '1.root.json'));
    await forge(victim, stolen, root);
    expect((await victim.verify('pump-2')).update.images).toEqual([]);
    const forged = new Map(victim.forged);
    victim.forged.clear();
    await victim.manifest();
    await expect(victim.verify('pump-2')).rejects.toMatchObject({ code: 'update/rollback' });

    const rehearsed = await site.json<{ asExpected: boolean }>(
      ...['update', 'director', 'rotate', '--stolen', '--rehearse'],
    );
    expect(rehearsed.asExpected).toBe(true);
    const before = await site.json<DirectorView>('update', 'director', 'show');
    const after = await site.json<DirectorView>(
      ...['update', 'director', 'rotate', '--stolen', '--reason', 'a copy was found'],
    );
    expect([before.root.version, after.root.version, after.keyId === before.keyId]).toEqual([1, 2, false]);
    expect(after.devices).toEqual({ asked: 3, behind: 3 });

    // Between the new root and its next question a device has what it was told, under the root before.
    expect((await offline.verify('pump-2')).update.images.map(({ path }) => path)).toEqual(['pump/2.1.img']);
    // The one that was held up follows, and is told the same as the others.
    expect((await victim.manifest()).body.assigned).toEqual(['pump/2.1.img']);
    expect((await victim.verify('pump-2')).update.images.map(({ path }) => path)).toEqual(['pump/2.1.img']);
    for (const [path, bytes] of forged) victim.forged.set(path, bytes);
    await expect(victim.verify('pump-2')).rejects.toMatchObject({ code: 'update/unsigned' });
    await victim.report('pump/2.1.img', 'refused', { code: 'update/unsigned', sentence: 'Not signed.' });

    // Another one, by holders of the root who do not sit at the site; one device sleeps through both.
    const rootKey = join(site.data, 'keys', 'director-root.key.pem');
    await copyFile(rootKey, at('holder.pem'));
    await rm(rootKey);
    const out = at('director-root.json');
    const waiting = await site.json<DirectorView>(
      ...['update', 'director', 'rotate', '--reason', 'every year', '--out', out],
    );
    expect([waiting.root.version, waiting.keyId]).toEqual([2, after.keyId]);
    expect(refusal(await site.kiten('update', 'director', 'accept', out, '--json'))).toBe(
      'kiten/director-root-incomplete',
    );
    const trusted = join(site.data, 'update', 'director', 'metadata', '2.root.json');
    const digest = waiting.pending?.digest ?? '';
    const signing = [
      '--trusted',
      trusted,
      '--digest',
      digest.slice(0, 16),
      '--key',
      at('holder.pem'),
      '--json',
    ];
    expect(await kiten(['update', 'root', 'sign', out, ...signing], site.env)).toMatchObject({ code: 0 });
    // It comes back from a restart in between as it was.
    const { port } = new URL(site.ready.device);
    await site.signal('SIGKILL');
    await site.up();
    const settings = await readFile(agent.configuration, 'utf8');
    const moved = settings.replace(`:${port}"`, `:${new URL(site.ready.device).port}"`);
    await writeFile(agent.configuration, moved);
    const gone = await site.json<DirectorView>('update', 'director', 'accept', out);
    expect(gone.root.version).toBe(3);
    expect(gone.rotations.map(({ root, state, stolen }) => [root, state, stolen])).toEqual([
      [3, 'decided', false],
      [2, 'decided', true],
    ]);

    expect((await offline.manifest()).body.assigned).toEqual(['pump/2.1.img']);
    expect((await offline.verify('pump-2')).update.images.map(({ path }) => path)).toEqual(['pump/2.1.img']);
    await agent.json('update', 'install');
    await agent.json('update', 'confirm');
    expect((await readFile(join(at('slots-pump-3'), 'current', 'image'))).equals(image)).toBe(true);
    expect((await site.kiten('log', 'verify')).code).toBe(0);
    const told = (await wholeLog(site)).map(({ type }) => type);
    for (const type of ['update/director-rotation-begun', 'update/director-rotated', 'update/refused'])
      expect(told).toContain(type);
    const why = await site.json<{ campaigns: { why: { code: string } }[] }>(
      'update',
      'campaign',
      'why',
      'pump-3',
    );
    expect(why.campaigns[0]?.why.code).toBe('proven-by-report');
  }, 120_000);
});
