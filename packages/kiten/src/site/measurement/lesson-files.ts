import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeUtf8, toHex } from '@kiten/codec';
import { sha256 } from '@kiten/identity';
import type { Lesson } from '@kiten/measurement';
import { Turns } from '../turns.ts';

/** Rows that wait before they are written, or milliseconds. */
const enough = 64;
const longest = 10_000;
/** Lessons that are written at one time: ten thousand at once would keep the disk from others. */
const mostAtOnce = 16;

/** A lesson that is written. */
interface Written {
  readonly file: string;
  /** When it was written last, in milliseconds. */
  readonly at: number;
}

/**
 * Rows of lessons that are not over, a file each: eight octets a number, row after row its time and a value a channel. What is
 * learned, a stream or a relation, has one lesson at a time. Its file is named by which one it is and by its channels: what
 * was gathered for another one is never taken for it.
 */
export class LessonFiles {
  readonly #directory: string;
  readonly #failed: (of: string, error: Error) => void;
  readonly #turns = new Turns();
  readonly #written = new Map<string, Written>();
  #writing = 0;

  constructor(directory: string, failed: (of: string, error: Error) => void) {
    this.#directory = directory;
    this.#failed = failed;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  /** Goes on with what was gathered before; what a crash left half written is cut off. */
  resume(of: string, lesson: Lesson): void {
    const file = this.#fileOf(of, lesson);
    this.#written.set(of, { file, at: 0 });
    // As files were named before.
    const old = join(this.#directory, named(of));
    if (existsSync(old)) renameSync(old, file);
    if (!existsSync(file)) return;
    const bytes = readFileSync(file);
    const whole = bytes.length - (bytes.length % (8 * lesson.width));
    if (whole < bytes.length) truncateSync(file, whole);
    lesson.resume(new Float64Array(Uint8Array.from(bytes.subarray(0, whole)).buffer));
  }

  /** A lesson begins, in place of the one before. */
  begin(of: string, lesson: Lesson): void {
    this.forget(of);
    this.#written.set(of, { file: this.#fileOf(of, lesson), at: 0 });
  }

  /** Those of others go: their lessons are over, or nobody declares them any more. */
  keepOnly(isWanted: (of: string) => boolean): void {
    for (const of of this.#written.keys()) if (!isWanted(of)) this.forget(of);
  }

  /** Whatever no lesson that is known of left behind goes. */
  sweep(): void {
    const known = new Set([...this.#written.values()].map(({ file }) => file));
    for (const name of readdirSync(this.#directory)) {
      const file = join(this.#directory, name);
      if (!known.has(file)) rmSync(file, { force: true });
    }
  }

  forget(of: string): void {
    const written = this.#written.get(of);
    if (written === undefined) return;
    this.#written.delete(of);
    void this.#turns
      .take(of, () => rm(written.file, { force: true }))
      .catch((error: Error) => this.#failed(of, error));
  }

  /** Writes what has waited long enough. @param now milliseconds */
  look(lessonOf: (of: string) => Lesson | undefined, now: number): void {
    for (const [of, { file, at }] of this.#written) {
      if (this.#writing >= mostAtOnce) return;
      const lesson = lessonOf(of);
      const waiting = lesson?.unsavedRows ?? 0;
      if (lesson === undefined || waiting === 0) continue;
      if (waiting < enough && now - at < longest) continue;
      // Those that were written are last in turn.
      this.#written.delete(of);
      this.#written.set(of, { file, at: now });
      void this.#write(of, file, lesson);
    }
  }

  /** Resolves when everything there is was written. */
  async settle(lessonOf: (of: string) => Lesson | undefined): Promise<void> {
    for (const [of, { file }] of [...this.#written]) {
      const lesson = lessonOf(of);
      await (lesson === undefined || lesson.unsavedRows === 0
        ? this.#turns.take(of, async () => undefined)
        : this.#write(of, file, lesson));
    }
  }

  async #write(of: string, file: string, lesson: Lesson): Promise<void> {
    const numbers = lesson.unsaved();
    this.#writing++;
    try {
      await this.#turns.take(of, async () => {
        const handle = await open(file, 'a', 0o600);
        try {
          await handle.appendFile(new Uint8Array(numbers.buffer));
          await handle.datasync();
        } finally {
          await handle.close();
        }
      });
    } catch (error) {
      // Half of it may be there. The lesson goes on; a restart would begin it anew.
      this.forget(of);
      this.#failed(of, error as Error);
    } finally {
      this.#writing--;
    }
  }

  #fileOf(of: string, { until, channels }: Lesson): string {
    return join(this.#directory, named(JSON.stringify([of, until, ...channels])));
  }
}

/** A name may hold slashes, and be longer than a file's. */
function named(text: string): string {
  return `${toHex(sha256(encodeUtf8(text)))}.rows`;
}
