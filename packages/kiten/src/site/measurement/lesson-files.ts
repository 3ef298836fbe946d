import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
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

/** Rows of lessons that are not over, a file a stream: eight octets a number, row after row its time and a value a channel. */
export class LessonFiles {
  readonly #directory: string;
  readonly #failed: (stream: string, error: Error) => void;
  readonly #turns = new Turns();
  /** By stream, when it was written last. */
  readonly #written = new Map<string, number>();
  #writing = 0;

  constructor(directory: string, failed: (stream: string, error: Error) => void) {
    this.#directory = directory;
    this.#failed = failed;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  /** What was gathered before, in rows of so many numbers; what a crash left half written is cut off. */
  resume(stream: string, width: number): Float64Array {
    this.#written.set(stream, 0);
    const file = this.#file(stream);
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Float64Array(0);
      throw error;
    }
    const whole = bytes.length - (bytes.length % (8 * width));
    if (whole < bytes.length) truncateSync(file, whole);
    return new Float64Array(Uint8Array.from(bytes.subarray(0, whole)).buffer);
  }

  /** A lesson begins: nothing that came before belongs to it. */
  begin(stream: string): void {
    this.forget(stream);
    this.#written.set(stream, 0);
  }

  /** Those of other streams go: their lessons are over, or nobody declares them any more. */
  keepOnly(isWanted: (stream: string) => boolean): void {
    for (const stream of this.#written.keys()) if (!isWanted(stream)) this.forget(stream);
  }

  /** Whatever no lesson that is known of left behind goes. */
  sweep(): void {
    const known = new Set([...this.#written.keys()].map(nameOf));
    for (const name of readdirSync(this.#directory))
      if (!known.has(name)) rmSync(join(this.#directory, name), { force: true });
  }

  forget(stream: string): void {
    this.#written.delete(stream);
    void this.#turns
      .take(stream, () => rm(this.#file(stream), { force: true }))
      .catch((error: Error) => this.#failed(stream, error));
  }

  /** Writes what has waited long enough. @param now milliseconds */
  look(lessonOf: (stream: string) => Lesson | undefined, now: number): void {
    for (const [stream, written] of this.#written) {
      if (this.#writing >= mostAtOnce) return;
      const lesson = lessonOf(stream);
      const waiting = lesson?.unsavedRows ?? 0;
      if (lesson === undefined || waiting === 0) continue;
      if (waiting < enough && now - written < longest) continue;
      // Those that were written are last in turn.
      this.#written.delete(stream);
      this.#written.set(stream, now);
      void this.#write(stream, lesson);
    }
  }

  /** Resolves when everything there is was written. */
  async settle(lessonOf: (stream: string) => Lesson | undefined): Promise<void> {
    for (const stream of [...this.#written.keys()]) {
      const lesson = lessonOf(stream);
      await (lesson === undefined || lesson.unsavedRows === 0
        ? this.#turns.take(stream, async () => undefined)
        : this.#write(stream, lesson));
    }
  }

  async #write(stream: string, lesson: Lesson): Promise<void> {
    const numbers = lesson.unsaved();
    this.#writing++;
    try {
      await this.#turns.take(stream, async () => {
        const file = await open(this.#file(stream), 'a', 0o600);
        try {
          await file.appendFile(new Uint8Array(numbers.buffer));
          await file.datasync();
        } finally {
          await file.close();
        }
      });
    } catch (error) {
      // Half of it may be there. The lesson goes on; a restart would begin it anew.
      this.forget(stream);
      this.#failed(stream, error as Error);
    } finally {
      this.#writing--;
    }
  }

  #file(stream: string): string {
    return join(this.#directory, nameOf(stream));
  }
}

/** A name of a stream may hold slashes, and be longer than a file's. */
function nameOf(stream: string): string {
  return `${toHex(sha256(encodeUtf8(stream)))}.rows`;
}
