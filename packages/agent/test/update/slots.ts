import { mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { StateDirectory } from '../../src/index.ts';
import type { Slot } from '../../src/update/image.ts';
import { deviceInstaller } from '../../src/update/installer/device-installer.ts';
import { directoryInstaller } from '../../src/update/installer/directory-installer.ts';
import type { Installer } from '../../src/update/installer/installer.ts';
import { SlotKeeper, type SlotKeeperOptions } from '../../src/update/slot-keeper.ts';
import { contentOf, imageBytes, imageOf } from './releases.ts';

/** A device with two slots on a disk, of which one has release 1, confirmed. */
export interface SlotDevice {
  readonly folder: string;
  readonly installer: Installer;
  /** The slot that starts next, and what lies in the slots. */
  chosen(): Promise<Slot>;
  content(slot: Slot): Promise<Uint8Array>;
  /** As after a start of the agent. */
  keeper(more?: Partial<SlotKeeperOptions>): Promise<SlotKeeper>;
  boot: { name: string; uptime: number };
}

export type SlotKind = 'directories' | 'devices';

export async function newDevice(kind: SlotKind): Promise<SlotDevice> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-slots-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const places = kind === 'directories' ? await directories(folder) : await devices(folder);
  const state = { slots: { a: imageOf(1) }, confirmed: 'a', releaseCounter: 1, reports: [] };
  await mkdir(join(folder, 'state'), { mode: 0o700 });
  await writeFile(join(folder, 'state', 'update.json'), JSON.stringify(state), { mode: 0o600 });
  const device: SlotDevice = {
    ...{ folder, ...places, boot: { name: 'boot-1', uptime: 1000 } },
    content: async (slot) => readFile(places.fileOf(slot)),
    keeper: async (more = {}) =>
      SlotKeeper.open({
        directory: await StateDirectory.open(join(folder, 'state')),
        installer: device.installer,
        boot: async () => device.boot,
        ...{ confirmWithin: 60_000, boots: 3 },
        ...more,
      }),
  };
  return device;
}

async function directories(folder: string) {
  const directory = join(folder, 'slots');
  await mkdir(join(directory, 'a'), { recursive: true });
  await writeFile(join(directory, 'a', 'image'), contentOf(1));
  await symlink('a', join(directory, 'current'));
  return {
    installer: directoryInstaller(directory),
    chosen: async () => (await readlink(join(directory, 'current'))) as Slot,
    fileOf: (slot: Slot) => join(directory, slot, 'image'),
  };
}

async function devices(folder: string) {
  const at = (name: string) => join(folder, name);
  await writeFile(at('a.img'), contentOf(1));
  await writeFile(at('b.img'), new Uint8Array(imageBytes + 5000));
  await writeFile(at('boot-state'), 'kiten_slot=a\nkiten_trial=0\n');
  return {
    installer: deviceInstaller({
      devices: { a: at('a.img'), b: at('b.img') },
      bootState: at('boot-state'),
      root: folder,
    }),
    chosen: async () => /^kiten_slot=([ab])$/m.exec(await readFile(at('boot-state'), 'utf8'))?.[1] as Slot,
    fileOf: (slot: Slot) => at(`${slot}.img`),
  };
}
