import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';

const maximumBytes = 1 << 20;

/**
 * The agent's own directory, for its owner only. A file in it is there whole, and on disk once it was written, or as it
 * was before.
 */
export class StateDirectory {
  readonly path: string;
  readonly #owner: { readonly uid: number; readonly gid: number };

  private constructor(path: string, owner: { readonly uid: number; readonly gid: number }) {
    this.path = path;
    this.#owner = owner;
  }

  /** Opens the directory, made with mode 0700 if it isn't there. @throws KitenError `agent/state-unusable`, `agent/state-exposed` */
  static async open(path: string): Promise<StateDirectory> {
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
      const { mode, uid, gid } = await stat(path);
      if ((mode & 0o077) === 0) return new StateDirectory(path, { uid, gid });
    } catch (cause) {
      throw new KitenError('agent/state-unusable', `The state directory ${path} cannot be used.`, { cause });
    }
    throw new KitenError(
      'agent/state-exposed',
      `The state directory ${path} is open to other users. Run "chmod 700 ${path}"; if they may have read it, enrol anew.`,
    );
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** @returns undefined if there is no such file. @throws KitenError `agent/state-unusable` */
  async read(name: string): Promise<Buffer | undefined> {
    const file = this.file(name);
    try {
      const { size } = await stat(file);
      if (size <= maximumBytes) return await readFile(file);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new KitenError('agent/state-unusable', `${file} cannot be read.`, { cause });
    }
    throw new KitenError('agent/state-unusable', `${file} is larger than anything that the agent writes.`);
  }

  /** @throws KitenError `agent/state-unusable` */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    const file = this.file(name);
    const temporary = this.file(`.${name}.new`);
    try {
      await rm(temporary, { force: true });
      await withFile(temporary, 'wx', async (handle) => {
        await handle.writeFile(content);
        // What root writes here is for the service that the directory belongs to.
        if (this.#owner.uid !== (process.getuid?.() ?? this.#owner.uid)) {
          await handle.chown(this.#owner.uid, this.#owner.gid);
        }
        await handle.sync();
      });
      await rename(temporary, file);
      // Without it the name may be lost in a power cut although the content is on disk.
      await withFile(this.path, 'r', (handle) => handle.sync());
    } catch (cause) {
      throw new KitenError('agent/state-unusable', `${file} cannot be written.`, { cause });
    }
  }

  async remove(name: string): Promise<void> {
    await rm(this.file(name), { force: true });
  }
}

async function withFile(
  path: string,
  flags: string,
  use: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}
