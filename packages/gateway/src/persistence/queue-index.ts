import type { ScratchFile } from './scratch-file.ts';

/** Numbers of one entry: sequence, message, bytes of the message's record (negative if others wait for it too). */
const stride = 3;
const smallest = 8;
/** Entries of a block. */
export const blockEntries = 256;
export const blockBytes = blockEntries * stride * 8;

/** Entries in a row, in memory. */
interface Block {
  values: Float64Array;
  length: number;
}

/** A full block: in memory, or in the scratch file. */
interface Stowed {
  values: Float64Array | undefined;
  place: number | undefined;
  isGone: boolean;
}

/**
 * Which messages wait for a session: a queue of small entries, of which only the two ends are in memory. The first
 * entry may be looked at while {@link isReady}.
 */
export class QueueIndex {
  readonly #scratch: ScratchFile;
  /** What is taken from. */
  #front: Block = nothing;
  #taken = 0;
  readonly #middle: Stowed[] = [];
  /** What is added to. */
  #back: Block = nothing;
  #size = 0;

  constructor(scratch: ScratchFile) {
    this.#scratch = scratch;
  }

  get size(): number {
    return this.#size;
  }

  push(sequence: number, message: number, bytes: number, isShared: boolean): void {
    const { values, length } = this.#withRoom();
    values[length] = sequence;
    values[length + 1] = message;
    values[length + 2] = isShared ? -bytes : bytes;
    this.#back.length = length + stride;
    this.#size++;
  }

  /** Whether there is a first entry, and it is at hand. */
  get isReady(): boolean {
    if (this.#taken < this.#front.length) return true;
    if (this.#size === 0) return false;
    const [next] = this.#middle;
    if (next === undefined) {
      this.#front = this.#back;
      this.#back = nothing;
    } else {
      if (next.values === undefined) return false;
      this.#front = { values: next.values, length: next.values.length };
      this.#middle.shift();
      next.isGone = true;
      if (next.place !== undefined) this.#scratch.free(next.place);
    }
    this.#taken = 0;
    return true;
  }

  /** Brings the first entry to hand, if there is one. */
  async load(): Promise<void> {
    const [next] = this.#middle;
    if (this.isReady || next?.place === undefined) return;
    const values = new Float64Array(blockEntries * stride);
    await this.#scratch.read(next.place, new Uint8Array(values.buffer));
    next.values = values;
  }

  /** Of the first entry. */
  get sequence(): number {
    return this.#front.values[this.#taken] as number;
  }

  /** The number of the message. */
  get message(): number {
    return this.#front.values[this.#taken + 1] as number;
  }

  /** Of the message's record. */
  get bytes(): number {
    return Math.abs(this.#front.values[this.#taken + 2] as number);
  }

  /** Whether the message waits for others too, or did. */
  get isShared(): boolean {
    return (this.#front.values[this.#taken + 2] as number) < 0;
  }

  /** Takes the first entry out. */
  drop(): void {
    this.#taken += stride;
    if (--this.#size > 0) return;
    this.#front = nothing;
    this.#taken = 0;
  }

  /** The last block, with room for one more entry. */
  #withRoom(): Block {
    const { values, length } = this.#back;
    if (length < values.length) return this.#back;
    if (length < blockEntries * stride) {
      const larger = new Float64Array(Math.max(smallest * stride, length * 2));
      larger.set(values);
      this.#back = { values: larger, length };
    } else {
      this.#stow(values);
      this.#back = { values: new Float64Array(blockEntries * stride), length: 0 };
    }
    return this.#back;
  }

  #stow(values: Float64Array): void {
    const stowed: Stowed = { values, place: undefined, isGone: false };
    this.#middle.push(stowed);
    this.#scratch.write(new Uint8Array(values.buffer)).then(
      (place) => {
        if (stowed.isGone) this.#scratch.free(place);
        else {
          stowed.place = place;
          stowed.values = undefined;
        }
      },
      // Then it stays in memory.
      () => undefined,
    );
  }
}

const nothing: Block = { values: new Float64Array(0), length: 0 };
