import { baselines, hasBaselines, Judge, type JudgeOptions, type Profile } from '@kiten/measurement';

/** Rows without an alarm that end one. */
export const calmRows = 20;

/** What the simple detectors would have said of the same rows, with the whole budget for themselves: it counts for nothing. */
export class BaselineAlarms {
  readonly #judge: Judge;
  #last = Number.NEGATIVE_INFINITY;
  /** How often they began to alarm. */
  alarms = 0;

  private constructor(judge: Judge) {
    this.#judge = judge;
  }

  /** `undefined`: the profile was learned without them. */
  static of(profile: Profile, options: JudgeOptions): BaselineAlarms | undefined {
    if (!hasBaselines(profile)) return undefined;
    return new BaselineAlarms(new Judge(profile, { ...options, detectors: baselines }));
  }

  /** @returns whether they alarm */
  push(at: number, row: Float64Array, time: number | undefined): boolean {
    const { isAlarm } = this.#judge.push(row, time);
    if (!isAlarm) return false;
    if (at - this.#last > calmRows) this.alarms++;
    this.#last = at;
    return true;
  }
}
