import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { KitenError } from '@kiten/codec';
import { workerUrl } from '../../workers/worker-url.ts';
import type { AppraisalMessage, AppraisalTask, AppraisedTask, ReferenceContent } from './appraisal-task.ts';

export interface AppraisalPoolParts {
  /** Reference values as they came; undefined if they are no longer there. */
  readonly reference: (image: string) => Promise<ReferenceContent | undefined>;
  /** Threads at most; one fewer than there are processors, and four at most, unless given. */
  readonly threads?: number;
  /** How long one piece of evidence may take, in milliseconds; half a minute unless given. */
  readonly patience?: number;
}

interface Waiting {
  readonly task: AppraisalTask;
  readonly resolve: (appraised: AppraisedTask) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  /** The images that it keeps, the one used longest ago first. */
  readonly images: Set<string>;
}

/** Octets of evidence that wait for a thread; whoever comes then is told to come back. */
const mostWaiting = 128 << 20;
/** Images that one thread keeps. */
const mostImages = 64;
/** MiB. */
const heap = 1024;

/**
 * Appraises evidence in threads of its own, beside the site's: as many pieces at once as there are threads, the others in
 * the order in which they came. Threads begin once they are needed.
 */
export class AppraisalPool {
  readonly #parts: AppraisalPoolParts;
  readonly #most: number;
  readonly #free: Thread[] = [];
  readonly #all = new Set<Worker>();
  readonly #waiting: Waiting[] = [];
  #busy = 0;
  #octets = 0;
  #isStopped = false;

  constructor(parts: AppraisalPoolParts) {
    this.#parts = parts;
    this.#most = parts.threads ?? Math.min(4, Math.max(1, availableParallelism() - 1));
  }

  /**
   * @throws KitenError `kiten/appraisal-busy` if too much waits already, `kiten/appraisal-too-long`,
   *   `kiten/appraisal-references` if reference values went away meanwhile, `kiten/appraisal-worker`
   */
  appraise(task: AppraisalTask): Promise<AppraisedTask> {
    const octets = task.evidence.body.length;
    if (this.#isStopped || this.#octets + octets > mostWaiting) return Promise.reject(busy());
    this.#octets += octets;
    return new Promise<AppraisedTask>((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      this.#next();
    }).finally(() => {
      this.#octets -= octets;
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { reject } of this.#waiting.splice(0)) reject(busy());
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  #next(): void {
    if (this.#busy >= this.#most) return;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return;
    this.#busy += 1;
    const thread = this.#free.pop() ?? this.#start();
    this.#run(thread, waiting.task)
      .then(waiting.resolve, waiting.reject)
      .finally(() => {
        this.#busy -= 1;
        if (this.#all.has(thread.worker)) this.#free.push(thread);
        this.#next();
      });
  }

  async #run(thread: Thread, task: AppraisalTask): Promise<AppraisedTask> {
    for (const image of task.context.images) await this.#provide(thread, image);
    const { worker } = thread;
    const { patience = 30_000 } = this.#parts;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        worker.off('message', answered).off('error', failed).off('exit', exited);
      };
      /** The thread is lost, too. Another one takes its place with the next evidence. */
      const end = (error: KitenError): void => {
        settle();
        this.#all.delete(worker);
        // Once it has ended, and not before: until then it takes a processor.
        void worker.terminate().finally(() => reject(error));
      };
      const answered = (appraised: AppraisedTask): void => {
        settle();
        resolve(appraised);
      };
      const failed = (cause: unknown): void => end(ended(cause));
      const exited = (): void => end(ended());
      const timer = setTimeout(() => end(tooLong(patience)), patience);
      worker.on('message', answered).on('error', failed).on('exit', exited);
      post(worker, { kind: 'appraise', task });
    });
  }

  /** Images are given to a thread once, not with each evidence. */
  async #provide({ worker, images }: Thread, image: string): Promise<void> {
    if (images.delete(image)) {
      images.add(image);
      return;
    }
    const reference = await this.#parts.reference(image);
    if (reference === undefined)
      throw new KitenError('kiten/appraisal-references', 'Reference values went away meanwhile.');
    post(worker, { kind: 'keep', image, reference });
    images.add(image);
    const [oldest] = images;
    if (images.size <= mostImages || oldest === undefined) return;
    images.delete(oldest);
    post(worker, { kind: 'forget', image: oldest });
  }

  #start(): Thread {
    const worker = new Worker(workerUrl('appraisal-worker'), {
      resourceLimits: { maxOldGenerationSizeMb: heap },
    });
    worker.unref();
    this.#all.add(worker);
    const lost = (): void => {
      this.#all.delete(worker);
      const place = this.#free.findIndex((thread) => thread.worker === worker);
      if (place >= 0) this.#free.splice(place, 1);
    };
    // Between two tasks, too.
    worker.on('error', lost).on('exit', lost);
    return { worker, images: new Set() };
  }
}

const post = (worker: Worker, message: AppraisalMessage): void => worker.postMessage(message);

const busy = (): KitenError =>
  new KitenError('kiten/appraisal-busy', 'Too much evidence waits to be appraised: come back in a minute.');

const tooLong = (patience: number): KitenError =>
  new KitenError(
    'kiten/appraisal-too-long',
    `The evidence could not be appraised within ${Math.round(patience / 1000)} seconds.`,
  );

const ended = (cause?: unknown): KitenError =>
  new KitenError('kiten/appraisal-worker', 'The thread that appraises evidence has ended.', { cause });
