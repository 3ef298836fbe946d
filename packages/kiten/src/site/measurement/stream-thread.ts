import { once } from 'node:events';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { KitenError } from '@kiten/codec';
import type { FoundChange, StreamReport } from '@kiten/measurement';
import { workerUrl } from '../../workers/worker-url.ts';
import { Pauses } from './pauses.ts';
import type { StreamCommand, StreamNews, StreamState, StreamWorkerData } from './stream-messages.ts';

export interface StreamThreadParts {
  readonly data: StreamWorkerData;
  readonly heard: (reports: readonly StreamReport[]) => void;
  readonly failed: (stream: string | undefined, code: string, message: string) => void;
  readonly found: (change: FoundChange) => void;
  /** It wants to know what a device may sign packs with. */
  readonly keysAsked: (device: string) => void;
  /** So many messages were not judged. */
  readonly missed: (messages: number) => void;
  /** It ended by itself; another one takes its place in so many milliseconds. */
  readonly ended: (error: unknown, again: number) => void;
  /** Another one takes its place, and is to be told all that is known. */
  readonly begin: () => Promise<void>;
  /** It was told, and judges. */
  readonly begun: () => void;
}

interface Waiting {
  readonly resolve: (state: StreamState) => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds in which a thread that is to end keeps what it has gathered. */
const patience = 10_000;

/**
 * The thread in which readings are judged, as the site sees it. It begins with the first command. If it ends by itself, another
 * one takes its place, later each time.
 */
export class StreamThread {
  readonly #parts: StreamThreadParts;
  readonly #waiting = new Map<number, Waiting>();
  /** One to each worker of the gateway: it is told there where messages are to go. */
  readonly #feeds = new Set<MessagePort>();
  readonly #pauses = new Pauses();
  #worker: Worker | undefined;
  #again: NodeJS.Timeout | undefined;
  #isBeginning = false;
  #isStopping = false;
  #questions = 0;

  constructor(parts: StreamThreadParts) {
    this.#parts = parts;
  }

  /** Whether it has begun, and has not ended. */
  get isAtWork(): boolean {
    return this.#worker !== undefined;
  }

  /** What a worker of the gateway sees is judged, too. */
  join(feed: MessagePort): void {
    this.#feeds.add(feed);
    // Somebody publishes: it is looked for readings.
    feed.on('message', () => this.send({ kind: 'wake' }));
    feed.on('close', () => this.#feeds.delete(feed));
    feed.unref();
    if (this.#worker !== undefined && !this.#isBeginning) this.#tap(this.#worker, feed);
  }

  /** To a thread that has ended, nothing is said: the next one will be told everything. */
  send(command: StreamCommand): void {
    if (this.#isStopping || this.#again !== undefined) return;
    if (this.#worker === undefined) this.#open(this.#start());
    this.#worker?.postMessage(command);
  }

  /** @throws KitenError `kiten/stream-worker` */
  ask(
    about: Pick<StreamCommand & { kind: 'ask' }, 'stream' | 'relation' | 'found'> = {},
  ): Promise<StreamState> {
    if (this.#isStopping || this.#again !== undefined) return Promise.reject(gone());
    const question = ++this.#questions;
    return new Promise((resolve, reject) => {
      this.#waiting.set(question, { resolve, reject });
      this.send({ kind: 'ask', question, ...about });
    });
  }

  /** Resolves when it has kept what it gathered, and ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#again);
    for (const feed of this.#feeds) feed.close();
    const worker = this.#worker;
    if (worker === undefined) return;
    const exited = once(worker, 'exit');
    worker.postMessage({ kind: 'stop' } satisfies StreamCommand);
    const late = setTimeout(() => void worker.terminate(), patience);
    await exited;
    clearTimeout(late);
  }

  #start(): Worker {
    const { heard, failed, found, keysAsked, missed, data } = this.#parts;
    const worker = new Worker(workerUrl('stream-worker'), { workerData: data });
    this.#worker = worker;
    this.#pauses.begun(performance.now());
    worker.on('message', (news: StreamNews) => {
      switch (news.kind) {
        case 'reports':
          return heard(news.reports);
        case 'failed':
          return failed(news.stream, news.code, news.message);
        case 'found':
          return found(news.change);
        case 'keys-asked':
          return keysAsked(news.device);
        case 'missed':
          return missed(news.messages);
        case 'answer':
          this.#waiting.get(news.question)?.resolve(news.state);
          this.#waiting.delete(news.question);
      }
    });
    let reason: unknown;
    worker.on('error', (error) => {
      reason = error;
    });
    worker.on('exit', (code) => {
      const cause = reason ?? new Error(`It ended with code ${code}.`);
      this.#worker = undefined;
      for (const { reject } of this.#waiting.values()) reject(gone(cause));
      this.#waiting.clear();
      if (!this.#isStopping) this.#replace(cause);
    });
    return worker;
  }

  #replace(cause: unknown): void {
    const pause = this.#pauses.ended(performance.now());
    this.#again = setTimeout(() => {
      this.#again = undefined;
      this.#isBeginning = true;
      const worker = this.#start();
      const { begin, begun } = this.#parts;
      void begin().then(
        () => {
          this.#isBeginning = false;
          if (this.#worker !== worker || this.#isStopping) return;
          this.#open(worker);
          begun();
        },
        // It could not be told all: that one would judge by too little.
        (error: unknown) => {
          this.#isBeginning = false;
          this.#parts.failed(undefined, 'kiten/stream-worker', String(error));
          return worker.terminate();
        },
      );
    }, pause);
    this.#parts.ended(cause, pause);
  }

  /** Messages come to it from now on. */
  #open(worker: Worker): void {
    for (const feed of this.#feeds) this.#tap(worker, feed);
  }

  #tap(worker: Worker, feed: MessagePort): void {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ kind: 'tap', tap: port2 } satisfies StreamCommand, [port2]);
    feed.postMessage({ tap: port1 }, [port1]);
  }
}

function gone(cause?: unknown): KitenError {
  return new KitenError(
    'kiten/stream-worker',
    'The thread that judges readings has ended; another one takes its place in a moment.',
    { cause },
  );
}
