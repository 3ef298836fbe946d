import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { KitenError } from '@kiten/codec';
import type { PasswordOrigin } from '@kiten/identity';
import type { PasswordResult, PasswordTask } from '../workers/password-worker.ts';
import { workerUrl } from '../workers/worker-url.ts';

/** So many passwords wait for their turn; whoever comes then is told to come back. A few seconds of work. */
const mostWaiting = 64;

interface Waiting {
  readonly resolve: (result: PasswordResult) => void;
  readonly reject: (error: unknown) => void;
}

export type Verified = { readonly holds: boolean; readonly better?: string };

/** Hashes and verifies passwords in a worker of its own, one after the other. The worker is there once it is needed. */
export class PasswordHasher {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #tasks = 0;

  async hash(password: Uint8Array, origin: PasswordOrigin): Promise<string> {
    const result = await this.#do({ id: ++this.#tasks, kind: 'hash', password, origin });
    if (result.kind !== 'hash') throw new TypeError('A password was hashed and something else came back.');
    return result.hash;
  }

  /** @returns `busy` if too many wait already */
  async verify(stored: string, password: Uint8Array): Promise<Verified | 'busy'> {
    if (this.#waiting.size >= mostWaiting) return 'busy';
    const result = await this.#do({ id: ++this.#tasks, kind: 'verify', password, stored });
    if (result.kind !== 'verify')
      throw new TypeError('A password was verified and something else came back.');
    return result;
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #do(task: PasswordTask): Promise<PasswordResult> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#waiting.set(task.id, { resolve, reject });
      worker.postMessage(task);
    });
  }

  #start(): Worker {
    const worker = new Worker(workerUrl('password-worker'));
    worker.on('message', (result: PasswordResult) => {
      this.#waiting.get(result.id)?.resolve(result);
      this.#waiting.delete(result.id);
    });
    // Another one takes its place with the next password; those that waited are refused.
    const gone = (cause?: unknown): void => {
      if (this.#worker === worker) this.#worker = undefined;
      const error = new KitenError('kiten/password-worker', 'The worker that verifies passwords has ended.', {
        cause,
      });
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
    worker.on('error', gone);
    void once(worker, 'exit').then(
      () => gone(),
      () => undefined,
    );
    worker.unref();
    return worker;
  }
}
