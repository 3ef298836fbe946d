import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { StateDirectory } from '../packages/agent/src/index.ts';
import {
  deviceName,
  ecu,
  newUpdatedDevice,
  textOf,
  type UpdatedDevice,
} from '../packages/agent/test/update/updated-device.ts';
import { exportPrivateKey, generateSigner } from '../packages/identity/src/index.ts';
import { ecuKey, vehicleOf } from '../packages/update/src/index.ts';
import { agentProgram } from './agent.ts';
import { run } from './kiten.ts';

/** A device with an agent of its own, and a site that knows it by its certificate. */
async function newDevice(settings = '') {
  const signer = generateSigner('ES256');
  const main = { identifier: ecu, hardwareId: 'main-board', key: ecuKey(signer), isPrimary: true };
  const device = await newUpdatedDevice({
    vehicle: vehicleOf(deviceName, [main]),
    signers: { [ecu]: signer },
  });
  const { folder, world } = device;
  world.clock.advance(Date.now() - world.clock.now());
  const at = (name: string) => join(folder, name);
  await writeFile(at('device.key'), exportPrivateKey(signer), { mode: 0o600 });
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const authority = ['-CA', 'root.pem', '-CAkey', 'root.key', '-days', '30'];
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'root.key',
    '-out',
    'root.pem',
    '-subj',
    '/CN=root',
  );
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'site.key',
    '-out',
    'site.pem',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
    ...authority,
  );
  openssl(
    'req',
    '-x509',
    '-key',
    'device.key',
    '-out',
    'device.pem',
    '-subj',
    `/CN=${deviceName}`,
    ...authority,
  );
  const state = await StateDirectory.open(at('agent'));
  await state.write('identity.pem', (await readFile(at('device.pem'), 'utf8')) + exportPrivateKey(signer));
  const port = await serve(device, at);
  for (const name of ['director', 'image']) {
    const { file } =
      name === 'image'
        ? { file: world.image.file('metadata/1.root.json') }
        : { file: world.directorFiles.file('metadata/1.root.json') };
    await writeFile(at(`${name}-root.json`), file);
  }
  await writeFile(
    at('agent.toml'),
    `device = "${deviceName}"
site = "https://localhost:${port}"
trust = "${at('root.pem')}"
state = "${at('agent')}"
[update]
hardware = "main-board"
ecu = "${ecu}"
state = "${at('updates')}"
director-root = "${at('director-root.json')}"
image-root = "${at('image-root.json')}"
${settings}
[update.directories]
directory = "${at('slots')}"
`,
  );
  const args = (...words: string[]) => [
    agentProgram,
    'update',
    ...words,
    '--json',
    '--config',
    at('agent.toml'),
  ];
  return { device, args, update: (...words: string[]) => run(process.execPath, args(...words)) };
}

async function serve(device: UpdatedDevice, at: (name: string) => string): Promise<number> {
  const [key, cert, ca] = await Promise.all(
    ['site.key', 'site.pem', 'root.pem'].map((name) => readFile(at(name))),
  );
  const server = createServer(
    { key, cert, ca, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      device.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    },
  );
  server.listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('an agent looks, installs, confirms, and has nothing more to do', { timeout: 120_000 }, async () => {
  const { device, update } = await newDevice();
  device.world.release(2, ecu);
  const before = await update('status');
  expect(before.stderr).toBe('');
  expect(JSON.parse(before.stdout)).toMatchObject({
    running: 'a',
    releaseCounter: 0,
    slots: {},
    attempt: null,
  });

  const checked = await update('check');
  expect(checked.stderr).toBe('');
  expect(JSON.parse(checked.stdout)).toMatchObject({
    trial: 'none',
    assigned: { image: { path: 'main/2.bin' } },
  });
  expect(device.manifests.at(-1)?.reports.get(ecu)?.installed.path).toBe('unknown');

  const installed = await update('install');
  expect(JSON.parse(installed.stdout)).toMatchObject({
    running: 'b',
    releaseCounter: 0,
    attempt: { phase: 'trying', slot: 'b' },
  });
  expect(await device.runs()).toBe(textOf(2));

  const confirmed = await update('confirm');
  expect(JSON.parse(confirmed.stdout)).toMatchObject({
    running: 'b',
    confirmed: 'b',
    releaseCounter: 2,
    attempt: null,
  });
  expect(JSON.parse((await update('install')).stdout)).toEqual({ trial: 'none', checkAgainInSeconds: 600 });
  expect(device.reports.map(({ state }) => state)).toEqual(['installed', 'confirmed']);
});

test('an agent says what it refuses, and does not confirm a device that isn’t well', {
  timeout: 120_000,
}, async () => {
  const { device, update } = await newDevice('health = ["false"]');
  device.world.release(2, ecu);
  await update('install');
  const unwell = await update('confirm');
  expect(unwell.code).toBe(1);
  expect(JSON.parse(unwell.stderr)).toMatchObject({ error: { code: 'agent/program-failed' } });
  expect(JSON.parse((await update('status')).stdout)).toMatchObject({
    releaseCounter: 0,
    attempt: { phase: 'trying' },
  });
  device.world.directorFiles.files.set('metadata/timestamp.json', Buffer.from('{}'));
  const refused = await update('check');
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: expect.stringMatching(/^update\//) } });
  expect(device.reports.at(-1)).toMatchObject({ state: 'refused' });
});

test('an agent that goes on does all of it by itself, and nobody else does meanwhile', {
  timeout: 120_000,
}, async () => {
  const { device, args, update } = await newDevice();
  device.world.release(2, ecu);
  const child = spawn(process.execPath, args('run'), { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const events: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const { event } = JSON.parse(line) as { event: string };
    events.push(event);
    if (event === 'started') {
      const beside = await update('check');
      expect(JSON.parse(beside.stderr)).toMatchObject({ error: { code: 'agent/updates-in-use' } });
    }
    if (event === 'confirmed') child.kill('SIGTERM');
  }
  expect(events).toEqual(['started', 'assigned', 'installed', 'confirmed', 'stopped']);
  expect(await device.runs()).toBe(textOf(2));
});
