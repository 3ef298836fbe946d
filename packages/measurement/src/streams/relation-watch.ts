import { KitenError } from '@kiten/codec';
import { deviceOfStream } from '@kiten/trust';
import { CrossJudge } from '../cross/cross-judge.ts';
import type { OpenCrossAlarm } from '../cross/cross-judgement.ts';
import { parseCrossProfile } from '../cross/cross-profile-text.ts';
import { repeatsOf, withoutHeld } from '../cross/held-readings.ts';
import { JointRows } from '../cross/joint-rows.ts';
import type { AttestedTier, OwnEvidence } from '../cross/own-evidence.ts';
import { deviceOfSensor, sensorName } from '../cross/sensor.ts';
import { Agreement } from './agreement.ts';
import { ContradictionWatch } from './contradiction-watch.ts';
import type { LookBudget } from './followed-alarms.ts';
import { History, type HistoryBudget } from './history.ts';
import type { Lesson, LessonBudget } from './lesson.ts';
import { LessonWatch } from './lesson-watch.ts';
import { MissingSensors } from './missing-sensors.ts';
import { type RelationCourse, standingOf } from './relation-course.ts';
import { SensorUnits } from './sensor-units.ts';
import type {
  KnownRelation,
  RelationAlarm,
  RelationGauges,
  RelationProfile,
  RelationReport,
} from './stream-relation.ts';
import type { StreamConclusion } from './stream-report.ts';

export interface RelationSurroundings {
  readonly tell: (report: RelationReport) => void;
  readonly conclude: (conclusion: StreamConclusion) => void;
  readonly own: (stream: string) => OwnEvidence;
  readonly looks: LookBudget;
  readonly lessons: LessonBudget;
  readonly history: HistoryBudget;
}

/** How often a look goes over its rows, about, in rows times sensors squared. */
const passes = 12_000;
/** Joint rows that are kept for people. */
const keptRows = 240;
/** Sensors without which there is nothing to compare. */
const leastSensors = 2;

/** One relation: takes what its streams say, forms joint rows, learns or judges them. */
export class RelationWatch {
  readonly id: string;
  readonly #world: RelationSurroundings;
  readonly #joint: JointRows;
  readonly #names: readonly string[];
  readonly #known: KnownRelation;
  /** Values of the sensors, and how far each check is out of place. */
  #history: History;
  #judge: CrossJudge | undefined;
  /** For how many rows what each sensor said is judged, as it was learned. */
  #repeats: readonly number[] = [];
  #profile: string | undefined;
  #problem: string | undefined;
  readonly #lesson: LessonWatch;
  readonly #units: SensorUnits;
  #rows = 0;
  readonly #contradiction: ContradictionWatch;
  readonly #attested: Map<string, AttestedTier>;
  /** Something else is known than when its alarm was looked at last. */
  #isOutdated = false;
  readonly #agreement: Agreement;
  readonly #missing: MissingSensors;
  /** The time of the newest row, or when it was looked at first; by what its sensors say, which may be late. */
  #newest: number | undefined;

