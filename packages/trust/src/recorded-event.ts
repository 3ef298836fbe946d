import type { Subject } from './subject.ts';

/** One entry of the site's log: what happened, when, by whom and why. */
export interface RecordedEvent {
  /** Noun and verb: `device/quarantined`. */
  readonly type: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** `operator:ann`, `device:pump-1`, or `site` for what Kiten did by itself. */
  readonly actor: string;
  readonly subject?: Subject;
  readonly reason?: string;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
}
