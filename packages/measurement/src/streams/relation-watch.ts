import { KitenError } from '@kiten/codec';
import { deviceOfStream } from '@kiten/trust';
import { CrossJudge } from '../cross/cross-judge.ts';
import type { CrossJudgement, OpenCrossAlarm } from '../cross/cross-judgement.ts';
import { parseCrossProfile } from '../cross/cross-profile-text.ts';
import { JointRows } from '../cross/joint-rows.ts';
import type { AttestedTier, OwnEvidence } from '../cross/own-evidence.ts';
import { deviceOfSensor, type Sensor, sensorName } from '../cross/sensor.ts';
import { continued } from './continued.ts';
import type { LookBudget } from './followed-alarms.ts';
import { History, type HistoryBudget } from './history.ts';
import type { Lesson, LessonBudget } from './lesson.ts';
import { LessonWatch } from './lesson-watch.ts';
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
import { contradicted, suspectsOf, toldOf } from './suspects.ts';

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
/** Rows that judging takes to settle, and that say that sensors go together. */
const settled = 20;
/** Joint rows that are kept for people. */
const keptRows = 240;
/** Milliseconds after which it is said again that sensors go together: soon after an alarm, later less and less often. */
const [soon, again] = [60_000, 3 * 3_600_000];

/** One relation: takes what its streams say, forms joint rows, learns or judges them. */
export class RelationWatch {
  readonly id: string;
  readonly #world: RelationSurroundings;
  readonly #joint: JointRows;
  readonly #known: KnownRelation;
  /** Values of the sensors, and how far each check is out of place. */
  #history: History;
  #judge: CrossJudge | undefined;
  #profile: string | undefined;
  #problem: string | undefined;
  readonly #lesson: LessonWatch;
  readonly #units: SensorUnits;
  #rows = 0;
  #alarm: RelationAlarm | undefined;
  /** As it was thought of when judging stopped, while that alarm lasts. */
  #before: CrossJudgement | undefined;
  readonly #attested: Map<string, AttestedTier>;
  /** Something else is known than when its alarm was looked at last. */
  #isOutdated = false;
  /** Who was told last, and of what kind. */
  #told = '';
  #calm = 0;
  #calmSince = 0;
  #sayAt = Number.NEGATIVE_INFINITY;
  #pause = soon;

