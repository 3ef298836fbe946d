import { mkdir, open, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { positionedFile } from '@kiten/update';
import type { Slot } from '../image.ts';
import { onDisk, removeFile, replaceFile, replaceLink, syncDirectory } from './durable.ts';
import type { Installer } from './installer.ts';

const link = 'current';
const imageName = 'image';

/**
 * Slots that are directories: `a/image`, `b/image`, and a link `current` to the one that runs.
 *
 * @throws KitenError `agent/slot-unusable`, `agent/slot-too-small`.
 */
export function directoryInstaller(directory: string): Installer {
  const imageOf = (slot: Slot) => join(directory, slot, imageName);
  return {
    running: () =>
      onDisk(directory, async () => {
        const target = await linkTarget(join(directory, link));
        return target === 'a' || target === 'b' ? target : undefined;
      }),
    open: (slot) =>
      onDisk(imageOf(slot), async () => {
        const handle = await open(imageOf(slot), 'r');
        return { file: positionedFile(handle), [Symbol.asyncDispose]: () => handle.close() };
      }),
    write: (slot, image) =>
      onDisk(imageOf(slot), async () => {
        await mkdir(join(directory, slot), { recursive: true });
        await syncDirectory(directory);
        await replaceFile(imageOf(slot), image.pieces());
      }),
    activate: (slot) =>
      onDisk(join(directory, link), () =>
        slot === undefined ? removeFile(join(directory, link)) : replaceLink(join(directory, link), slot),
      ),
    settle: () => Promise.resolve(),
  };
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
