import { KitenError } from '@kiten/codec';
import { type DetectorKind, joinedRows, type NormalRows, rowOf, someRows } from '../detectors/detector.ts';
import { baselines, kindsNamed, standardDetectors } from '../detectors/kinds.ts';
import { decimalsOf, rounded } from '../series/decimals.ts';
import { withoutFillers } from '../series/fillers.ts';
import type { Frame } from '../series/frame.ts';
import { gapFrom, gapsOf } from '../series/gaps.ts';
import { calibrationOf } from './calibration.ts';
import { Course } from './course.ts';
import { daysOf, type LearnedDetector, type Profile, type Resolution } from './profile.ts';
import { silencesOf } from './silence.ts';
import { Standardiser, standardOf } from './standard.ts';

/** Normal data are taken apart into so many stretches; what is seen in one is judged by what the others taught. */
const folds = 4;
const leastRows = 100;
/** Values of all statistics of a detector that are kept at once, and of one at least: they are as many as rows, if those are few. */
const mostValues = 1 << 24;
const leastRoom = 1 << 13;
/** Rows after which courses are told of them: one after the other, they stay in the cache. */
const batchRows = 128;
/** Readings may come rounded to so many decimals, one day, from where they came in full today. */
const coarser = [3, 2, 1];

export interface LearnOptions {
  readonly alarmsPerDay: number;
  /** Seconds, where no column of time says. */
  readonly interval?: number;
  /** Names of the detectors that are to be learned, instead of the usual ones. */
  readonly detectors?: readonly string[];
  /** The simple detectors are learned, too ({@link baselines}); they judge only where they are named. */
  readonly withBaselines?: boolean;
  /** Nothing is learned of readings that come rounded. */
  readonly isFinestOnly?: boolean;
  /** Called with the share that is done, from 0 to 1. */
  readonly progress?: (done: number) => void;
}

/**
 * Learns what is normal from readings without an attack.
 *
 * @throws KitenError `measurement/too-few-rows`, `measurement/table-empty`, `measurement/detector-unknown`
 */
export function learn(table: Frame, options: LearnOptions): Profile {
  const frame = withoutFillers(table);
  if (frame.rows < leastRows)
    throw new KitenError(
      'measurement/too-few-rows',
      `These are too few rows to learn from: ${frame.rows}, of ${leastRows} at least.`,
      { detail: { rows: frame.rows } },
    );
  if (frame.channels.length === 0)
    throw new KitenError(
      'measurement/table-empty',
      'The table has labels alone: there is no channel to learn.',
    );
  const names = options.detectors ?? standardDetectors;
  const beside = options.withBaselines === true ? baselines.filter((name) => !names.includes(name)) : [];
  const asked = kindsNamed([...names, ...beside]);
  const interval = frame.interval ?? options.interval;
  const gap = frame.timeColumn === undefined ? undefined : gapFrom(frame.times, frame.interval);
  const gaps = gapsOf(frame.times, gap);
  const days = daysOf({ rows: frame.rows, interval });
  const native = decimalsOf(frame.values);
  const rounder = options.isFinestOnly === true ? [] : coarser.filter((each) => each < native);
  const decimals = [native, ...rounder];
  const resolutions = decimals.map((each, at): Resolution => {
    const values = at === 0 ? frame.values : rounded(frame.values, each);
    const standard = standardOf({ ...frame, values });
    const normal = { ...standardised({ ...frame, values }, new Standardiser(standard)), gaps };
    const kinds = asked.filter(({ isOfNative }) => at === 0 || !isOfNative);
    const detectors = learnDetectors(kinds, normal, days, (done) =>
      options.progress?.((at + done) / decimals.length),
    );
    if (beside.length === 0) return { decimals: each, standard, detectors };
    const isBeside = ({ kind }: LearnedDetector) => beside.includes(kind);
    return {
      ...{ decimals: each, standard, detectors: detectors.filter((learned) => !isBeside(learned)) },
      beside: detectors.filter(isBeside),
    };
  });
  const { channels, rows, units } = frame;
  const measured = units?.some((unit) => unit !== '') ? { units } : {};
  return {
    ...{ channels, ...measured, interval, ...(gap === undefined ? {} : { gap }) },
    ...{ rows, alarmsPerDay: options.alarmsPerDay },
    ...{ silences: silencesOf(frame), resolutions },
  };
}

function learnDetectors(
  kinds: readonly DetectorKind<object>[],
  normal: NormalRows,
  days: number,
  progress: (done: number) => void,
): LearnedDetector[] {
  const bounds = Array.from({ length: folds + 1 }, (_, fold) => Math.trunc((fold * normal.rows) / folds));
  const parts = bounds.slice(1).map((to, fold) => someRows(normal, bounds[fold] as number, to));
  let learned = 0;
  const learn = (kind: DetectorKind<object>, from: NormalRows): object => {
    const model = kind.learn(from);
    progress(++learned / ((folds + 1) * kinds.length));
    return model;
  };
  const fewest = normal.rows - Math.max(...parts.map(({ rows }) => rows));
  // What is left of the rows is copied once for all kinds, and forgotten before the next.
  const crossed = parts.map((part) => {
    const others = { ...joinedRows(parts.filter((each) => each !== part)), fewest };
    return kinds.map((kind) => learn(kind, others));
  });
  return kinds.map((kind, at): LearnedDetector => {
    const models = crossed.map((each) => each[at] as object);
    const courses = coursesOf(kind, models, parts);
    const model = learn(kind, { ...normal, parts, fewest });
    const { statistics } = kind.start(model, normal.channels);
    const calibration = calibrationOf(courses, statistics, bounds, days, kind.isJudgedTogether);
    return { kind: kind.name, model, calibration };
  });
}

/** Each statistic over all rows, each stretch as a detector sees it that was learned from the others. */
function coursesOf(
  kind: DetectorKind<object>,
  models: readonly object[],
  stretches: readonly NormalRows[],
): readonly Course[] {
  let courses: Course[] = [];
  let row = 0;
  for (const [fold, stretch] of stretches.entries()) {
    const detector = kind.start(models[fold] as object, stretch.channels);
    const into = new Float64Array(detector.statistics.length);
    const gaps = new Set(stretch.gaps);
    const room = Math.max(leastRoom, Math.trunc(mostValues / into.length));
    if (fold === 0) courses = detector.statistics.map(() => new Course(room));
    for (const course of courses) course.begin(row);
    const width = into.length;
    const batch = new Float64Array(Math.min(batchRows, stretch.rows) * width);
    for (let at = 0, filled = 0; at < stretch.rows; at++) {
      if (gaps.has(at)) detector.gap?.();
      detector.push(rowOf(stretch, at), into, 0, stretch.times?.[at]);
      batch.set(into, filled);
      filled += width;
      if (filled < batch.length && at < stretch.rows - 1) continue;
      const told = batch.subarray(0, filled);
      for (let statistic = 0; statistic < width; statistic++)
        (courses[statistic] as Course).push(row, told, statistic, width);
      row += filled / width;
      filled = 0;
    }
  }
  for (const course of courses) course.end();
  return courses;
}

function standardised(
  { channels, rows, values, times, timeColumn }: Frame,
  standardiser: Standardiser,
): NormalRows {
  const width = channels.length;
  const standard = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++)
    standard.set(standardiser.push(values.subarray(row * width, (row + 1) * width)), row * width);
  return { channels: width, rows, values: standard, times: timeColumn === undefined ? undefined : times };
}
