import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeUtf8, encodeUtf8, fromHex, toHex } from '@kiten/codec';
import {
  type PendingFile,
  pendingFile,
  readBounded,
  removeDurably,
  syncDirectory,
  writeDurably,
} from '../../tuf/client/durable-files.ts';
import { type ComponentIdentifier, componentKey } from '../component.ts';
import { digestOf, type SuitHash } from '../digest.ts';
import type { Pieces } from '../encryption/decrypt-payload.ts';
import { refusal } from '../refusal.ts';
import type { InstalledManifest, SuitStorage, SuitTransaction } from './ports.ts';

/** One place for images. */
export interface ComponentFile {
  readonly identifier: ComponentIdentifier;
  /** On the same file system as the storage's directory. */
  readonly file: string;
}

interface Numbers {
  readonly [place: string]: {
    readonly sequenceNumber: number;
    readonly algorithm: SuitHash;
    readonly digest: string;
  };
}

interface Journal {
  readonly staging: string;
  readonly moves: readonly { readonly from: string; readonly to: string }[];
  readonly numbers: Numbers;
}

const readSize = 256 * 1024;
const maxStateBytes = 1024 ** 2;
const journalName = 'commit.json';
const numbersName = 'manifests.json';

/**
 * Keeps images in files, and in a directory of its own what is staged and which manifests were installed. A commit is a
 * journal that is written first and then carried out; whoever opens the storage carries out the one that a power cut
 * left behind. So several images change together or not at all.
 *
 * @throws KitenError `update/suit-storage-damaged` for state that can't be read.
 */
export async function openDirectoryStorage(
  directory: string,
  components: readonly ComponentFile[],
): Promise<SuitStorage> {
  await mkdir(join(directory, 'staging'), { recursive: true });
  const journal = await readJson<Journal>(join(directory, journalName));
  if (journal !== undefined) await carryOut(journal, directory);
  const files = new Map(components.map(({ identifier, file }) => [componentKey(identifier), file]));
  const has = (component: ComponentIdentifier) => files.has(componentKey(component));
  const numbers = async () => (await readJson<Numbers>(join(directory, numbersName))) ?? {};
  return {
    has,
    async installed(manifest): Promise<InstalledManifest | undefined> {
      const found = (await numbers())[`/${componentKey(manifest)}`];
      if (found === undefined) return undefined;
      const { sequenceNumber, algorithm, digest } = found;
      return { sequenceNumber, digest: { algorithm, bytes: fromHex(digest) } };
    },
    async begin(manifest) {
      const staging = join(directory, 'staging', toHex(manifest.bytes));
      for (const name of await readdir(join(directory, 'staging'))) {
        if (name !== toHex(manifest.bytes)) await rm(join(directory, 'staging', name), { recursive: true });
      }
      await mkdir(staging, { recursive: true });
      return transactionIn(staging, files, async (moves, manifests) => {
        const added = Object.fromEntries(
          manifests.map(({ manifest: place, sequenceNumber, digest }) => [
            `/${componentKey(place)}`,
            { sequenceNumber, algorithm: digest.algorithm, digest: toHex(digest.bytes) },
          ]),
        );
        const next: Journal = { staging, moves, numbers: { ...(await numbers()), ...added } };
        await writeJson(directory, journalName, next);
        await carryOut(next, directory);
      });
    },
  };
}

type Commit = (moves: Journal['moves'], manifests: Parameters<SuitTransaction['commit']>[0]) => Promise<void>;

function transactionIn(staging: string, files: ReadonlyMap<string, string>, commit: Commit): SuitTransaction {
  const fileOf = (component: ComponentIdentifier): string => {
    const file = files.get(componentKey(component));
    if (file !== undefined) return file;
    throw refusal('update/suit-component-unsupported', 'The device has no such component.');
  };
  const stagedOf = (component: ComponentIdentifier) => join(staging, nameOf(component));
  const current = async (component: ComponentIdentifier): Promise<string | undefined> => {
    for (const path of [stagedOf(component), fileOf(component)]) if (await exists(path)) return path;
    return undefined;
  };
  const written = new Set<string>();
  /** Under its name only when `keep` is called, whole and on the disk. */
  const pending = async (component: ComponentIdentifier, pieces: Pieces): Promise<PendingFile> => {
    const file = await pendingFile(staging, nameOf(component));
    try {
      for await (const piece of pieces) await file.write(piece);
      return file;
    } catch (error) {
      await file.discard();
      throw error;
    }
  };
  const reading = (path: string) => createReadStream(path, { highWaterMark: readSize });
  return {
    has: (component) => files.has(componentKey(component)),
    async read(component) {
      const path = await current(component);
      if (path === undefined) return undefined;
      if (path === stagedOf(component)) written.add(componentKey(component));
      return reading(path);
    },
    async write(component, pieces) {
      fileOf(component);
      await (await pending(component, pieces)).keep();
      written.add(componentKey(component));
    },
    async swap(one, other) {
      const [first, second] = [await current(one), await current(other)];
      if (first === undefined || second === undefined) {
        throw refusal('update/suit-source-missing', 'There are no two images to be swapped.');
      }
      const swapped = [await pending(one, reading(second)), await pending(other, reading(first))];
      for (const file of swapped) await file.keep();
      for (const component of [one, other]) written.add(componentKey(component));
    },
    async commit(manifests) {
      const moves = [...files]
        .filter(([key]) => written.has(key))
        .map(([key, to]) => ({ from: join(staging, nameOfKey(key)), to }));
      await commit(moves, manifests);
    },
    discard: () => rm(staging, { recursive: true, force: true }),
    suspend: () => Promise.resolve(),
  };
}

async function carryOut(journal: Journal, directory: string): Promise<void> {
  for (const { from, to } of journal.moves) {
    // What is gone from here was moved before the power failed.
    if (!(await exists(from))) continue;
    await rename(from, to);
    await syncDirectory(dirname(to));
  }
  await writeJson(directory, numbersName, journal.numbers);
  await removeDurably(directory, journalName);
  await rm(journal.staging, { recursive: true, force: true });
}

const nameOf = (component: ComponentIdentifier): string => nameOfKey(componentKey(component));
const nameOfKey = (key: string): string => toHex(digestOf('sha256', Buffer.from(key)).bytes);

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function readJson<Value>(path: string): Promise<Value | undefined> {
  const octets = await readBounded(path, maxStateBytes);
  if (octets === undefined) return undefined;
  try {
    return JSON.parse(decodeUtf8(octets)) as Value;
  } catch (cause) {
    throw refusal('update/suit-storage-damaged', `${path} cannot be read.`, undefined, cause);
  }
}

const writeJson = (directory: string, name: string, value: unknown): Promise<void> =>
  writeDurably(directory, name, encodeUtf8(JSON.stringify(value)));
