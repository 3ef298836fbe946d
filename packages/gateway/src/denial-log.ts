import type { EmitEvent, TrafficAction } from './event.ts';
import type { Limits } from './limits.ts';
import { type Repeat, RepeatLimiter } from './repeat-limiter.ts';

/** One refusal with its cause. */
export interface Denial {
  readonly device: string;
  readonly action: TrafficAction | 'connect';
  readonly topic: string;
  readonly policies: readonly string[];
  /** The device whose group observes: it was not refused, and would have been. */
  readonly observed?: string | undefined;
  /** Of a message that holds readings against which something speaks: their stream, and the finding. */
  readonly stream?: string;
  readonly finding?: string;
}

export type DenialRecord = Repeat<Denial>;

/**
 * Refusals, once per device, action, topic and cause and interval. A device that invents topics gets so many lines
 * of its own; what goes beyond is told under the topic `#`, and beyond the whole table under the device `*`.
 */
export class DenialLog {
  readonly #limiter: RepeatLimiter<Denial>;
  readonly #perDevice = new Map<string, number>();
  readonly #limits: Limits;

  constructor(limits: Limits, emit: EmitEvent) {
    this.#limits = limits;
    this.#limiter = new RepeatLimiter<Denial>({
      interval: limits.denialInterval,
      limit: limits.denials,
      tell: (denial, at, repeated) => emit({ kind: 'denied', ...denial, at, repeated }),
      retired: ({ device }) => this.#forget(device),
    });
  }

  /** Notes that it happened `times` times; returns where further ones can be counted by {@link again}. */
  note(denial: Denial, now: number, times: number): DenialRecord {
    const subject = this.#withinBounds(denial);
    const key = keyOf(subject);
    if (this.#limiter.get(key) === undefined) {
      this.#perDevice.set(subject.device, (this.#perDevice.get(subject.device) ?? 0) + 1);
    }
    return this.#limiter.note(key, subject, now, times);
  }

  /** The quick way for a refusal that was noted before: false if it must be noted anew. */
  again(record: DenialRecord | undefined, now: number, times: number): boolean {
    if (record === undefined || record.retired) return false;
    record.pending += times;
    record.lastAt = now;
    return true;
  }

  sweep(now: number): void {
    this.#limiter.sweep(now);
  }

  flush(now: number): void {
    this.#limiter.flush(now);
  }

  #withinBounds(denial: Denial): Denial {
    if (this.#limiter.get(keyOf(denial)) !== undefined) return denial;
    if (this.#limiter.isFull) {
      const rest = { device: '*', action: denial.action, topic: '#', policies: [] };
      return denial.observed === undefined ? rest : { ...rest, observed: '*' };
    }
    const lines = this.#perDevice.get(denial.device) ?? 0;
    return lines < this.#limits.denialsPerDevice ? denial : { ...denial, topic: '#', policies: [] };
  }

  #forget(device: string): void {
    const lines = (this.#perDevice.get(device) ?? 1) - 1;
    if (lines <= 0) this.#perDevice.delete(device);
    else this.#perDevice.set(device, lines);
  }
}

function keyOf({
  device,
  action,
  topic,
  policies,
  observed = '',
  stream = '',
  finding = '',
}: Denial): string {
  return [observed, device, action, topic, stream, finding, ...policies].join('\0');
}
