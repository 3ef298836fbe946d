/**
 * Messages in one buffer, as a tap hands them to another thread. Each has a head of 24 octets, lowest octet first: the time
 * in milliseconds (64-bit float), the number of its source, flags, the length of its payload; then the payload.
 */
const headBytes = 24;
const flag = { retain: 1, passed: 2, duplicate: 4 } as const;

/** Whose messages to which topic: told once, and named by its number from then on. */
export interface TapSource {
  readonly device: string;
  readonly topic: string;
}

/** What a tap sends. */
export interface TapBatch {
  readonly kind: 'batch';
  readonly buffer: ArrayBuffer;
  /** Octets of it that are used. */
  readonly used: number;
  /** Sources that were not told before, the first of them with this number. */
  readonly sources: readonly TapSource[];
  readonly firstSource: number;
  /** Messages that found no room since the batch before. */
  readonly dropped: number;
}

/** What comes back: room for more, and which topics are wanted. */
export type TapOrder =
  | { readonly kind: 'room'; readonly buffer: ArrayBuffer }
  | { readonly kind: 'filters'; readonly filters: readonly string[] }
  /** Samples were looked at, and more may come. */
  | { readonly kind: 'more' };

/** One message of a batch. */
export interface TapEntry {
  readonly source: number;
  readonly at: number;
  readonly retain: boolean;
  readonly passed: boolean;
  readonly duplicate: boolean;
  /** A view into the batch. */
  readonly payload: Uint8Array;
}

export interface TapFlags {
  readonly retain: boolean;
  readonly passed: boolean;
  readonly duplicate: boolean;
}

/** Fills one buffer. */
export class BatchWriter {
  readonly buffer: ArrayBuffer;
  readonly #octets: Uint8Array;
  readonly #view: DataView;
  used = 0;
  messages = 0;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
    this.#octets = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
  }

  /** @returns whether there was room */
  add(source: number, at: number, { retain, passed, duplicate }: TapFlags, payload: Uint8Array): boolean {
    const start = this.used;
    const end = start + headBytes + payload.length;
    if (end > this.#octets.length) return false;
    const view = this.#view;
    view.setFloat64(start, at, true);
    view.setUint32(start + 8, source, true);
    view.setUint32(
      start + 12,
      (retain ? flag.retain : 0) | (passed ? flag.passed : 0) | (duplicate ? flag.duplicate : 0),
      true,
    );
    view.setUint32(start + 16, payload.length, true);
    this.#octets.set(payload, start + headBytes);
    this.used = end;
    this.messages++;
    return true;
  }
}

/** Goes through the messages of a batch. */
export function readBatch({ buffer, used }: TapBatch, see: (entry: TapEntry) => void): void {
  const view = new DataView(buffer);
  for (let start = 0; start + headBytes <= used; ) {
    const flags = view.getUint32(start + 12, true);
    const from = start + headBytes;
    const length = view.getUint32(start + 16, true);
    see({
      at: view.getFloat64(start, true),
      source: view.getUint32(start + 8, true),
      retain: (flags & flag.retain) !== 0,
      passed: (flags & flag.passed) !== 0,
      duplicate: (flags & flag.duplicate) !== 0,
      payload: new Uint8Array(buffer, from, length),
    });
    start = from + length;
  }
}
