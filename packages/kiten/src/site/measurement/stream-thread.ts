import { type MessagePort, Worker } from 'node:worker_threads';
import { KitenError } from '@kiten/codec';
import type { StreamReport } from '@kiten/measurement';
import { workerUrl } from '../../workers/worker-url.ts';
import type { StreamCommand, StreamNews, StreamState } from './stream-messages.ts';

export interface StreamThreadParts {
  readonly heard: (reports: readonly StreamReport[]) => void;
  readonly failed: (stream: string, code: string, message: string) => void;
  /** It ended by itself. */
  readonly ended: (error: unknown) => void;
}

interface Waiting {
  readonly resolve: (state: StreamState) => void;
  readonly reject: (error: unknown) => void;
}

/** The thread in which readings are judged, as the site sees it. It begins with the first command. */
export class StreamThread {
  readonly #parts: StreamThreadParts;
  readonly #waiting = new Map<number, Waiting>();
  /** Those that come before there is a thread. */
  #taps: MessagePort[] = [];
  #worker: Worker | undefined;
  #questions = 0;
  #hasEnded = false;

  constructor(parts: StreamThreadParts) {
    this.#parts = parts;
  }

  get isAtWork(): boolean {
    return this.#worker !== undefined && !this.#hasEnded;
  }

  /** What comes by this port is judged, too. */
  join(tap: MessagePort): void {
    if (this.#worker === undefined) this.#taps.push(tap);
    else this.#worker.postMessage({ kind: 'tap', tap } satisfies StreamCommand, [tap]);
  }

  send(command: StreamCommand): void {
    if (this.#hasEnded) return;
    this.#worker ??= this.#start();
    this.#worker.postMessage(command);
  }

  /** @throws KitenError `kiten/stream-worker` */
  ask(stream?: string): Promise<StreamState> {
    if (this.#hasEnded) return Promise.reject(gone());
    const question = ++this.#questions;
    return new Promise((resolve, reject) => {
      this.#waiting.set(question, { resolve, reject });
      this.send({ kind: 'ask', question, ...(stream === undefined ? {} : { stream }) });
    });
  }

  async stop(): Promise<void> {
    this.#hasEnded = true;
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const { heard, failed, ended } = this.#parts;
    const worker = new Worker(workerUrl('stream-worker'));
    for (const tap of this.#taps.splice(0))
      worker.postMessage({ kind: 'tap', tap } satisfies StreamCommand, [tap]);
    worker.on('message', (news: StreamNews) => {
      if (news.kind === 'reports') heard(news.reports);
      else if (news.kind === 'failed') failed(news.stream, news.code, news.message);
      else {
        this.#waiting.get(news.question)?.resolve(news.state);
        this.#waiting.delete(news.question);
      }
    });
    const over = (cause?: unknown): void => {
      const isOwnDoing = this.#hasEnded;
      this.#hasEnded = true;
      for (const { reject } of this.#waiting.values()) reject(gone(cause));
      this.#waiting.clear();
      if (!isOwnDoing) ended(cause);
    };
    worker.on('error', over);
    worker.on('exit', () => over());
    return worker;
  }
}

function gone(cause?: unknown): KitenError {
  return new KitenError(
    'kiten/stream-worker',
    'The thread that judges readings has ended: start the site anew.',
    {
      cause,
    },
  );
}
