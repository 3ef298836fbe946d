import type { KitenError } from '@kiten/codec';
import { Group } from './group.ts';
import type { SegmentWriter } from './segment-writer.ts';

/** How far the log reaches: the entries on the disk, and the chain hash over them. */
export interface LogHead {
  readonly size: number;
  readonly chain: Uint8Array;
}

/**
 * Gathers the entries of many callers into groups and writes one group at a time. While one is being synced the
 * next gathers, so the slower the disk, the larger the groups.
 */
export class GroupCommit {
  readonly #writer: SegmentWriter;
  readonly #onCommit: () => void;
  #head: LogHead;
  /** The last one is being gathered; those before it are full. */
  readonly #queue: Group[] = [];
  #spare: Group | undefined;
  #running = false;
  #whenIdle: (() => void)[] = [];

  constructor(writer: SegmentWriter, head: LogHead, onCommit: () => void) {
    this.#writer = writer;
    this.#head = head;
    this.#onCommit = onCommit;
  }

  get head(): LogHead {
    return this.#head;
  }

  /** Why nothing can be appended any more, if so. */
  get failure(): KitenError | undefined {
    return this.#writer.failure;
  }

  /** Resolves with the entry's index once it is on the disk. The bytes are copied at once. */
  append(entry: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#groupFor(entry.length).add(entry, resolve, reject);
      if (this.#running) return;
      this.#running = true;
      // After the microtasks, so that all callers that the last group set free are in this one.
      process.nextTick(() => void this.#run());
    });
  }

  /** Resolves when nothing is being written or waiting. */
  async idle(): Promise<void> {
    if (this.#running) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  async #run(): Promise<void> {
    for (let group = this.#queue.shift(); group !== undefined; group = this.#queue.shift()) {
      await this.#commit(group);
    }
    this.#running = false;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #commit(group: Group): Promise<void> {
    const { size, chain } = this.#head;
    const sealed = group.seal(size, chain);
    try {
      await this.#writer.write(sealed.frame, size, chain);
    } catch (error) {
      group.reject(error);
      return;
    }
    this.#head = { size: size + sealed.count, chain: sealed.chain };
    group.resolve(size);
    group.clear();
    this.#spare = group;
    this.#onCommit();
  }

  #groupFor(length: number): Group {
    const last = this.#queue.at(-1);
    if (last?.fits(length)) return last;
    const group = this.#spare ?? new Group();
    this.#spare = undefined;
    this.#queue.push(group);
    return group;
  }
}
