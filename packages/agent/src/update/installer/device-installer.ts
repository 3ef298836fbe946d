import { open, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { positionedFile } from '@kiten/update';
import { contentOf, otherSlot, type Slot } from '../image.ts';
import { onDisk, replaceFile, writePieces } from './durable.ts';
import type { Installer } from './installer.ts';

export interface DeviceSlots {
  /** Block devices, or files in their place. */
  readonly devices: Readonly<Record<Slot, string>>;
  /** What the boot loader reads to know which slot to start from. */
  readonly bootState: string;
  /** Where the device’s files lie that its kernel tells of itself: `/proc`, `/sys` below it. */
  readonly root: string;
}

const sectorBytes = 512;

/**
 * Slots that are block devices. The boot state is a file of lines `name=value`, as `env import -t` of U-Boot reads them:
 * `kiten_slot` is where to start from, `kiten_trial` 1 as long as that isn’t confirmed, `kiten_fallback` where to go back
 * to when it doesn’t start. A kernel that was started with `kiten.slot=a` or `b` says where it runs from; otherwise the
 * boot state does.
 *
 * @throws KitenError `agent/slot-unusable`, `agent/slot-too-small`, `agent/slot-unknown`.
 */
export function deviceInstaller({ devices, bootState, root }: DeviceSlots): Installer {
  const write = (slot: Slot, trial: boolean) =>
    onDisk(bootState, () => replaceFile(bootState, stateText(slot, trial)));
  return {
    running: () =>
      onDisk(bootState, async () => {
        const found =
          /(?:^|\s)kiten\.slot=([ab])(?:\s|$)/.exec(await text(join(root, 'proc/cmdline'))) ??
          /^kiten_slot=([ab])$/m.exec(await text(bootState));
        return (found?.[1] as Slot | undefined) ?? unknownSlot(bootState);
      }),
    open: (slot) =>
      onDisk(devices[slot], async () => {
        const handle = await open(devices[slot], 'r');
        return { file: positionedFile(handle), [Symbol.asyncDispose]: () => handle.close() };
      }),
    write: (slot, image) =>
      onDisk(devices[slot], async () => {
        await requireRoom(devices[slot], contentOf(image).length, root);
        await using handle = await open(devices[slot], 'r+');
        await writePieces(handle, image.pieces());
        await handle.sync();
      }),
    activate: (slot) => (slot === undefined ? unknownSlot(bootState) : write(slot, true)),
    settle: (slot) => write(slot, false),
  };
}

function stateText(slot: Slot, trial: boolean): string {
  const fallback = trial ? `kiten_fallback=${otherSlot(slot)}\n` : '';
  return `kiten_slot=${slot}\nkiten_trial=${trial ? 1 : 0}\n${fallback}`;
}

/** Whoever doesn’t know could write over what runs. */
function unknownSlot(bootState: string): never {
  throw new KitenError(
    'agent/slot-unknown',
    `Neither the kernel’s command line nor ${bootState} says from which slot the device runs: write “kiten_slot=a” or “kiten_slot=b” into it.`,
  );
}

/** Of a block device the kernel tells the size; a file grows. */
async function requireRoom(device: string, length: number, root: string): Promise<void> {
  const sectors = await text(join(root, 'sys/class/block', basename(await realpath(device)), 'size'));
  if (sectors === '' || Number(sectors) * sectorBytes >= length) return;
  throw new KitenError(
    'agent/slot-too-small',
    `The image has ${length} octets; ${device} has room for ${Number(sectors) * sectorBytes}.`,
  );
}

/** Empty if there is no such file. */
async function text(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
