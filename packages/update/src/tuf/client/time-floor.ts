import { join } from 'node:path';
import { decodeUtf8, KitenError } from '@kiten/codec';
import { readBounded, writeDurably } from './durable-files.ts';

/** Not the name of any role’s file. */
const fileName = '.time';

/**
 * The latest time at which a client has found metadata that still held. It is believed before a clock that says less:
 * what has expired once doesn’t come back with the clock set back. It never lies further ahead than a timestamp holds, so
 * that a clock that ran ahead once locks nobody out for longer.
 */
export class TimeFloor {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Milliseconds since 1970, or nothing before the first update. */
  async read(): Promise<number | undefined> {
    const bytes = await readBounded(join(this.#directory, fileName), 32);
    const text = bytes === undefined ? '' : textOf(bytes);
    return /^[1-9]\d{0,14}\n$/.test(text) ? Number(text) : undefined;
  }

  async raise(before: number | undefined, now: number): Promise<void> {
    const next = Math.floor(now);
    if (next <= (before ?? 0)) return;
    await writeDurably(this.#directory, fileName, Buffer.from(`${next}\n`));
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    // A file that somebody damaged says nothing.
    if (error instanceof KitenError) return '';
    throw error;
  }
}
