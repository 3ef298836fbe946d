import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { pendingFile, readBounded, removeDurably, writeDurably } from '../client/durable-files.ts';
import { targetUrlPath } from '../client/target-path.ts';
import { fileNameOf } from '../metadata/role-name.ts';
import type { NewTarget } from './drafts.ts';

const maxBytes = 64 * 1024 * 1024;

/**
 * The files of a repository. `metadata` and `targets` are what a web server serves; `staged` has what waits for its
 * holders’ signatures.
 */
export class RepositoryDirectory {
  readonly metadata: string;
  readonly staged: string;
  readonly targets: string;

  constructor(path: string) {
    this.metadata = join(path, 'metadata');
    this.staged = join(path, 'staged');
    this.targets = join(path, 'targets');
  }

  async make(): Promise<void> {
    for (const folder of [this.metadata, this.staged, this.targets]) await makeFolder(folder);
  }

  /** The file of a role in one version. Percent-encoded as in the URL that a client asks for. */
  published(role: string, version?: number): Promise<Uint8Array | undefined> {
    return readBounded(join(this.metadata, servedName(role, version)), maxBytes);
  }

  publish(role: string, version: number | undefined, bytes: Uint8Array): Promise<void> {
    return writeDurably(this.metadata, servedName(role, version), bytes);
  }

  /** The newest root, or 0 before the first. */
  async newestRoot(): Promise<number> {
    const versions = (await readdir(this.metadata)).map((name) =>
      Number(/^([1-9]\d*)\.root\.json$/.exec(name)?.[1] ?? 0),
    );
    return Math.max(0, ...versions);
  }

  readStaged(role: string): Promise<Uint8Array | undefined> {
    return readBounded(this.stagedFile(role), maxBytes);
  }

  /** Where the file of a role waits. */
  stagedFile(role: string): string {
    return join(this.staged, `${fileNameOf(role)}.json`);
  }

  stage(role: string, bytes: Uint8Array): Promise<void> {
    return writeDurably(this.staged, basename(this.stagedFile(role)), bytes);
  }

  unstage(role: string): Promise<void> {
    return removeDurably(this.staged, basename(this.stagedFile(role)));
  }

  /** The roles whose files wait. */
  async stagedRoles(): Promise<readonly string[]> {
    const names = (await readdir(this.staged)).filter((name) => /^[^.].*\.json$/.test(name));
    return names.map((name) => decodeURIComponent(name.slice(0, -'.json'.length))).sort();
  }

  /** Copies a file to where a client asks for it once somebody speaks for it: under its hash, so over nothing else. */
  async addTarget(path: string, file: string): Promise<NewTarget> {
    const target = await measure(file);
    const served = targetUrlPath(path, new Map(Object.entries(target.hashes)), true);
    const folder = join(this.targets, dirname(served));
    await makeFolder(folder);
    const copy = await pendingFile(folder, basename(served));
    try {
      for await (const piece of createReadStream(file)) await copy.write(piece as Buffer);
      await copy.keep();
    } finally {
      await copy.discard();
    }
    return target;
  }
}

/** Length, SHA-256 and SHA-512 of a file. */
async function measure(file: string): Promise<NewTarget> {
  const [sha256, sha512] = [createHash('sha256'), createHash('sha512')];
  let length = 0;
  try {
    for await (const piece of createReadStream(file)) {
      length += (piece as Buffer).length;
      sha256.update(piece as Buffer);
      sha512.update(piece as Buffer);
    }
  } catch (cause) {
    throw new KitenError('update/file-unreadable', `${file} cannot be read.`, { cause });
  }
  return { length, hashes: { sha256: sha256.digest('hex'), sha512: sha512.digest('hex') } };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new KitenError('update/file-unwritable', `${folder} cannot be made.`, { cause });
  }
}

function servedName(role: string, version: number | undefined): string {
  return `${version === undefined ? '' : `${version}.`}${encodeURIComponent(role)}.json`;
}
