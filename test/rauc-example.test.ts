import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseConfiguration, StateDirectory } from '../packages/agent/src/index.ts';
import {
  type InstallerPrograms,
  programInstaller,
} from '../packages/agent/src/update/installer/program-installer.ts';
import { preparedFile } from '../packages/agent/src/update/prepare.ts';
import type { Program } from '../packages/agent/src/update/run-program.ts';
import { SlotKeeper } from '../packages/agent/src/update/slot-keeper.ts';
import { KitenError } from '../packages/codec/src/index.ts';
import { requireTool } from './tools.ts';

const example = fileURLToPath(new URL('../examples/rauc/', import.meta.url));
const tools = [
  ['rauc', 'rauc'],
  ['dbus-daemon', 'dbus-daemon'],
  ['mksquashfs', 'squashfs-tools'],
] as const;
/** RAUC mounts bundles, for which it has to be root, with loop devices. */
const mayMount = process.getuid?.() === 0 && existsSync('/dev/loop-control');
const isHere =
  tools.map(([program, debianPackage]) => requireTool(program, debianPackage)).every(Boolean) && mayMount;

/** A device whose slots are files, whose boot loader is a script, and on which RAUC installs. */
async function newDevice() {
  const folder = mkdtempSync(join(tmpdir(), 'kiten-rauc-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  for (const name of ['content', 'boot', 'mount', 'bin']) mkdirSync(at(name));
  for (const slot of ['a.img', 'b.img']) {
    writeFileSync(at(slot), '');
    truncateSync(at(slot), 1024 ** 2);
  }
  const image = randomBytes(200 * 1024);
  writeFileSync(at('content/rootfs.img'), image);
  writeFileSync(
    at('content/manifest.raucm'),
    '[update]\ncompatible=pump-3\nversion=2\n\n[image.rootfs]\nfilename=rootfs.img\n',
  );
  const subject = ['-subj', '/O=kiten/CN=rauc', '-days', '30'];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      at('key.pem'),
      '-out',
      at('cert.pem'),
      ...subject,
    ],
    { stdio: 'ignore' },
  );
  execFileSync(
    'rauc',
    [`--cert=${at('cert.pem')}`, `--key=${at('key.pem')}`, 'bundle', at('content'), at('bundle.raucb')],
    { stdio: 'ignore' },
  );
  writeFileSync(
    at('backend'),
    `#!/bin/sh
cd ${at('boot')}
case "$1" in
  get-primary) cat primary ;;
  set-primary) echo "$2" > primary ;;
  get-state) cat "state-$2" 2>/dev/null || echo good ;;
  set-state) echo "$3" > "state-$2" ;;
esac
`,
  );
  chmodSync(at('backend'), 0o755);
  writeFileSync(at('boot/primary'), 'A\n');
  const conf = readFileSync(join(example, 'system.conf'), 'utf8')
    .replace('bootloader=uboot', `bootloader=custom\nstatusfile=${at('status')}\nmountprefix=${at('mount')}`)
    .replace(
      '/etc/rauc/keyring.pem',
      `${at('cert.pem')}\n\n[handlers]\nbootloader-custom-backend=${at('backend')}`,
    )
    .replace('/dev/mmcblk0p2', at('a.img'))
    .replace('/dev/mmcblk0p3', at('b.img'));
  writeFileSync(at('system.conf'), conf);
  const bus = `unix:path=${at('bus')}`;
  await started(
    'dbus-daemon',
    ['--session', '--nofork', '--nopidfile', `--address=${bus}`, '--print-address'],
    {},
  );
  const environment = { DBUS_SESSION_BUS_ADDRESS: bus, DBUS_STARTER_BUS_TYPE: 'session' };
  return { at, image, environment, ...(await boot('A')) };

  /** Starts RAUC as the device does that runs from this slot. */
  async function boot(slot: 'A' | 'B') {
    const service = await started(
      'rauc',
      ['service', `--conf=${at('system.conf')}`, `--override-boot-slot=${slot}`],
      environment,
      () => execFileSync('rauc', ['status'], { env: { ...process.env, ...environment }, stdio: 'ignore' }),
    );
    const reboot = async (next: 'A' | 'B') => {
      const ended = once(service, 'close');
      service.kill();
      await ended;
      return boot(next);
    };
    return { reboot };
  }
}

