import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { KitenError } from '@kiten/codec';
import { workerUrl } from '../../workers/worker-url.ts';
import { Turns } from '../turns.ts';
import type { LearningResult, LearningTask } from './stream-messages.ts';

/** Learns what is normal in a thread of its own, one lesson after the other. The thread ends when nothing is left. */
export class Learner {
  readonly #turns = new Turns();
  readonly #threads = new Set<Worker>();
  #waiting = 0;
  #worker: Worker | undefined;

  /** @returns the text of a profile. @throws KitenError what `learn` throws; `kiten/learning-worker` */
  async learn(task: LearningTask): Promise<string> {
    this.#waiting++;
    try {
      return await this.#turns.take('lesson', () => this.#do(task));
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) await this.stop();
    }
  }

  async stop(): Promise<void> {
    this.#worker = undefined;
    await Promise.all([...this.#threads].map((thread) => thread.terminate()));
  }

  async #do(task: LearningTask): Promise<string> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const ended = new AbortController();
    worker.once('exit', () => ended.abort());
    worker.postMessage(task, [task.frame.values.buffer as ArrayBuffer]);
    const [result] = (await once(worker, 'message', { signal: ended.signal }).catch((cause: unknown) => {
      throw new KitenError('kiten/learning-worker', 'The thread that learns has ended.', { cause });
    })) as [LearningResult];
    if ('profile' in result) return result.profile;
    const { code, message } = result.refused;
    throw new KitenError(code as KitenError['code'], message);
  }

  #start(): Worker {
    const worker = new Worker(workerUrl('learning-worker'));
    this.#threads.add(worker);
    worker.on('exit', () => {
      this.#threads.delete(worker);
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}
