import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { KitenError, parseJsonStrict } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import {
  type Ecu,
  type EcuState,
  ecuKey,
  type FetchFile,
  formatOf,
  initialiseTufClient,
  type UptaneProfile,
  type UptaneRepository,
  type Vehicle,
  vehicleOf,
} from '@kiten/update';
import { isDirectory, makeDirectory, readBytes, readIfThere, readText } from './files.ts';
import { readPublicKey } from './holder-options.ts';

/** A vehicle as its inventory file describes it. */
export interface VehicleFile {
  readonly vehicle: Vehicle;
  readonly ecus: ReadonlyMap<string, EcuState>;
}

type JsonObject = Readonly<Record<string, unknown>>;

const ecuMembers = ['identifier', 'hardwareId', 'key', 'primary', 'releaseCounter'];

/**
 * Reads `{"vehicle": …, "ecus": [{"identifier", "hardwareId", "key", "primary"?, "releaseCounter"?}]}`; a key is a file
 * beside the inventory.
 *
 * @throws KitenError `kiten/inventory-malformed`, `update/uptane-inventory`, `kiten/file-unreadable`
 */
export async function readInventory(file: string): Promise<VehicleFile> {
  const inventory = objectOf(parseJsonStrict(await readText(file)), ['vehicle', 'ecus']);
  if (!Array.isArray(inventory.ecus)) throw malformed('ecus is a list');
  const ecus: Ecu[] = [];
  const states = new Map<string, EcuState>();
  for (const entry of inventory.ecus) {
    const fields = objectOf(entry, ecuMembers);
    const [identifier, hardwareId] = [textOf(fields, 'identifier'), textOf(fields, 'hardwareId')];
    const key = ecuKey(await readPublicKey(resolve(dirname(file), textOf(fields, 'key'))));
    const { primary = false, releaseCounter } = fields;
    if (typeof primary !== 'boolean') throw malformed('primary is true or false');
    ecus.push({ identifier, hardwareId, key, isPrimary: primary });
    states.set(identifier, { hardwareId, ...(releaseCounter !== undefined && counterOf(releaseCounter)) });
  }
  return { vehicle: vehicleOf(textOf(inventory, 'vehicle'), ecus), ecus: states };
}

function counterOf(releaseCounter: unknown): { releaseCounter: number } {
  if (typeof releaseCounter === 'number' && Number.isSafeInteger(releaseCounter) && releaseCounter >= 0) {
    return { releaseCounter };
  }
  throw malformed('a releaseCounter is a whole number');
}

/** Which image each ECU is to run: `{"engine": "engine/2.bin"}`. @throws KitenError `kiten/assignments-malformed` */
export async function readAssignments(
  file: string,
): Promise<readonly (readonly [ecu: string, target: string])[]> {
  const value = parseJsonStrict(await readText(file));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    if (entries.length === Object.keys(value).length) return entries;
  }
  throw new KitenError(
    'kiten/assignments-malformed',
    `${file} says for each ECU which image it is to run: {"engine": "engine/2.bin"}.`,
  );
}

function objectOf(value: unknown, members: readonly string[]): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('it is an object');
  const unknown = Object.keys(value).find((name) => !members.includes(name));
  if (unknown === undefined) return value as JsonObject;
  throw malformed(`${unknown} is none of ${members.join(', ')}`);
}

function textOf(fields: JsonObject, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw malformed(`${name} is a string`);
}

const malformed = (expected: string): KitenError =>
  new KitenError('kiten/inventory-malformed', `The inventory is malformed: ${expected}.`);

const base = 'https://repository.invalid/';

/** Where the targets of a {@link repositoryIn} are. */
export const targetsBase = `${base}targets`;

/** The metadata of a repository that lies in a directory, as a web server would serve it. */
export async function repositoryIn(
  directory: string,
): Promise<{ readonly metadataUrl: string; readonly fetch: FetchFile }> {
  const folder = await publishedIn(directory);
  const places = [folder, join(directory, 'targets'), directory];
  return {
    metadataUrl: base,
    fetch: (url) => {
      if (!url.startsWith(targetsBase)) return fetchFrom([folder], url.slice(base.length));
      return fetchFrom(places.slice(1), decodeURIComponent(url.slice(targetsBase.length + 1)));
    },
  };
}

/** Where the metadata lies in the directory of a repository. */
export async function publishedIn(directory: string): Promise<string> {
  const published = join(directory, 'metadata');
  return (await isDirectory(published).catch(() => false)) ? published : directory;
}

async function fetchFrom(folders: readonly string[], name: string): ReturnType<FetchFile> {
  for (const folder of folders) {
    try {
      return { status: 200, body: piecesOf(await readFile(join(folder, name))) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return { status: 404, body: piecesOf() };
}

async function* piecesOf(...pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

/**
 * A repository in a directory, and what a client trusts of it below another: from the root that is given on, or from the
 * repository’s first. A client that trusts one already goes on from there.
 *
 * @throws KitenError `update/unsigned`, `update/already-initialised`, `kiten/file-unreadable`
 */
export async function trustedRepository(
  directory: string,
  metadataDirectory: string,
  { root, profile }: { readonly root: string | undefined; readonly profile: UptaneProfile },
): Promise<UptaneRepository> {
  const place = await repositoryIn(directory);
  await makeDirectory(metadataDirectory);
  const isTrusted = await readBytes(join(metadataDirectory, 'root.json')).then(
    () => true,
    () => false,
  );
  if (root !== undefined || !isTrusted) {
    const bytes =
      root === undefined ? await firstRootOf(await publishedIn(directory)) : await readBytes(root);
    await initialiseTufClient(metadataDirectory, bytes, { verify: nodeVerify, format: formatOf(profile) });
  }
  return { ...place, metadataDirectory };
}

/** Of legacy repositories some have the root under its own name alone. @throws KitenError `kiten/root-missing` */
export async function firstRootOf(folder: string): Promise<Uint8Array> {
  for (const name of ['1.root.json', 'root.json']) {
    const text = await readIfThere(join(folder, name));
    if (text !== undefined) return Buffer.from(text);
  }
  throw new KitenError('kiten/root-missing', 'The repository has no root to begin with: name one.');
}

/** Does some work with a directory that is gone afterwards, unless one is given to be kept. */
export async function withState<T>(
  given: string | undefined,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  if (given !== undefined) return work(given);
  const directory = await mkdtemp(join(tmpdir(), 'kiten-uptane-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