  /** @throws KitenError `measurement/cross-too-many` */
  constructor(known: KnownRelation, world: RelationSurroundings) {
    const { id, streams, every, units, lesson, attested } = known;
    this.id = id;
    this.#world = world;
    this.#known = known;
    this.#attested = new Map(attested);
    this.#joint = new JointRows(streams, every);
    this.#history = new History(this.#joint.sensors.length, keptRows, world.history);
    const names = this.#joint.sensors.map(sensorName);
    this.#units = new SensorUnits(names, units ?? [], lesson?.units);
    this.#lesson = new LessonWatch(names, world.lessons, ({ frame, ...which }) => {
      const measured = { ...frame, units: this.#units.ofLesson };
      world.tell({ kind: 'relation-taught', relation: id, frame: measured, ...which });
    });
    if (lesson !== undefined) this.#lesson.begin(lesson);
  }

  /**
   * @param alarm one that lasted when judging stopped
   * @throws KitenError `measurement/profile-…`, `measurement/detector-unknown`, `measurement/cross-check`
   */
  judgeBy({ text, digest }: RelationProfile, alarm: RelationAlarm | undefined): void {
    const judge = new CrossJudge(parseCrossProfile(text));
    const named = (sensors: readonly Sensor[]): string => sensors.map(sensorName).join('\n');
    if (named(judge.sensors) !== named(this.#joint.sensors))
      throw this.#misfit('it is of other sensors than its streams have');
    this.#judge = judge;
    this.#units.judgeBy(judge.profile.relation.units);
    this.#profile = digest;
    this.#history.end();
    const width = judge.sensors.length + judge.checks.length;
    this.#history = new History(width, keptRows, this.#world.history);
    if (alarm !== undefined) this.#resume(alarm);
  }

  #misfit(why: string): KitenError {
    this.#problem = `What was learned of the relation “${this.id}” does not fit: ${why}. Learn it anew.`;
    return new KitenError('measurement/profile-channels', this.#problem);
  }

  get streams(): readonly string[] {
    return this.#known.streams.map(({ stream }) => stream);
  }

  get gauges(): RelationGauges {
    return {
      rows: this.#rows,
      lesson: this.#lesson.gauges,
      alarm: this.#alarm,
      checks: this.#judge === undefined || this.#rows === 0 ? [] : standingOf(this.#judge),
      problem: this.#problem ?? this.#units.problem,
      calmSince: this.#judge !== undefined && this.#calm >= settled ? this.#calmSince : undefined,
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
      sensors: this.#joint.sensors.map(sensorName),
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
    this.#joint.advance((at - 1) / 1000, (moment, row) => this.#row(Math.round(moment * 1000), row));
    const isFirst = this.#units.hear(this.#joint.placeOf(stream) ?? 0, units);
    const { until } = this.lesson ?? {};
    if (isFirst && until !== undefined)
      this.#world.tell({ kind: 'relation-heard', relation: this.id, until, units: this.#units.ofLesson });
    this.#joint.take(stream, at / 1000, values);
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
    if (this.#isOutdated && this.#judge?.alarm !== undefined) this.#look(this.#judge, this.#judge.alarm);
    this.#lesson.look(now);
  }

  /** What holds is said again with the next rows. */
  restate(): void {
    this.#told = '';
    this.#sayAt = Number.NEGATIVE_INFINITY;
  }

  #row(at: number, row: Float64Array): void {
    // Where nothing is heard there is nothing to compare.
    if (row.every(Number.isNaN)) return;
    this.#rows++;
    this.#lesson.push(at, this.#units.learned(row));
    const judge = this.#judge;
    if (judge === undefined) {
      this.#history.push(at, row, 0);
      return;
    }
    const judged = this.#units.judged(row);
    if (judged.every(Number.isNaN)) return;
    const { isAlarm, severity } = judge.push(at / 1000, judged);
    this.#history.push(at, Float64Array.of(...row, ...judge.standing), severity);
    if (isAlarm) this.#calm = 0;
    else if (this.#calm++ === 0) this.#calmSince = at;
    if (judge.alarm === undefined) this.#agree(at);
    else if (judge.isDue || this.#isOutdated) this.#look(judge, judge.alarm);
  }

  /** It goes on as the alarm that it was, until its sensors go together. */
  #resume(alarm: RelationAlarm): void {
    this.#alarm = alarm;
    this.#before = alarm.judgement;
    this.#told = toldOf(suspectsOf(alarm.judgement));
  }

  #look(judge: CrossJudge, { raised }: OpenCrossAlarm): void {
    if (this.#world.looks.left <= 0) return;
    this.#world.looks.left -= passes * judge.sensors.length ** 2;
    this.#isOutdated = false;
    const thought = judge.judgement((stream) => this.#own(stream));
    if (thought === undefined) return;
    const judgement = this.#before === undefined ? thought : continued(this.#before, thought);
    this.#alarm = { relation: this.id, began: this.#alarm?.began ?? Math.round(raised * 1000), judgement };
    this.#world.tell({ kind: 'relation-alarm', alarm: this.#alarm });
    const suspects = suspectsOf(judgement);
    const now = toldOf(suspects);
    if (now === this.#told) return;
    this.#told = now;
    const by = this.#profile === undefined ? {} : { profile: this.#profile };
    for (const suspect of suspects) this.#world.conclude({ ...contradicted(judgement, suspect), ...by });
  }

  #own(stream: string): OwnEvidence {
    const attestation = this.#attested.get(deviceOfStream(stream));
    return { ...this.#world.own(stream), ...(attestation === undefined ? {} : { attestation }) };
  }

  /** Its sensors go together. */
  #agree(at: number): void {
    if (this.#alarm !== undefined && this.#calm >= settled) {
      this.#world.tell({ kind: 'relation-alarm', alarm: { ...this.#alarm, ended: this.#calmSince } });
      [this.#alarm, this.#before, this.#told] = [undefined, undefined, ''];
      [this.#pause, this.#sayAt] = [soon, at];
    }
    if (this.#calm < settled || at < this.#sayAt) return;
    this.#sayAt = at + this.#pause;
    this.#pause = Math.min(again, 2 * this.#pause);
    for (const stream of this.streams.filter((each) => this.#units.isJudged(each)))
      this.#world.conclude({ stream, outcome: 'agreeing', at, since: this.#calmSince, count: this.#calm });
  }

  /** It is not compared any more. */
  close(): void {
    this.#lesson.stop();
    this.#history.end();
  }
}
