import type { EmitEvent } from './event.ts';
import type { Limits } from './limits.ts';
import { RepeatLimiter } from './repeat-limiter.ts';
import type { Statistics } from './statistics.ts';

/** A client that was turned away before it had a session. */
export interface Refusal {
  readonly kind: 'handshake-refused' | 'connect-refused';
  readonly code: string;
  readonly message: string;
  readonly address: string;
  readonly device?: string;
}

/** Refusals, once per code, address and device and interval: a scanner cannot fill the log. */
export class RefusalLog {
  readonly #limiter: RepeatLimiter<Refusal>;
  readonly #statistics: Statistics;

  constructor(limits: Limits, emit: EmitEvent, statistics: Statistics) {
    this.#statistics = statistics;
    this.#limiter = new RepeatLimiter<Refusal>({
      interval: limits.denialInterval,
      limit: limits.denials,
      tell: (refusal, at, repeated) => emit({ ...refusal, at, repeated }),
    });
  }

  note(refusal: Refusal, now: number): void {
    if (refusal.kind === 'handshake-refused') this.#statistics.handshakesRefused++;
    else this.#statistics.connectsRefused++;
    const key = keyOf(refusal);
    if (this.#limiter.isFull && this.#limiter.get(key) === undefined) {
      const { device: _, ...rest } = refusal;
      const merged = { ...rest, address: '*' };
      this.#limiter.note(keyOf(merged), merged, now);
    } else this.#limiter.note(key, refusal, now);
  }

  sweep(now: number): void {
    this.#limiter.sweep(now);
  }

  flush(now: number): void {
    this.#limiter.flush(now);
  }
}

function keyOf({ kind, code, address, device }: Refusal): string {
  return [kind, code, address, device ?? ''].join('\0');
}
