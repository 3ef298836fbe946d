import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { Duplex } from 'node:stream';

/** How long a child may take to send what it still has, and end. */
const grace = 2_000;
/** How long one that listens no more may take to say why. */
const lastWords = 10_000;

/** What a child says and is told, as a connection. It is closed once the child has ended. */
export class ChildStream extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #fault: (code: number | null) => Error | undefined;
  /** With which exit code, once all that it said was read. */
  readonly #hasEnded: Promise<number | null>;

  /** @param fault what to say of a child that ended with this exit code by itself; nothing if all is well */
  constructor(child: ChildProcessWithoutNullStreams, fault: (code: number | null) => Error | undefined) {
    super({ allowHalfOpen: false });
    this.#child = child;
    this.#fault = fault;
    this.#hasEnded = new Promise((resolve) => child.once('close', resolve));
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stdin.on('error', () => undefined);
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
    this.#child.stdin.write(chunk, (error) => {
      if (error) void this.#unwritten(error).then(done);
      else done();
    });
  }

  override _final(done: () => void): void {
    this.#child.stdin.end();
    this.#hasEnded.then(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.stdin.end();
    this.#child.stdout.resume();
    this.#ended(grace).then(() => done(error));
  }

  /** A child that listens no more is about to end: its fault says why, the failed write does not. */
  async #unwritten(error: Error): Promise<Error> {
    this.#child.stdout.resume();
    return this.#fault(await this.#ended(lastWords)) ?? error;
  }

  /** Waits for its end, and brings it about if that takes longer. */
  async #ended(patience: number): Promise<number | null> {
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), patience);
    const code = await this.#hasEnded;
    clearTimeout(killing);
    return code;
  }
}
