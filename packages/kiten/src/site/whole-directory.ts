import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { isSite, layoutOf } from './layout.ts';

/**
 * Makes a site's directory aside and moves it to its place when it is whole, so that a crash leaves either a site or
 * none.
 *
 * @throws KitenError `kiten/site-exists`, `kiten/directory-not-empty`, and what `make` throws
 */
export async function makeWhole<T>(directory: string, make: (making: string) => Promise<T>): Promise<T> {
  await mustBeFree(directory);
  const isThere = existsSync(directory);
  if (!isThere) await mkdir(dirname(directory), { recursive: true });
  const making = await mkdtemp(isThere ? join(directory, '.new-') : `${directory}.new-`);
  try {
    const made = await make(making);
    await (isThere ? moveInto(directory, making) : moveTo(directory, making));
    return made;
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw error;
  }
}

/**
 * A directory that is there already may be a mount point, which nothing can be renamed to. The store comes last:
 * without it nobody takes the directory for a site.
 */
async function moveInto(directory: string, making: string): Promise<void> {
  const { store } = layoutOf('');
  const names = (await readdir(making)).filter((name) => name !== store);
  for (const name of [...names, store]) await rename(join(making, name), join(directory, name));
  await rmdir(making);
}

/** Of two sites that are made at once, the second gives way. */
async function moveTo(directory: string, making: string): Promise<void> {
  try {
    await rename(making, directory);
  } catch (error) {
    await mustBeFree(directory);
    throw error;
  }
}

async function mustBeFree(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  if (isSite(layoutOf(directory))) {
    throw new KitenError(
      'kiten/site-exists',
      `There is a site in ${directory} already: \`kiten up --data ${directory}\` runs it.`,
    );
  }
  if ((await readdir(directory)).some((name) => name !== 'lost+found')) {
    throw new KitenError(
      'kiten/directory-not-empty',
      `${directory} holds something else: give an empty or a new directory.`,
    );
  }
}
