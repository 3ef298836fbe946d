import { Judge } from '../judge.ts';
import { RowMemory } from '../suspicion/running-diagnosis.ts';
import { BalanceWatch } from './balance-watch.ts';
import { concluded } from './conclude.ts';
import type { CrossJudgement, OpenCrossAlarm } from './cross-judgement.ts';
import { type CrossProfile, sensorsOf } from './cross-profile.ts';
import { MissingReadings } from './missing.ts';
import type { OwnEvidence } from './own-evidence.ts';
import type { Sensor } from './sensor.ts';

/** How far from what was declared and learned a joint row is. */
export interface CrossRow {
  /** Seconds. */
  readonly at: number;
  readonly severity: number;
  readonly isAlarm: boolean;
  /** The check that is farthest out of place, as text, or `relation`. */
  readonly worst: string | undefined;
}

/** Rows of calm after which an alarm is over. */
const calm = 20;
/** Rows of an alarm after which it is looked at anew. */
const looks = [1, 4, 8, 16, 32, 64, 128, 256, 512];

/** Judges how sensors of several streams go together, row after row of their joint table. */
export class CrossJudge {
  readonly profile: CrossProfile;
  readonly sensors: readonly Sensor[];
  readonly #relation: Judge;
  readonly #balances: BalanceWatch;
  readonly #missing: MissingReadings;
  readonly #memory: RowMemory;
  /** With what is missing left out. */
  readonly #said: RowMemory;
  #open: OpenCrossAlarm | undefined;
  #quiet = 0;
  #look = 0;
  #at = 0;
  #severity = 0;
  /** What ought to hold: the declared checks, as text, and `relation` for what was learned. */
  readonly checks: readonly string[];

  constructor(profile: CrossProfile) {
    this.profile = profile;
    this.sensors = sensorsOf(profile);
    const { residuals, relation, alarmsPerDay } = profile;
    this.#relation = new Judge(relation, {
      alarmsPerDay: residuals === undefined ? alarmsPerDay : alarmsPerDay / 2,
    });
    this.#balances = new BalanceWatch(profile);
    this.#missing = new MissingReadings(relation);
    this.#memory = new RowMemory(this.sensors.length);
    this.#said = new RowMemory(this.sensors.length);
    this.checks = [...new Set(this.#balances.balances.map(({ check }) => check)), 'relation'];
  }

  /** How far each of `checks` is out of place in the row that was pushed last; NaN: it cannot be said. */
  get standing(): Float64Array {
    const { balances, severities } = this.#balances;
    const worst = new Map<string, number>([['relation', this.#severity]]);
    for (const [place, { check }] of balances.entries()) {
      const [own, before] = [severities[place] as number, worst.get(check) ?? Number.NaN];
      worst.set(check, Number.isNaN(before) || own > before ? own : before);
    }
    return Float64Array.from(this.checks, (check) => worst.get(check) ?? Number.NaN);
  }

  /** The alarm that lasts. */
  get alarm(): OpenCrossAlarm | undefined {
    return this.#open;
  }

  /** Whether so much came since it was judged last that it is worth the while again. */
  get isDue(): boolean {
    return this.#open !== undefined && this.#open.rows >= (looks[this.#look] ?? Number.POSITIVE_INFINITY);
  }

  /** @param row a reading a sensor; NaN: missing */
  push(at: number, row: Float64Array): CrossRow {
    this.#at = at;
    const filled = this.#missing.push(row);
    this.#memory.push(at, filled);
    this.#said.push(at, row);
    const relation = this.#relation.push(filled).severity;
    this.#severity = relation;
    this.#balances.push(row);
    const { severities, balances } = this.#balances;
    let [severity, worst] = [relation, relation > 0 ? 'relation' : undefined];
    for (const [place, own] of severities.entries())
      if (own > severity) [severity, worst] = [own, balances[place]?.check];
    const isAlarm = severity >= 1;
    this.#follow(row, severity, relation);
    return { at, severity, isAlarm, worst };
  }

  /** Who probably lies, by all that there is; `undefined` while nothing is out of place. */
  judgement(own: (stream: string) => OwnEvidence = () => ({})): CrossJudgement | undefined {
    const alarm = this.#open;
    if (alarm === undefined) return undefined;
    while (alarm.rows >= (looks[this.#look] ?? Number.POSITIVE_INFINITY)) this.#look++;
    return concluded(this.profile, this.sensors, {
      ...{ alarm, at: this.#at, own },
      ...{ recent: this.#memory.recent(), said: this.#said.recent().values },
    });
  }

  #follow(row: Float64Array, severity: number, relation: number): void {
    const { severities } = this.#balances;
    if (severity >= 1) {
      this.#quiet = 0;
      this.#open ??= {
        ...{ raised: this.#at, rows: 0, severity: 0, relation: 0 },
        balances: new Float64Array(severities.length).fill(Number.NaN),
        missing: new Float64Array(row.length),
      };
    } else if (this.#open !== undefined && ++this.#quiet >= calm) {
      this.#open = undefined;
      this.#look = 0;
    }
    const open = this.#open;
    if (open === undefined) return;
    for (const [at, own] of severities.entries())
      if (!Number.isNaN(own)) open.balances[at] = Math.max(own, open.balances[at] || 0);
    for (const [sensor, value] of row.entries())
      if (Number.isNaN(value)) open.missing[sensor] = (open.missing[sensor] as number) + 1;
    this.#open = {
      ...open,
      rows: open.rows + 1,
      severity: Math.max(open.severity, severity),
      relation: Math.max(open.relation, relation),
    };
  }
}
