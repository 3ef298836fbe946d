import { Worker } from 'node:worker_threads';
import { KitenError } from '@kiten/codec';
import type { PolicyResult } from '../workers/policy-worker.ts';
import { workerUrl } from '../workers/worker-url.ts';
import type { PolicyAnswers, PolicyTask } from './policy-work.ts';
import { Turns } from './turns.ts';

/** So many tasks wait for their turn; whoever comes then is told to come back. */
const mostWaiting = 8;
/** MiB. What does not fit is given up like what takes too long. */
const heap = 1024;

/** Bounds of one task. Five hundred policies with twenty invariants take a tenth of a second and some ten MiB. */
export interface ReasonerBounds {
  readonly seconds: number;
}

/**
 * Proves and reviews policies in a worker of its own, one set after the other, so that no text holds up the site. What
 * takes too long is given up: then nothing is known of it, and nothing of it acts.
 */
export class PolicyReasoner {
  readonly #bounds: ReasonerBounds;
  readonly #turns = new Turns();
  #waiting = 0;
  #worker: Worker | undefined;

  constructor(bounds: ReasonerBounds = { seconds: 30 }) {
    this.#bounds = bounds;
  }

  /**
   * @throws KitenError as `PolicyWork.do`; `kiten/policy-too-long` if time or memory did not suffice,
   *   `kiten/policy-busy` if too many wait already, `kiten/policy-worker` if the worker came to another end
   */
  async do<Kind extends PolicyTask['kind']>(
    task: Extract<PolicyTask, { kind: Kind }>,
  ): Promise<PolicyAnswers[Kind]> {
    if (this.#waiting >= mostWaiting)
      throw new KitenError('kiten/policy-busy', 'Other policies are being proved; come back in a minute.');
    this.#waiting++;
    try {
      const result = await this.#turns.take('', () => this.#run(task));
      if ('answer' in result) return result.answer as PolicyAnswers[Kind];
      const { code, message, detail } = result.refused;
      throw new KitenError(code, message, { detail });
    } finally {
      this.#waiting--;
    }
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #run(task: PolicyTask): Promise<PolicyResult> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const { seconds } = this.#bounds;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        worker.off('message', answered).off('error', failed).off('exit', exited);
      };
      /** The worker is lost, too. Another one takes its place with the next task. */
      const end = (error: KitenError): void => {
        settle();
        this.#worker = undefined;
        // Once it has ended, and not before: until then it takes a processor.
        void worker.terminate().finally(() => reject(error));
      };
      const answered = (result: PolicyResult): void => {
        settle();
        resolve(result);
      };
      const failed = (cause: NodeJS.ErrnoException): void =>
        end(cause.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLong(`${heap} MiB`) : ended(cause));
      const exited = (): void => end(ended());
      const timer = setTimeout(() => end(tooLong(`${seconds} seconds`)), seconds * 1000);
      worker.on('message', answered).on('error', failed).on('exit', exited);
      worker.postMessage(task);
    });
  }

  #start(): Worker {
    const worker = new Worker(workerUrl('policy-worker'), {
      resourceLimits: { maxOldGenerationSizeMb: heap },
    });
    worker.unref();
    return worker;
  }
}

function tooLong(bound: string): KitenError {
  return new KitenError(
    'kiten/policy-too-long',
    `It can’t be said within ${bound} what these policies mean, so they do not act. Make them simpler.`,
  );
}

function ended(cause?: unknown): KitenError {
  return new KitenError('kiten/policy-worker', 'The worker that proves policies has ended.', { cause });
}
