import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KitenError, manualClock } from '@kiten/codec';
import { expect, onTestFinished } from 'vitest';
import { initialiseTufClient, TufClient, type TufClientOptions, type TufLimits } from '../../src/index.ts';
import { nodeVerify } from './keys.ts';
import { type Json, now, Simulator } from './simulator.ts';

export const targetUrl = 'https://repository.example/targets';

/** A client of a repository, each run as a new program over the same two directories. */
export class Fixture {
  readonly repository: Simulator;
  readonly directory: string;
  readonly metadata: string;
  readonly slot: string;
  readonly clock = manualClock(now);
  options: Partial<TufClientOptions> = {};
  limits: Partial<TufLimits> = {};

  constructor(repository: Simulator, directory: string) {
    this.repository = repository;
    this.directory = directory;
    this.metadata = join(directory, 'metadata');
    this.slot = join(directory, 'slot');
  }

  client(): TufClient {
    return new TufClient({
      metadataDirectory: this.metadata,
      metadataUrl: 'https://repository.example/metadata/',
      fetch: this.repository.fetch,
      verify: nodeVerify,
      clock: this.clock,
      limits: this.limits,
      ...this.options,
    });
  }

  refresh() {
    return this.client().refresh();
  }

  async download(path: string) {
    const client = this.client();
    const target = await client.find(path);
    return client.download(target, { targetUrl, targetDirectory: this.slot });
  }

  /** The version that is kept of a role, by the name of its file. */
  async kept(file: string): Promise<number | undefined> {
    try {
      const { signed } = JSON.parse(await readFile(join(this.metadata, `${file}.json`), 'utf8')) as Json;
      return signed.version;
    } catch {
      return undefined;
    }
  }

  /** One hash over all that lies in both directories: names and contents. */
  async digest(): Promise<string> {
    const names = (await readdir(this.directory, { recursive: true, withFileTypes: true }))
      .map((entry) => (entry.isFile() ? join(entry.parentPath, entry.name) : ''))
      // The lock says nothing of what is trusted.
      .filter((name) => name !== '' && !name.endsWith('/.lock'))
      .sort();
    const hash = createHash('sha256');
    for (const name of names) hash.update(name).update(await readFile(name));
    return hash.digest('hex');
  }

  /** That something is refused with this code, and leaves state and slot as they were. */
  async refuses(work: () => Promise<unknown>, code: string): Promise<KitenError> {
    const before = await this.digest();
    const error = await codeOf(work());
    expect(error.code).toBe(code);
    expect(await this.digest()).toBe(before);
    return error;
  }
}

export async function codeOf(work: Promise<unknown>): Promise<KitenError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof KitenError) return outcome;
  throw new Error(`Not refused by a KitenError, but: ${String(outcome)}`);
}

/** A client that knows the first root of a repository and nothing else. */
export async function newClient(repository = new Simulator()): Promise<Fixture> {
  const directory = await mkdtemp(join(tmpdir(), 'kiten-tuf-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const fixture = new Fixture(repository, directory);
  await mkdir(fixture.metadata);
  await mkdir(fixture.slot);
  const root = repository.file('metadata/1.root.json');
  await initialiseTufClient(fixture.metadata, root, { verify: nodeVerify });
  return fixture;
}

/** One that is up to date, and has a target in its slot. */
export async function settledClient(repository = new Simulator()): Promise<Fixture> {
  repository.addTarget('targets', 'pump/firmware.bin', 'release 1');
  repository.publishTargets('targets');
  const fixture = await newClient(repository);
  await fixture.download('pump/firmware.bin');
  return fixture;
}
