import type { Judgement } from '../judge.ts';
import type { Suspicion } from '../suspicion/suspicion.ts';
import type { AlarmWindow } from './stream-report.ts';

/** Rows of calm after which an alarm is over. */
const calm = 20;
const mostChannels = 5;

/** Whether a stream is normal now, and for how long it has been, or has not been. */
export class AlarmWatch {
  readonly #stream: string;
  readonly #channels: readonly string[];
  #window: AlarmWindow | undefined;
  #severities: Float64Array;
  #last = 0;
  /** Rows without an alarm. */
  quiet = 0;
  /** The time of the first of them. */
  quietSince = 0;

  constructor(stream: string, channels: readonly string[]) {
    this.#stream = stream;
    this.#channels = channels;
    this.#severities = new Float64Array(channels.length);
  }

  /** The alarm that lasts. */
  get window(): AlarmWindow | undefined {
    return this.#window;
  }

  /** An alarm that lasted when judging stopped goes on, until its stream was calm for as long as any has to be. */
  resume(window: AlarmWindow, at: number): void {
    this.#window = window;
    this.#last = Math.max(window.began, at);
  }

  /** @returns the alarm that is over now, because its stream is judged otherwise from now on */
  close(): AlarmWindow | undefined {
    const window = this.#window;
    this.#window = undefined;
    return window === undefined ? undefined : { ...window, ended: this.#last };
  }

  /** @returns the alarm that begins or ends with this row */
  push(
    at: number,
    { isAlarm, severity, worst }: Judgement,
    bySeverity: Float64Array,
  ): AlarmWindow | undefined {
    if (!isAlarm) return this.#quiet(at);
    this.quiet = 0;
    this.#last = at;
    const begins = this.#window === undefined;
    if (begins) this.#severities.fill(0);
    for (const [channel, own] of bySeverity.entries())
      this.#severities[channel] = Math.max(own, this.#severities[channel] as number);
    const before = this.#window;
    if (before !== undefined && severity <= before.severity) return undefined;
    this.#window = {
      stream: this.#stream,
      began: before?.began ?? at,
      severity,
      sees: worst?.sees ?? 'level',
      channels: this.#carriers(),
      ...(before?.diagnosis === undefined ? {} : { diagnosis: before.diagnosis }),
    };
    return begins ? this.#window : undefined;
  }

  /** What the alarm that lasts probably is. @returns it with that; `undefined` of none */
  diagnosed({ began, kind, confidence, channels }: Suspicion): AlarmWindow | undefined {
    if (this.#window === undefined) return undefined;
    const diagnosis = { since: Math.round(1000 * began), kind, confidence, carriers: channels };
    this.#window = { ...this.#window, diagnosis };
    return this.#window;
  }

  #quiet(at: number): AlarmWindow | undefined {
    if (this.quiet++ === 0) this.quietSince = at;
    const window = this.#window;
    if (window === undefined || this.quiet < calm) return undefined;
    this.#window = undefined;
    return { ...window, channels: this.#carriers(), ended: this.#last };
  }

  /** Those beyond what is normal by themselves; where only all together are, those that are farthest off. */
  #carriers(): readonly string[] {
    const order = [...this.#severities.entries()].toSorted(([, one], [, other]) => other - one);
    const beyond = order.filter(([, severity]) => severity >= 1);
    return (beyond.length > 0 ? beyond : order.filter(([, severity]) => severity > 0).slice(0, 3))
      .slice(0, mostChannels)
      .map(([channel]) => this.#channels[channel] as string);
  }
}