  /** @param now NaN: not known yet. @throws KitenError `measurement/cross-too-many` */
  constructor(known: KnownRelation, world: RelationSurroundings, now = Number.NaN) {
    const { id, streams, every, units, lesson, attested } = known;
    this.id = id;
    this.#world = world;
    this.#known = known;
    this.#attested = new Map(attested);
    this.#joint = new JointRows(streams, every);
    this.#history = new History(this.#joint.sensors.length, keptRows, world.history);
    const names = this.#joint.sensors.map(sensorName);
    this.#names = names;
    this.#contradiction = new ContradictionWatch({
      relation: id,
      tell: world.tell,
      conclude: world.conclude,
    });
    this.#units = new SensorUnits(names, units ?? [], lesson?.units);
    this.#lesson = new LessonWatch(names, world.lessons, ({ frame, ...which }) => {
      const measured = { ...frame, units: this.#units.ofLesson };
      world.tell({ kind: 'relation-taught', relation: id, frame: measured, ...which });
    });
    this.#agreement = new Agreement(streams);
    const hold = 1000 * Math.max(...streams.map((each) => each.hold));
    this.#missing = new MissingSensors(names, hold, this.#units, now);
    if (lesson !== undefined) this.#lesson.begin(lesson);
  }

  /**
   * @param alarm one that lasted when judging stopped
   * @throws KitenError `measurement/profile-…`, `measurement/detector-unknown`, `measurement/cross-check`
   */
  judgeBy({ text, digest }: RelationProfile, alarm: RelationAlarm | undefined): void {
    const judge = new CrossJudge(parseCrossProfile(text));
    if (judge.sensors.map(sensorName).join('\n') !== this.#names.join('\n')) {
      this.#problem = `What was learned of the relation “${this.id}” does not fit: it is of other sensors than its streams have. Learn it anew.`;
      throw new KitenError('measurement/profile-channels', this.#problem);
    }
    this.#judge = judge;
    this.#repeats = repeatsOf(judge.profile.streams);
    this.#units.judgeBy(judge.profile.relation.units);
    this.#profile = digest;
    this.#history.end();
    const width = judge.sensors.length + judge.checks.length;
    this.#history = new History(width, keptRows, this.#world.history);
    this.#agreement.resume();
    if (alarm !== undefined) this.#contradiction.resume(alarm);
  }

  get streams(): readonly string[] {
    return this.#known.streams.map(({ stream }) => stream);
  }

  /** It is judged whether its streams go together. */
  get isJudged(): boolean {
    return this.#judge !== undefined;
  }

  get gauges(): RelationGauges {
    const isCompared = this.isJudged && this.#missing.present >= leastSensors;
    return {
      rows: this.#rows,
      lesson: this.#lesson.gauges,
      alarm: this.#contradiction.alarm,
      checks: this.#judge === undefined || this.#rows === 0 ? [] : standingOf(this.#judge),
      ...{ problem: this.#problem, missing: this.#missing.now, isCompared },
      calmSince: isCompared ? this.#agreement.since : undefined,
    };
  }

  /** What is being gathered. */
  get lesson(): Lesson | undefined {
    return this.#lesson.lesson;
  }

  stopLearning(): void {
    this.#lesson.stop();
  }

  course(): RelationCourse {
    const { times, values } = this.#history.excerpt();
    const width = this.#joint.sensors.length;
    return {
      sensors: this.#names,
      checks: this.#judge?.checks ?? [],
      times,
      values: values.map((row) => row.slice(0, width)),
      severities: values.map((row) => row.slice(width)),
    };
  }

  /**
   * @param at milliseconds since the Unix epoch
   * @param units what its channels are measured in; '' where nobody says
   */
  take(stream: string, at: number, values: Float64Array, units: readonly string[] = []): void {
    // What is said at a moment of the grid counts in its row.
    this.#joint.advance((at - 1) / 1000, (moment, row, held) =>
      this.#row(Math.round(moment * 1000), row, held),
    );
    this.#missing.heard(this.#hear(stream, units), values);
    this.#joint.take(stream, at / 1000, values);
  }

  /** @param says what a message says that is not compared, as the stream is measured in other units */
  otherUnits(stream: string, says: readonly string[], units: readonly string[]): void {
    const place = this.#hear(stream, units);
    this.#units.say(place, says);
    this.#missing.spoke(place, units.length);
  }

  /** @returns the place of its first sensor */
  #hear(stream: string, units: readonly string[]): number {
    const place = this.#joint.placeOf(stream) ?? 0;
    const isFirst = this.#units.hear(place, units);
    const { until } = this.lesson ?? {};
    if (isFirst && until !== undefined)
      this.#world.tell({ kind: 'relation-heard', relation: this.id, until, units: this.#units.ofLesson });
    return place;
  }

  /** What attestation says of a device counts from now on, also in an alarm that lasts. */
  attest(device: string, says: AttestedTier | undefined): void {
    if (!this.#joint.sensors.some((sensor) => deviceOfSensor(sensor) === device)) return;
    if (this.#attested.get(device) === says) return;
    if (says === undefined) this.#attested.delete(device);
    else this.#attested.set(device, says);
    this.#isOutdated = this.#judge?.alarm !== undefined;
  }

  /** Time goes on with what streams say: where nobody says anything there is nothing to compare. */
  look(now: number): void {
    this.#newest ??= now;
    this.#missing.look(now);
    this.#withdrawMissing();
    if (this.#isOutdated && this.#judge?.alarm !== undefined) this.#look(this.#judge, this.#judge.alarm);
    this.#lesson.look(now);
  }

  /** What holds is said again with the next rows. */
  restate(): void {
    this.#contradiction.restate();
    this.#agreement.restate();
  }

  /** Its other sensors may be compared elsewhere: what holds of them there is said again with the next rows. */
  agreeAgain(): void {
    this.#agreement.restate();
  }

  /** Of streams that are not compared any more it is not said any more that they go together with others. */
  withdraw(isCompared: Parameters<Agreement['withdraw']>[0]): void {
    for (const { stream, at = this.#newest } of this.#agreement.withdraw(isCompared))
      if (at !== undefined) this.#world.conclude({ stream, outcome: 'uncompared', at, since: at, count: 0 });
  }

  #withdrawMissing(): void {
    if (!this.#agreement.isSaid) return;
    const missing = new Set(this.#missing.now.map(({ sensor }) => sensor));
    const areTooFew = this.#names.length - missing.size < leastSensors;
    this.withdraw(
      (_, from, to) => !areTooFew && !this.#names.slice(from, to).some((name) => missing.has(name)),
    );
  }

  #row(at: number, row: Float64Array, held: Uint32Array): void {
    // Where nothing is heard there is nothing to compare.
    if (row.every(Number.isNaN)) return;
    this.#rows++;
    this.#newest = at;
    this.#lesson.push(at, this.#units.learned(row));
    const judged = this.#units.judged(row);
    this.#missing.row(at, judged);
    const judge = this.#judge;
    if (judge === undefined) {
      this.#history.push(at, row, 0);
      return;
    }
    if (judged.filter((value) => !Number.isNaN(value)).length < leastSensors) return;
    const { isAlarm, severity } = judge.push(at / 1000, withoutHeld(judged, held, this.#repeats));
    this.#history.push(at, Float64Array.of(...row, ...judge.standing), severity);
    if (isAlarm) this.#agreement.broken();
    else this.#agreement.push(at, judged, !this.#contradiction.isWithoutSuspect(this.#names, judged));
    if (judge.alarm === undefined) this.#agree(at);
    else if (judge.isDue || this.#isOutdated) this.#look(judge, judge.alarm);
  }

  #look(judge: CrossJudge, { raised }: OpenCrossAlarm): void {
    if (this.#world.looks.left <= 0) return;
    this.#world.looks.left -= passes * judge.sensors.length ** 2;
    this.#isOutdated = false;
    const thought = judge.judgement((stream) => this.#own(stream));
    if (thought === undefined) return;
    this.#contradiction.thought(thought, 1000 * raised, this.#profile);
  }

  #own(stream: string): OwnEvidence {
    const attestation = this.#attested.get(deviceOfStream(stream));
    return { ...this.#world.own(stream), ...(attestation === undefined ? {} : { attestation }) };
  }

  /** Those of its sensors that are there go together. */
  #agree(at: number): void {
    const { since } = this.#agreement;
    if (since === undefined) this.#contradiction.pause();
    else if (this.#contradiction.alarm !== undefined) {
      this.#contradiction.over(since);
      this.#agreement.begin(at);
    }
    for (const agreed of this.#agreement.due(at))
      this.#world.conclude({ ...agreed, outcome: 'agreeing', at });
  }

  /** It is not compared any more. */
  close(): void {
    this.#lesson.stop();
    this.#history.end();
  }
}
