import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';

/** @throws KitenError `kiten/file-unreadable` */
export async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new KitenError('kiten/file-unreadable', `${file} cannot be read.`, { cause });
  }
}

/** @throws KitenError `kiten/file-unreadable` */
export async function readText(file: string): Promise<string> {
  return (await readBytes(file)).toString('utf8');
}

/** @throws KitenError `kiten/file-unwritable` */
export async function writeBytes(file: string, bytes: Uint8Array | string): Promise<void> {
  try {
    await writeFile(file, bytes);
  } catch (cause) {
    throw new KitenError('kiten/file-unwritable', `${file} cannot be written.`, { cause });
  }
}

/** Names of what is in a directory. @throws KitenError `kiten/file-unreadable` */
export async function readNames(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    throw new KitenError('kiten/file-unreadable', `${directory} cannot be read.`, { cause });
  }
}

/** @throws KitenError `kiten/file-unreadable` when there is nothing of that name. */
export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw new KitenError('kiten/file-unreadable', `${path} cannot be read.`, { cause });
  }
}

/** As {@link writeBytes}, for what comes piece by piece. */
export async function writePieces(file: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await writeFile(file, pieces);
  } catch (cause) {
    if (cause instanceof KitenError) throw cause;
    throw new KitenError('kiten/file-unwritable', `${file} cannot be written.`, { cause });
  }
}

/** @throws KitenError `kiten/file-unwritable` unless the directory is there in the end */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    throw new KitenError('kiten/file-unwritable', `${directory} cannot be made a directory.`, { cause });
  }
}

/** The text of a file, or nothing if there is no such file. */
export async function readIfThere(file: string | URL): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
