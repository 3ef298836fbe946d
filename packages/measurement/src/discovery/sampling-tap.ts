import type { MessageTap, Subject, TappedMessage } from '@kiten/trust';

/** A message that somebody looks at to find out whether it holds readings. Structured-clonable. */
export interface Sample {
  readonly device: string;
  readonly topic: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly payload: Uint8Array;
}

/** The part of a message port that a tap needs. */
export interface SamplePort {
  postMessage(message: { readonly kind: 'samples'; readonly samples: readonly Sample[] }): void;
  on(event: 'message', listener: (order: { readonly kind: string }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

export interface SamplingTapParts {
  /** Somebody publishes, and nobody is there to look. */
  readonly wake: () => void;
  /** Calls once, so many milliseconds from now. */
  readonly later: (work: () => void, milliseconds: number) => void;
}

/** Messages of a device that are looked at one after the other, within so many milliseconds. */
const inARow = 12;
const looking = 20_000;
/** Messages a second, of all devices together. */
const perSecond = 200;
const mostDevices = 1 << 17;
const mostWaiting = 64;
const mostBytes = 16 * 1024;
const gathering = 500;

interface Look {
  /** When it is over: by time, or because there were enough. */
  until: number;
  taken: number;
  restsUntil: number;
}

/**
 * Shows some of what devices publish to somebody who looks for readings: of each device a few messages in a row, and then none
 * for the longer the more devices there are. One that publishes more is not looked at more.
 */
export class SamplingTap implements MessageTap {
  readonly filters: readonly string[] = ['#'];
  readonly #parts: SamplingTapParts;
  readonly #looks = new Map<string, Look>();
  #port: SamplePort | undefined;
  #waiting: Sample[] = [];
  /** What was sent was not looked at yet. */
  #isBusy = false;
  #hasWoken = false;

  constructor(parts: SamplingTapParts) {
    this.#parts = parts;
  }

  connect(port: SamplePort): void {
    this.#port = port;
    this.#isBusy = false;
    this.#waiting = [];
    port.on('message', ({ kind }) => {
      if (kind === 'more' && this.#port === port) this.#isBusy = false;
    });
    port.on('close', () => {
      if (this.#port === port) this.#port = undefined;
    });
  }

  wants({ id }: Subject, at: number): boolean {
    const look = this.#looks.get(id);
    return look === undefined ? this.#looks.size < mostDevices : at >= look.restsUntil;
  }

  see({ publisher, topic, at, payload }: TappedMessage): void {
    if (this.#port === undefined) {
      if (!this.#hasWoken) this.#parts.wake();
      this.#hasWoken = true;
      return;
    }
    if (!this.#takes(publisher.id, at)) return;
    if (payload.length > mostBytes || this.#waiting.length === mostWaiting) return;
    this.#waiting.push({ device: publisher.id, topic, at, payload: payload.slice() });
    if (this.#waiting.length === 1) this.#parts.later(() => this.#send(), gathering);
  }

  #takes(device: string, at: number): boolean {
    const look = this.#looks.get(device);
    if (look === undefined) {
      this.#looks.set(device, { until: at + looking, taken: 1, restsUntil: 0 });
      return true;
    }
    if (at < look.restsUntil) return false;
    if (at >= look.until) {
      look.until = at + looking;
      look.taken = 0;
    }
    if (++look.taken < inARow) return true;
    const rest = Math.max(looking, (this.#looks.size * inARow * 1000) / perSecond);
    look.restsUntil = at + rest;
    look.until = look.restsUntil;
    return true;
  }

  #send(): void {
    const samples = this.#waiting;
    this.#waiting = [];
    if (this.#isBusy || samples.length === 0) return;
    this.#isBusy = true;
    this.#port?.postMessage({ kind: 'samples', samples });
  }
}
