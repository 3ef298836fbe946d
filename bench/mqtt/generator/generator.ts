import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Job, Outcome } from '../workload.ts';

/** The load generator's thread, as seen from outside. */
export class Generator {
  #worker: Worker | undefined;

  /**
   * Does a job. Never settles if the server ends meanwhile: `ended` tells that.
   *
   * @throws whatever a client met, if the server is still there
   */
  run(job: Job, ended: Promise<unknown>): Promise<Outcome> {
    this.#worker ??= new Worker(new URL('./worker.ts', import.meta.url));
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const done = (outcome: Outcome): void => {
        worker.off('error', failed);
        resolve(outcome);
      };
      const failed = (error: unknown): void => {
        worker.off('message', done);
        this.#worker = undefined;
        // The clients of a server that ends may notice before its end does.
        void Promise.race([ended.then(() => true), pause(1_000, false)]).then((isGone) => {
          if (!isGone) reject(error);
        });
      };
      worker.once('message', done);
      worker.once('error', failed);
      worker.postMessage(job);
    });
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }
}
