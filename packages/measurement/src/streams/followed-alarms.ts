import type { Judgement } from '../judge.ts';
import type { Profile } from '../learn/profile.ts';
import { type RecentRows, RunningDiagnosis } from '../suspicion/running-diagnosis.ts';
import type { Suspicion } from '../suspicion/suspicion.ts';
import { AlarmWatch } from './alarm-watch.ts';
import type { AlarmWindow } from './stream-report.ts';

/** What looks at alarms may cost, in multiplications, until the board looks again; all streams share it. */
export interface LookBudget {
  left: number;
}

/** How often a look goes over its rows, about. */
const passes = 75;

/** What changed with a row: an alarm that began, ended, or is thought to be something else. */
export interface AlarmNews {
  readonly window: AlarmWindow;
  /** It began, or its kind or what carries it most is another than was told. */
  readonly isToldAnew: boolean;
}

/** The alarms of one stream as they come and go, with what they probably are. */
export class FollowedAlarms {
  readonly watch: AlarmWatch;
  readonly #diagnosis: RunningDiagnosis;
  readonly #recent: () => RecentRows;
  readonly #budget: LookBudget;
  readonly #cost: number;
  /** The kind and the first carrier that were told last. */
  #told: string | undefined;

  /** @param recent gives the newest rows, the one that is pushed among them */
  constructor(stream: string, profile: Profile, recent: () => RecentRows, budget: LookBudget) {
    this.watch = new AlarmWatch(stream, profile.channels);
    this.#diagnosis = new RunningDiagnosis(profile);
    this.#recent = recent;
    this.#budget = budget;
    this.#cost = passes * profile.channels.length ** 2;
  }

  push(at: number, judgement: Judgement, bySeverity: Float64Array): AlarmNews | undefined {
    const changed = this.watch.push(at, judgement, bySeverity);
    if (changed?.ended !== undefined) return this.#ended(changed);
    if (this.watch.window === undefined) return undefined;
    const thought = this.#diagnosis.push(at / 1000, judgement, () => this.#affordable());
    const window = (thought === undefined ? undefined : this.watch.diagnosed(thought)) ?? changed;
    if (window === undefined) return undefined;
    const isOther = this.#isOther(thought);
    return { window, isToldAnew: changed !== undefined || isOther };
  }

  #ended(window: AlarmWindow): AlarmNews {
    const last = this.#diagnosis.end();
    this.#told = undefined;
    if (last === undefined || window.diagnosis === undefined) return { window, isToldAnew: false };
    const { kind, confidence } = last;
    return { window: { ...window, diagnosis: { ...window.diagnosis, kind, confidence } }, isToldAnew: false };
  }

  #isOther(thought: Suspicion | undefined): boolean {
    if (thought === undefined) return false;
    const now = `${thought.kind} ${thought.channels[0]?.channel}`;
    const isOther = now !== this.#told;
    this.#told = now;
    return isOther;
  }

  #affordable(): RecentRows | undefined {
    if (this.#budget.left <= 0) return undefined;
    const recent = this.#recent();
    this.#budget.left -= this.#cost * recent.rows;
    return recent;
  }
}

/** What is concluded of an alarm. Who carries it is better known by what the others say than by who is farthest from its own normal. */
export function abnormalOf({ began, severity, sees, channels, diagnosis }: AlarmWindow) {
  const carriers = diagnosis?.carriers.map(({ channel }) => channel) ?? [];
  return {
    ...{ since: diagnosis?.since ?? began, severity, sees },
    channels: carriers.length === 0 ? channels : carriers,
    ...(diagnosis === undefined ? {} : { kind: diagnosis.kind }),
  };
}
