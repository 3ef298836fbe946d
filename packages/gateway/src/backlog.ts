import type { QueueIndex } from './persistence/queue-index.ts';
import type { Queued } from './queued.ts';

/** So many messages to a kept session, or bytes of them, wait in memory; the rest waits on the disk. */
const nearMessages = 64;
const nearBytes = 262_144;

/** What waits for a session, the oldest first. */
export class Backlog {
  #near: Queued[] = [];
  #head = 0;
  #nearBytes = 0;
  #bytes = 0;
  #rest: QueueIndex | undefined;

  /** From here on what is too much for memory goes there. */
  set rest(rest: QueueIndex | undefined) {
    this.#rest = rest;
  }

  /** The rest that was found holds so many bytes. */
  found(bytes: number): void {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#near.length - this.#head + (this.#rest?.size ?? 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The first, if it is at hand. */
  get first(): Queued | undefined {
    return this.#near[this.#head];
  }

  /** Whether more of the rest would be good to have at hand. */
  get isShort(): boolean {
    return this.#near.length - this.#head < nearMessages && this.#nearBytes < nearBytes;
  }

  /** What is at hand, in order. */
  get near(): readonly Queued[] {
    return this.#head === 0 ? this.#near : this.#near.slice(this.#head);
  }

  /** Adds to the end of what a kept session that is away waits for. */
  pushAway(sequence: number, message: number, bytes: number, isShared: boolean): void {
    this.#bytes += bytes;
    this.#rest?.push(sequence, message, bytes, isShared);
  }

  /** Adds to the end. `isHere`: it may be wanted soon. */
  push(queued: Queued, isHere: boolean): void {
    this.#bytes += queued.bytes;
    const rest = this.#rest;
    if (rest === undefined || (isHere && rest.size === 0 && this.isShort)) this.#add(queued);
    else rest.push(queued.sequence, queued.message, queued.bytes, queued.isShared);
  }

  /** Whether the first of the rest is at hand, and its message has a lower number. */
  isNextBefore(message: number): boolean {
    return this.#rest?.isReady === true && this.#rest.message < message;
  }

  /** Brings the first of the rest to the end of what is at hand; undefined if it is not ready. */
  fetch(): Queued | undefined {
    const queued = this.#takeFromRest();
    if (queued !== undefined) this.#add(queued);
    return queued;
  }

  /** Takes one out of what is at hand, wherever it stands. */
  remove(queued: Queued): void {
    const at = this.#near.indexOf(queued, this.#head);
    if (at < 0) return;
    this.#near.splice(at, 1);
    this.#bytes -= queued.bytes;
    this.#nearBytes -= queued.bytes;
  }

  /** Puts others in the place of one that is at hand. */
  replace(queued: Queued, others: readonly Queued[]): void {
    const at = this.#near.indexOf(queued, this.#head);
    if (at < 0) return;
    this.#near = [...this.#near.slice(this.#head, at), ...others, ...this.#near.slice(at + 1)];
    this.#head = 0;
    for (const { bytes } of others) {
      this.#bytes += bytes;
      this.#nearBytes += bytes;
    }
    this.#bytes -= queued.bytes;
    this.#nearBytes -= queued.bytes;
  }

  /** Takes what the test says out of what is at hand. */
  withdraw(isUnwanted: (queued: Queued) => boolean): void {
    const left = this.near.filter((queued) => {
      if (!isUnwanted(queued)) return true;
      this.#bytes -= queued.bytes;
      this.#nearBytes -= queued.bytes;
      return false;
    });
    this.#near = left;
    this.#head = 0;
  }

  /** Takes the oldest out that is not under way already, if it can be got at now. */
  dropFirst(): Queued | undefined {
    const { first } = this;
    if (first !== undefined)
      return first.packetId === 0 && first.retained === undefined ? this.shift() : undefined;
    const queued = this.#takeFromRest();
    if (queued !== undefined) this.#bytes -= queued.bytes;
    else void this.#rest?.load();
    return queued;
  }

  /** Puts these in front: they are to be sent again. */
  putBack(resent: readonly Queued[]): void {
    this.#near = [...resent, ...this.near];
    this.#head = 0;
    for (const { bytes } of resent) {
      this.#bytes += bytes;
      this.#nearBytes += bytes;
    }
  }

  /** The connection is over: what was to be sent again is in flight still, and what is on the disk is let go. */
  leave(): void {
    const left = this.near.filter(({ packetId }) => packetId === 0);
    for (const queued of this.near) {
      if (queued.packetId === 0) continue;
      this.#bytes -= queued.bytes;
      this.#nearBytes -= queued.bytes;
    }
    for (const queued of left) if (queued.sequence > 0) queued.delivery = undefined;
    this.#near = left;
    this.#head = 0;
  }

  /** Takes the first one out, which is at hand. */
  shift(): Queued | undefined {
    const queued = this.#near[this.#head];
    if (queued === undefined) return undefined;
    this.#head++;
    this.#bytes -= queued.bytes;
    this.#nearBytes -= queued.bytes;
    if (this.#head === this.#near.length) {
      this.#near = [];
      this.#head = 0;
    } else if (this.#head >= 1024) {
      this.#near = this.#near.slice(this.#head);
      this.#head = 0;
    }
    return queued;
  }

  /** Forgets everything. */
  clear(): void {
    this.#near = [];
    this.#head = 0;
    this.#nearBytes = 0;
    this.#bytes = 0;
  }

  #takeFromRest(): Queued | undefined {
    const rest = this.#rest;
    if (rest === undefined || !rest.isReady) return undefined;
    const { sequence, message, bytes, isShared } = rest;
    rest.drop();
    return { sequence, message, bytes, isShared, delivery: undefined, packetId: 0 };
  }

  #add(queued: Queued): void {
    this.#near.push(queued);
    this.#nearBytes += queued.bytes;
  }
}
