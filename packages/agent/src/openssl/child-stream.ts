import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { Duplex } from 'node:stream';

/** How long a child may take to send what it still has, and end. */
const grace = 2_000;

/** What a child says and is told, as a connection. It is closed once the child has ended. */
export class ChildStream extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #hasEnded: Promise<unknown>;

  /** @param fault what to say of a child that ended with this exit code by itself; nothing if all is well */
  constructor(child: ChildProcessWithoutNullStreams, fault: (code: number | null) => Error | undefined) {
    super({ allowHalfOpen: false });
    this.#child = child;
    this.#hasEnded = new Promise((resolve) => child.once('close', resolve));
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stdin.on('error', () => undefined);
    // All that it said was read by then.
    child.once('close', (code) => {
      const error = this.destroyed ? undefined : fault(code);
      if (error === undefined) this.push(null);
      else this.destroy(error);
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#child.stdin.end();
    this.#hasEnded.then(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.stdin.end();
    this.#child.stdout.resume();
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), grace);
    this.#hasEnded.then(() => {
      clearTimeout(killing);
      done(error);
    });
  }
}
