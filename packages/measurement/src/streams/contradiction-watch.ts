import type { CrossJudgement } from '../cross/cross-judgement.ts';
import { continued } from './continued.ts';
import type { RelationAlarm, RelationReport } from './stream-relation.ts';
import type { StreamConclusion } from './stream-report.ts';
import { contradicted, suspectsOf, toldOf } from './suspects.ts';

export interface ContradictionParts {
  readonly relation: string;
  readonly tell: (report: RelationReport) => void;
  readonly conclude: (conclusion: StreamConclusion) => void;
}

/** The alarm of one relation: what is thought of it, and what is told of that. Times in milliseconds. */
export class ContradictionWatch {
  readonly #parts: ContradictionParts;
  #alarm: RelationAlarm | undefined;
  /** As it was thought of when judging stopped, or when whoever is suspected fell silent. */
  #before: CrossJudgement | undefined;
  /** Who was told last, and of what kind. */
  #told = '';

  constructor(parts: ContradictionParts) {
    this.#parts = parts;
  }

  /** The alarm that lasts. */
  get alarm(): RelationAlarm | undefined {
    return this.#alarm;
  }

  /** It goes on as the alarm that it was, until its sensors go together. */
  resume(alarm: RelationAlarm): void {
    this.#alarm = alarm;
    this.#before = alarm.judgement;
    this.#told = toldOf(suspectsOf(alarm.judgement));
  }

  /** What it is by now. @param profile SHA-256 of what it is judged by */
  thought(now: CrossJudgement, raised: number, profile: string | undefined): void {
    const { relation, tell, conclude } = this.#parts;
    const judgement = this.#before === undefined ? now : continued(this.#before, now);
    this.#alarm = { relation, began: this.#alarm?.began ?? Math.round(raised), judgement };
    tell({ kind: 'relation-alarm', alarm: this.#alarm });
    const suspects = suspectsOf(judgement);
    const told = toldOf(suspects);
    if (told === this.#told) return;
    this.#told = told;
    const by = profile === undefined ? {} : { profile };
    for (const suspect of suspects) conclude({ ...contradicted(judgement, suspect), ...by });
  }

  /** Those that are there go together, and whoever is suspected is not: nothing is over. */
  pause(): void {
    this.#before = this.#alarm?.judgement;
  }

  over(since: number): void {
    if (this.#alarm === undefined) return;
    this.#parts.tell({ kind: 'relation-alarm', alarm: { ...this.#alarm, ended: since } });
    [this.#alarm, this.#before, this.#told] = [undefined, undefined, ''];
  }

  /** Somebody cleared what spoke against a stream: it is told again. */
  restate(): void {
    this.#told = '';
  }

  /** Whether somebody who is suspected is missing: an alarm is not over because a liar is silent. */
  isWithoutSuspect(sensors: readonly string[], row: Float64Array): boolean {
    if (this.#alarm === undefined) return false;
    const suspected = new Set(suspectsOf(this.#alarm.judgement).map(({ sensor }) => sensor));
    return sensors.some((sensor, at) => Number.isNaN(row[at] as number) && suspected.has(sensor));
  }
}
