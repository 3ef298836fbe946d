import type { BigIntStats } from 'node:fs';
import { open, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a file is known by until it changes. */
export type FileIdentity = string;

/** More than any file that is read whole here has: /proc/net/tcp of a busy server among them. */
const maximumBytes = 16 << 20;

/**
 * The files of a device below a directory: `/`, or a copy of what matters of one. Names and links are those of the
 * device.
 */
export class DeviceFiles {
  readonly #root: string;

  constructor(root = '/') {
    this.#root = root;
  }

  /** Where a file lies on this machine. */
  path(name: string): string {
    return join(this.#root, name);
  }

  /** The text of a file; undefined if there is none. */
  async text(name: string): Promise<string | undefined> {
    const bytes = await this.bytes(name);
    return bytes?.toString('utf8');
  }

  async bytes(name: string): Promise<Buffer | undefined> {
    const bytes = await unlessMissing(readFile(this.path(name)));
    return bytes === undefined ? undefined : bytes.subarray(0, maximumBytes);
  }

  /** So many octets of a file from a place on, fewer if it ends before; none if there is no such file. */
  async part(name: string, start: number, length: number): Promise<Buffer> {
    const file = await unlessMissing(open(this.path(name)));
    if (file === undefined) return Buffer.alloc(0);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, start);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  /** The names in a directory; none if there is no such directory. */
  async list(name: string): Promise<readonly string[]> {
    return (await unlessMissing(readdir(this.path(name)))) ?? [];
  }

  /** Where a link leads to, by the device's names; undefined if there is none. */
  async link(name: string): Promise<string | undefined> {
    const target = await unlessMissing(readlink(this.path(name)));
    if (target === undefined || this.#root === '/') return target;
    return target.startsWith(this.#root) ? target.slice(this.#root.length) : target;
  }

  /** What a file is known by; undefined if there is none. */
  async identity(name: string): Promise<FileIdentity | undefined> {
    const found = await unlessMissing(stat(this.path(name), { bigint: true }));
    return found === undefined ? undefined : identityOf(found);
  }

  /** The octets of a file, piece by piece, and what it is known by. */
  async *pieces(name: string): AsyncGenerator<Buffer> {
    const file = await open(this.path(name));
    try {
      for await (const piece of file.createReadStream({ autoClose: false })) yield piece as Buffer;
    } finally {
      await file.close();
    }
  }
}

/** A file that changes gets another time of change, whatever its time of modification is set to. */
const identityOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileIdentity =>
  `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;

/** Processes end and files are removed while they are looked at: they are not there, and that is all. */
async function unlessMissing<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const missing: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH', 'ENOTDIR', 'EINVAL']);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

export const isMissing = (error: unknown): boolean => missing.has(codeOf(error));

const denied: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

/** Whether the agent lacks the rights to look. */
export const isDenied = (error: unknown): boolean => denied.has(codeOf(error));
