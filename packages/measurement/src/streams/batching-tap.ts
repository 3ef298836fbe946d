import type { MessageTap, TappedMessage } from '@kiten/trust';
import { BatchWriter, type TapBatch, type TapOrder, type TapSource } from './tap-batch.ts';

/** The part of a message port that a tap needs. */
export interface TapPort {
  postMessage(message: TapBatch, transfer: ArrayBuffer[]): void;
  on(event: 'message', listener: (order: TapOrder) => void): unknown;
}

export interface BatchingTapParts {
  readonly port: TapPort;
  /** Calls once, so many milliseconds from now. */
  readonly later: (work: () => void, milliseconds: number) => void;
}

/** Octets of a buffer, and how many there are: what is not judged by then is dropped, and told. */
const bufferBytes = 256 * 1024;
const buffers = 16;
/** Milliseconds that a message waits for others at most. */
const gathering = 20;
const mostSources = 1 << 17;

/**
 * Copies messages into buffers and hands these to the thread that judges. Buffers come back once they were read, and there
 * are only so many: a tap holds nobody up, and neither does whoever judges too slowly.
 */
export class BatchingTap implements MessageTap {
  readonly #parts: BatchingTapParts;
  readonly #free: ArrayBuffer[] = [];
  #made = 0;
  #filters: readonly string[] = [];
  #changed: (() => void) | undefined;
  #writer: BatchWriter | undefined;
  /** Numbers of sources, by topic and then by device: a topic has one publisher as a rule. */
  readonly #numbers = new Map<string, Map<string, number>>();
  #count = 0;
  #untold: TapSource[] = [];
  #dropped = 0;
  #isDue = false;

  constructor(parts: BatchingTapParts) {
    this.#parts = parts;
    parts.port.on('message', (order) => {
      if (order.kind === 'room') {
        this.#free.push(order.buffer);
        return;
      }
      this.#filters = order.filters;
      this.#changed?.();
    });
  }

  get filters(): readonly string[] {
    return this.#filters;
  }

  follow(changed: () => void): void {
    this.#changed = changed;
  }

  see(message: TappedMessage): void {
    const { publisher, topic, at, payload } = message;
    const number = this.#numberOf(topic, publisher.id);
    if (number === undefined || !this.#add(number, at, message, payload)) this.#dropped++;
    if (this.#isDue) return;
    this.#isDue = true;
    this.#parts.later(() => {
      this.#isDue = false;
      this.flush();
    }, gathering);
  }

  /** Hands over what there is. */
  flush(): void {
    const writer = this.#writer ?? (this.#dropped > 0 ? this.#next() : undefined);
    if (writer === undefined || (writer.used === 0 && this.#dropped === 0)) return;
    const { buffer, used } = writer;
    const sources = this.#untold;
    const firstSource = this.#count - sources.length;
    const dropped = this.#dropped;
    this.#writer = undefined;
    this.#untold = [];
    this.#dropped = 0;
    this.#parts.port.postMessage({ kind: 'batch', buffer, used, sources, firstSource, dropped }, [buffer]);
  }

  #add(number: number, at: number, message: TappedMessage, payload: Uint8Array): boolean {
    this.#writer ??= this.#next();
    if (this.#writer === undefined) return false;
    if (this.#writer.add(number, at, message, payload)) return true;
    if (this.#writer.used === 0) return false;
    this.flush();
    this.#writer = this.#next();
    return this.#writer?.add(number, at, message, payload) === true;
  }

  #next(): BatchWriter | undefined {
    const buffer = this.#free.pop();
    if (buffer !== undefined) return new BatchWriter(buffer);
    if (this.#made === buffers) return undefined;
    this.#made++;
    return new BatchWriter(new ArrayBuffer(bufferBytes));
  }

  #numberOf(topic: string, device: string): number | undefined {
    const known = this.#numbers.get(topic);
    const number = known?.get(device);
    if (number !== undefined || this.#count === mostSources) return number;
    if (known === undefined) this.#numbers.set(topic, new Map([[device, this.#count]]));
    else known.set(device, this.#count);
    this.#untold.push({ device, topic });
    return this.#count++;
  }
}
