import type { GroupCommit } from './group-commit.ts';
import type { QueueIndex } from './queue-index.ts';

/** Entries in one turn of the loop. */
const most = 4096;

/** Takes what was discarded off the accounts, a little at a time: it may have been a million messages. */
export class Reaper {
  readonly #commit: GroupCommit;
  readonly #queues: QueueIndex[] = [];
  readonly #progressed: () => void;
  #running: Promise<void> | undefined;
  #isClosed = false;

  /** `progressed` is called when something may have become superfluous. */
  constructor(commit: GroupCommit, progressed: () => void) {
    this.#commit = commit;
    this.#progressed = progressed;
  }

  /** Nobody else uses the queue any more. */
  take(queue: QueueIndex): void {
    if (queue.size === 0) return;
    this.#queues.push(queue);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Leaves the rest: what was discarded is known when the store is opened again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let queue = this.#queues[0]; queue !== undefined && !this.#isClosed; queue = this.#queues[0]) {
      await new Promise((resolve) => setImmediate(resolve));
      for (let left = most; left > 0 && queue.isReady; left--) {
        this.#commit.accountOf(queue.message)?.done(queue.bytes, queue.isShared);
        queue.drop();
      }
      this.#progressed();
      if (queue.size === 0) this.#queues.shift();
      // What cannot be read stays on the accounts until the store is opened again.
      else await queue.load().catch(() => this.#queues.shift());
    }
  }
}