/** A program that goes on until the test is over, once it answers. */
async function started(
  program: string,
  args: string[],
  environment: Record<string, string>,
  answers?: () => void,
) {
  const child = spawn(program, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => {
    child.kill();
  });
  if (answers === undefined) await once(child.stdout, 'data');
  else await until(answers);
  return child;
}

async function until(answers: () => void): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return answers();
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** The programs of the example, with RAUC on the test’s own bus. */
function programsOf(environment: Record<string, string>): InstallerPrograms {
  const text = readFileSync(join(example, 'agent.toml'), 'utf8');
  const { slots } = parseConfiguration(text, 'agent.toml').update!;
  if (slots.kind !== 'programs') throw new Error('The example names no programs.');
  const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const onBus = ([program, ...args]: Program): Program => [
    'env',
    ...words,
    program.replace('/usr/lib/kiten-agent/', example),
    ...args,
  ];
  const { names, running, install, activate, settle } = slots.programs;
  return {
    names,
    running: onBus(running),
    install: onBus(install),
    activate: onBus(activate),
    settle: onBus(settle),
  };
}

describe.skipIf(!isHere)('RAUC underneath the agent, as the example has it', { timeout: 120_000 }, () => {
  it('installs a bundle, starts it on trial, and stays with it or goes back', async () => {
    const { at, image, environment, reboot } = await newDevice();
    const installer = programInstaller(programsOf(environment));
    expect(await installer.running()).toBe('a');
    const current = { name: 'boot-1', uptime: 0 };
    const open = async () =>
      SlotKeeper.open({
        directory: await StateDirectory.open(at('state')),
        installer,
        boot: async () => current,
        ...{ confirmWithin: 600_000, boots: 3 },
      });
    const bundle = {
      path: 'pump/2.raucb',
      length: readFileSync(at('bundle.raucb')).length,
      sha256: '',
      releaseCounter: 2,
    };
    await (await open()).install(preparedFile(bundle, at('bundle.raucb')), 1);
    expect(readFileSync(at('b.img')).subarray(0, image.length).equals(image)).toBe(true);
    expect(readFileSync(at('boot/primary'), 'utf8').trim()).toBe('B');
    expect(await (await open()).resume()).toBe('before-reboot');

    const { reboot: again } = await reboot('B');
    current.name = 'boot-2';
    const keeper = await open();
    expect(await keeper.resume()).toBe('on-trial');
    await keeper.confirm();
    expect(readFileSync(at('boot/state-B'), 'utf8').trim()).toBe('good');
    expect(keeper.state).toMatchObject({ confirmed: 'b', releaseCounter: 2 });

    await keeper.install(
      preparedFile({ ...bundle, path: 'pump/3.raucb', releaseCounter: 3 }, at('bundle.raucb')),
      2,
    );
    expect(readFileSync(at('boot/primary'), 'utf8').trim()).toBe('A');
    await keeper.rollBack(new KitenError('agent/update-unconfirmed', 'It is not well.'));
    expect(readFileSync(at('boot/primary'), 'utf8').trim()).toBe('B');
    expect(keeper.state).toMatchObject({ confirmed: 'b', releaseCounter: 2 });
    await again('B');
  });

  it('refuses a bundle that RAUC does not trust, and the slot that starts stays', async () => {
    const { at, environment } = await newDevice();
    const installer = programInstaller(programsOf(environment));
    const broken = Buffer.from(readFileSync(at('bundle.raucb')));
    broken[1000]! ^= 1;
    writeFileSync(at('broken.raucb'), broken);
    const prepared = preparedFile(
      { path: 'x', length: broken.length, sha256: '', releaseCounter: 2 },
      at('broken.raucb'),
    );
    await expect(installer.write('b', prepared)).rejects.toMatchObject({ code: 'agent/program-failed' });
    expect(readFileSync(at('boot/primary'), 'utf8').trim()).toBe('A');
    expect(await installer.running()).toBe('a');
  });
});
