import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  type AnswersOf,
  type GatewayCrew,
  type GatewayEvent,
  type GatewayWorkerData,
  gatewayCrew,
  type ReplicaChange,
} from '../../src/index.ts';

const program = new URL('worker.ts', import.meta.url);

/** Workers of a gateway in threads of their own, each of which can be ended in the middle of what it does. */
export class ThreadCrew {
  readonly crew: GatewayCrew;
  readonly events: GatewayEvent[] = [];
  readonly #data: GatewayWorkerData;
  readonly #threads: Worker[];
  /** What a worker that starts later is told. */
  readonly changes: ReplicaChange[] = [];

  constructor(data: GatewayWorkerData, count: number, who: AnswersOf = {}) {
    this.#data = data;
    this.#threads = Array.from({ length: count }, (_, index) => this.#start(index, count));
    this.crew = gatewayCrew(
      this.#threads,
      (event) => this.events.push(event),
      (bytes) => randomBytes(bytes),
      who,
    );
  }

  apply(change: ReplicaChange): void {
    this.changes.push(change);
    this.crew.apply(change);
  }

  /** A thread that is terminated stops between two instructions: nothing of it is done afterwards. */
  async kill(index: number): Promise<void> {
    await this.#threads[index]?.terminate();
  }

  async restart(index: number): Promise<void> {
    const thread = this.#start(index, this.#threads.length);
    this.#threads[index] = thread;
    await this.crew.replace(index, thread, Date.now(), (apply) => {
      for (const change of this.changes) apply(change);
    });
  }

  async stop(): Promise<void> {
    const exits = this.#threads.map((thread) => once(thread, 'exit'));
    await this.crew.close();
    await Promise.all(exits);
  }

  #start(index: number, count: number): Worker {
    const { storeDirectory, ...data } = this.#data;
    const kept = index === 0 && storeDirectory !== undefined ? { storeDirectory } : {};
    const thread = new Worker(program, { workerData: { ...data, ...kept, worker: { index, count } } });
    thread.on('error', (error) => process.stderr.write(`a worker ended: ${error.stack}\n`));
    return thread;
  }
}
