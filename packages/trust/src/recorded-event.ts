import type { Subject } from './subject.ts';

/** A value that an event may carry. */
export type EventValue = string | number | boolean | null;

/** One entry of the site's log: what happened, when, by whom and why. */
export interface RecordedEvent {
  /** Noun and what became of it: `device/quarantined`. */
  readonly type: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** `operator:ann`, `device:pump-1`, or `site` for what Kiten did by itself. */
  readonly actor: string;
  readonly subject?: Subject;
  readonly reason?: string;
  readonly data: Readonly<Record<string, EventValue>>;
}
