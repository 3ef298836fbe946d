import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock, type Signer } from '@kiten/codec';
import { onTestFinished } from 'vitest';
import {
  type FetchFile,
  type Holders,
  initialiseTufClient,
  TufClient,
  TufRepository,
  verifyRepository,
} from '../../src/index.ts';
import { ed25519Signer, nodeVerify } from './keys.ts';
import { now } from './simulator.ts';

export const heldBy = (signers: readonly Signer[], threshold = 1): Holders => ({ keys: signers, threshold });

/** The files below a directory, as a web server would serve them. */
export const served = (directory: string): FetchFile => {
  return async (url) => {
    // Names on the disk are those of the URL, encoded as they are.
    const path = url.replace('https://repository.example/', '');
    const bytes = await readFile(join(directory, path)).catch(() => undefined);
    return { status: bytes === undefined ? 404 : 200, body: once(bytes ?? new Uint8Array()) };
  };
};

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A repository in a directory, and its keys: two holders of three for root, one key each for the rest. */
export class RepositoryFixture {
  readonly clock = manualClock(now);
  readonly directory: string;
  readonly folder: string;
  readonly repository: TufRepository;
  readonly root = [ed25519Signer(), ed25519Signer(), ed25519Signer()];
  readonly targets = ed25519Signer();
  readonly snapshot = ed25519Signer();
  readonly timestamp = ed25519Signer();

  constructor(folder: string) {
    this.folder = folder;
    this.directory = join(folder, 'repository');
    this.repository = new TufRepository({ directory: this.directory, clock: this.clock, verify: nodeVerify });
  }

  get online(): Signer[] {
    return [this.snapshot, this.timestamp];
  }

  async create(): Promise<void> {
    await this.repository.create({
      root: heldBy(this.root, 2),
      targets: heldBy([this.targets]),
      snapshot: heldBy([this.snapshot]),
      timestamp: heldBy([this.timestamp]),
    });
  }

  async addTarget(path: string, content: string, more: Parameters<TufRepository['addTarget']>[2] = {}) {
    const file = join(this.folder, 'file');
    await writeFile(file, content);
    await this.repository.addTarget(path, file, more);
  }

  /** Signs what is staged with all keys of its role, and publishes. */
  async publish(more: Readonly<Record<string, readonly Signer[]>> = {}, online = this.online) {
    const signers: Record<string, readonly Signer[]> = {
      root: this.root.slice(0, 2),
      targets: [this.targets],
      ...more,
    };
    for (const { role } of await this.repository.staged()) {
      for (const signer of signers[role] ?? []) await this.repository.sign(role, signer);
    }
    return this.repository.publish(online);
  }

  verify() {
    return verifyRepository({ directory: this.directory, clock: this.clock, verify: nodeVerify });
  }

  /** A client that begins with the first root. */
  async client(): Promise<{ refresh: TufClient['refresh']; read(path: string): Promise<string> }> {
    const directory = await mkdtemp(join(this.folder, 'client-'));
    const [metadata, slot] = [join(directory, 'metadata'), join(directory, 'slot')];
    await mkdir(metadata);
    await mkdir(slot);
    await initialiseTufClient(metadata, await readFile(join(this.directory, 'metadata', '1.root.json')), {
      verify: nodeVerify,
    });
    const tuf = () =>
      new TufClient({
        ...{ metadataDirectory: metadata, metadataUrl: 'https://repository.example/metadata' },
        ...{ fetch: served(this.directory), verify: nodeVerify, clock: this.clock },
      });
    return {
      refresh: () => tuf().refresh(),
      async read(path) {
        const client = tuf();
        const target = await client.find(path);
        const where = { targetUrl: 'https://repository.example/targets', targetDirectory: slot };
        const { file } = await client.download(target, where);
        return readFile(join(slot, file), 'utf8');
      },
    };
  }
}

/** One whose first state is staged and not yet signed. */
export async function newRepository(): Promise<RepositoryFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'kiten-tuf-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const fixture = new RepositoryFixture(folder);
  await fixture.create();
  return fixture;
}

/** One that serves a first release. */
export async function publishedRepository(): Promise<RepositoryFixture> {
  const fixture = await newRepository();
  await fixture.addTarget('pump/firmware.bin', 'release 1');
  await fixture.publish();
  return fixture;
}
