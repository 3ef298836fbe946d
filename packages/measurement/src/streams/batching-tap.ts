import type { MessageTap, TappedMessage } from '@kiten/trust';
import { BatchWriter, type TapBatch, type TapOrder, type TapSource } from './tap-batch.ts';

/** The part of a message port that a tap needs. */
export interface TapPort {
  postMessage(message: TapBatch, transfer: ArrayBuffer[]): void;
  on(event: 'message', listener: (order: TapOrder) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

export interface BatchingTapParts {
  /** Calls once, so many milliseconds from now. */
  readonly later: (work: () => void, milliseconds: number) => void;
}

/** Octets of a buffer, and how many there are: what is not judged by then is dropped, and told. */
const bufferBytes = 256 * 1024;
const buffers = 16;
/** Milliseconds that a message waits for others at most. */
const gathering = 20;
const mostSources = 1 << 17;
/** Of one device: it cannot take the numbers of others by publishing to ever new topics. */
const mostOfDevice = 1024;

/**
 * Copies messages into buffers and hands these to the thread that judges. Buffers come back once they were read, and there
 * are only so many: a tap holds nobody up, and neither does whoever judges too slowly. While nobody judges, messages are
 * counted, and whoever comes next is told how many.
 */
export class BatchingTap implements MessageTap {
  readonly #parts: BatchingTapParts;
  #port: TapPort | undefined;
  #free: ArrayBuffer[] = [];
  #made = 0;
  /** Messages in each buffer that has not come back, the oldest first. */
  #away: number[] = [];
  #filters: readonly string[] = [];
  #changed: (() => void) | undefined;
  #writer: BatchWriter | undefined;
  /** Numbers of sources, by topic and then by device: a topic has one publisher as a rule. */
  readonly #numbers = new Map<string, Map<string, number>>();
  readonly #ofDevice = new Map<string, number>();
  #count = 0;
  #untold: TapSource[] = [];
  #dropped = 0;
  #isDue = false;

  constructor(parts: BatchingTapParts) {
    this.#parts = parts;
  }

  /** What is seen from now on goes there. */
  connect(port: TapPort): void {
    this.#lose();
    this.#port = port;
    port.on('message', (order) => {
      if (this.#port === port) this.#obey(order);
    });
    port.on('close', () => {
      if (this.#port === port) this.#lose();
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
    const number = this.#port === undefined ? undefined : this.#numberOf(topic, publisher.id);
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
    if (this.#port === undefined) return;
    const writer = this.#writer ?? (this.#dropped > 0 ? this.#next() : undefined);
    if (writer === undefined || (writer.used === 0 && this.#dropped === 0)) return;
    const { buffer, used, messages } = writer;
    const sources = this.#untold;
    const firstSource = this.#count - sources.length;
    const dropped = this.#dropped;
    this.#writer = undefined;
    this.#untold = [];
    this.#dropped = 0;
    this.#away.push(messages);
    this.#port.postMessage({ kind: 'batch', buffer, used, sources, firstSource, dropped }, [buffer]);
  }

  #obey(order: TapOrder): void {
    if (order.kind === 'room') {
      this.#away.shift();
      this.#free.push(order.buffer);
      return;
    }
    if (order.kind !== 'filters') return;
    this.#filters = order.filters;
    this.#changed?.();
  }

  /** Whoever judged is gone. What was on its way may have been judged; it counts as if it were not. */
  #lose(): void {
    this.#port = undefined;
    this.#dropped += this.#away.reduce((sum, messages) => sum + messages, this.#writer?.messages ?? 0);
    this.#away = [];
    this.#free = [];
    this.#made = 0;
    this.#writer = undefined;
    this.#numbers.clear();
    this.#ofDevice.clear();
    this.#count = 0;
    this.#untold = [];
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
    const others = this.#ofDevice.get(device) ?? 0;
    if (others === mostOfDevice) return undefined;
    this.#ofDevice.set(device, others + 1);
    if (known === undefined) this.#numbers.set(topic, new Map([[device, this.#count]]));
    else known.set(device, this.#count);
    this.#untold.push({ device, topic });
    return this.#count++;
  }
}
