import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Clock, KitenError } from '@kiten/codec';
import { defaultTufLimits, retrieve, type TufLimits } from '@kiten/update';
import type { Image } from './image.ts';
import { replaceFile } from './installer/durable.ts';
import type { FetchFrom } from './site-files.ts';

/** What is fetched: a file that somebody vouches for. */
export interface Wanted {
  readonly url: string;
  readonly length: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** The image that comes of it. */
export type StagedImage = Pick<Image, 'path' | 'sha256'>;

export interface StagingOptions {
  readonly directory: string;
  readonly fetch: FetchFrom;
  readonly clock: Clock;
  readonly limits?: Partial<TufLimits>;
}

/** Connections that break are taken up again so often without anything having arrived. */
const mostFruitless = 3;
const wantedFile = 'wanted.json';
const readBytes = 256 * 1024;

/** Where files lie from being fetched to being installed. A fetch that is cut short goes on where it was. */
export class Staging {
  readonly #options: StagingOptions;
  readonly #limits: TufLimits;

  constructor(options: StagingOptions) {
    this.#options = options;
    this.#limits = { ...defaultTufLimits, ...options.limits };
  }

  /**
   * Fetches a file, unless it is there.
   *
   * @returns where it lies, whole and with its hash.
   * @throws KitenError `update/target-too-large`, `update/target-mismatch`, `update/endless-data`,
   * `update/retrieval-slow`, `update/retrieval-deadline`, `update/not-found`, `update/fetch-failed`,
   * `agent/staging-unusable`.
   */
  async fetch(wanted: Wanted): Promise<string> {
    const { targetBytes, targetDeadline } = this.#limits;
    if (wanted.length > targetBytes) {
      throw new KitenError(
        'update/target-too-large',
        `The file has ${wanted.length} octets; ${targetBytes} at most are fetched.`,
      );
    }
    const file = join(this.#options.directory, wanted.sha256);
    await inStaging(() => mkdir(this.#options.directory, { recursive: true, mode: 0o700 }));
    await this.keepOnly([wanted.sha256]);
    const end = this.#options.clock.now() + targetDeadline;
    for (let fruitless = 0; ; ) {
      const begun = await this.#soFar(file, wanted);
      if (begun.length === wanted.length) return this.#whole(file, begun, wanted);
      const arrived = await this.#more(file, begun, wanted, end, fruitless + 1 < mostFruitless);
      fruitless = arrived > 0 ? 0 : fruitless + 1;
    }
  }

  /** Remembers for what image files are fetched, until none of them is kept. */
  async begin({ path, sha256 }: StagedImage): Promise<void> {
    await inStaging(async () => {
      await mkdir(this.#options.directory, { recursive: true, mode: 0o700 });
      await replaceFile(this.#wanted, JSON.stringify({ path, sha256 }));
    });
  }

  /** The image that files are fetched for, or lie fetched and not installed yet. */
  async begun(): Promise<StagedImage | undefined> {
    return inStaging(async () => {
      const text = await readFile(this.#wanted, 'utf8').catch(ifMissing);
      return typeof text === 'string' ? (JSON.parse(text) as StagedImage) : undefined;
    });
  }

  get #wanted(): string {
    return join(this.#options.directory, wantedFile);
  }

  /** Removes all files but those with these hashes. */
  async keepOnly(hashes: readonly string[]): Promise<void> {
    const kept = hashes.length === 0 ? [] : [...hashes, wantedFile];
    await inStaging(async () => {
      for (const name of await readdir(this.#options.directory).catch(ifMissing))
        if (!kept.includes(name)) await rm(join(this.#options.directory, name), { force: true });
    });
  }

  /** What was fetched before, if anything: it is hashed again, since it may have been left in a hurry. */
  async #soFar(file: string, { length }: Wanted): Promise<Begun> {
    const hash = createHash('sha256');
    let found = 0;
    await inStaging(async () => {
      const handle = await open(file, 'a', 0o600);
      await handle.close();
      for await (const piece of createReadStream(file, { highWaterMark: readBytes })) {
        hash.update(piece as Buffer);
        found += (piece as Buffer).length;
      }
    });
    if (found <= length) return { length: found, hash };
    await inStaging(() => truncate(file));
    return { length: 0, hash: createHash('sha256') };
  }

  async #whole(file: string, { hash }: Begun, { sha256, url, length }: Wanted): Promise<string> {
    if (hash.digest('hex') === sha256) return file;
    await inStaging(() => rm(file));
    throw new KitenError(
      'update/target-mismatch',
      'What was fetched has not the hash that it should have: it is another file.',
      { detail: { url, length } },
    );
  }

  /**
   * Fetches on from where it was.
   *
   * @param mayBreak whether a connection that breaks is no failure yet.
   * @returns how many octets arrived.
   */
  async #more(file: string, begun: Begun, wanted: Wanted, end: number, mayBreak: boolean): Promise<number> {
    const { clock } = this.#options;
    const { minimumRate, rateWindow } = this.#limits;
    let isWithoutRange = false;
    const fetch = async (url: string, signal: AbortSignal) => {
      const answer = await this.#options.fetch(url, signal, begun.length);
      isWithoutRange = answer.status === 200 && answer.from !== begun.length;
      return isWithoutRange ? { status: 200, body: Readable.from([]) } : answer;
    };
    const maxBytes = wanted.length - begun.length;
    const deadline = Math.max(1, end - clock.now());
    let arrived = 0;
    const handle = await inStaging(() => open(file, 'r+'));
    try {
      for await (const piece of retrieve(wanted.url, {
        fetch,
        clock,
        maxBytes,
        deadline,
        minimumRate,
        rateWindow,
      })) {
        await inStaging(() => writeAt(handle, piece, begun.length + arrived));
        arrived += piece.length;
      }
      await inStaging(() => handle.sync());
    } catch (error) {
      const isBroken = error instanceof KitenError && error.code === 'update/fetch-failed';
      if (!isBroken || !(mayBreak || arrived > 0)) throw error;
    } finally {
      await handle.close();
    }
    if (isWithoutRange) await inStaging(() => truncate(file));
    return arrived;
  }
}

interface Begun {
  readonly length: number;
  readonly hash: Hash;
}

async function writeAt(handle: FileHandle, piece: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < piece.length; )
    done += (await handle.write(piece, done, piece.length - done, position + done)).bytesWritten;
}

async function inStaging<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    throw new KitenError('agent/staging-unusable', 'What is fetched cannot be kept.', { cause });
  }
}

function ifMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
