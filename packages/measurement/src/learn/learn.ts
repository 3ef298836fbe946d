import { KitenError } from '@kiten/codec';
import { type DetectorKind, joinedRows, type NormalRows, rowOf, someRows } from '../detectors/detector.ts';
import { kindsNamed, standardDetectors } from '../detectors/kinds.ts';
import { decimalsOf, rounded } from '../series/decimals.ts';
import type { Frame } from '../series/frame.ts';
import { calibrationOf } from './calibration.ts';
import { daysOf, type LearnedDetector, type Profile, type Resolution } from './profile.ts';
import { Standardiser, standardOf } from './standard.ts';

/** Normal data are taken apart into so many stretches; what is seen in one is judged by what the others taught. */
const folds = 4;
const leastRows = 100;
/** Readings may come rounded to so many decimals, one day, from where they came in full today. */
const coarser = [3, 2, 1];

export interface LearnOptions {
  readonly alarmsPerDay: number;
  /** Seconds, where no column of time says. */
  readonly interval?: number;
  /** Names of the detectors that are to be learned, instead of the usual ones. */
  readonly detectors?: readonly string[];
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
export function learn(frame: Frame, options: LearnOptions): Profile {
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
  const asked = kindsNamed(options.detectors ?? standardDetectors);
  const interval = frame.interval ?? options.interval;
  const days = daysOf({ rows: frame.rows, interval });
  const native = decimalsOf(frame.values);
  const rounder = options.isFinestOnly === true ? [] : coarser.filter((each) => each < native);
  const decimals = [native, ...rounder];
  const resolutions = decimals.map((each, at): Resolution => {
    const values = at === 0 ? frame.values : rounded(frame.values, each);
    const standard = standardOf({ ...frame, values });
    const normal = standardised({ ...frame, values }, new Standardiser(standard));
    const bounds = boundsOf(normal.rows);
    const parts = bounds.slice(1).map((to, fold) => someRows(normal, bounds[fold] as number, to));
    const kinds = asked.filter(({ isOfNative }) => at === 0 || !isOfNative);
    const detectors = kinds.map((kind, place) => {
      const learned = learnDetector(kind, { ...normal, parts }, bounds, days);
      options.progress?.((at + (place + 1) / kinds.length) / decimals.length);
      return learned;
    });
    return { decimals: each, standard, detectors };
  });
  const { channels, rows, units } = frame;
  const measured = units?.some((unit) => unit !== '') ? { units } : {};
  return { channels, ...measured, interval, rows, alarmsPerDay: options.alarmsPerDay, resolutions };
}

function learnDetector(
  kind: DetectorKind<object>,
  normal: NormalRows,
  bounds: readonly number[],
  days: number,
): LearnedDetector {
  const seen = crossed(kind, normal.parts ?? []);
  const model = kind.learn(normal);
  const { statistics } = kind.start(model, normal.channels);
  return {
    kind: kind.name,
    model,
    calibration: calibrationOf(seen, statistics, bounds, days, kind.isJudgedTogether),
  };
}

/** Each statistic over all rows, each stretch as a detector sees it that was learned from the others. */
function crossed(kind: DetectorKind<object>, stretches: readonly NormalRows[]): readonly Float64Array[] {
  const all = stretches.reduce((sum, { rows }) => sum + rows, 0);
  let seen: Float64Array[] = [];
  let first = 0;
  for (const stretch of stretches) {
    const others = joinedRows(stretches.filter((each) => each !== stretch));
    const detector = kind.start(kind.learn(others), stretch.channels);
    const into = new Float64Array(detector.statistics.length);
    if (first === 0) seen = detector.statistics.map(() => new Float64Array(all));
    for (let row = 0; row < stretch.rows; row++) {
      detector.push(rowOf(stretch, row), into, 0, stretch.times?.[row]);
      for (let at = 0; at < into.length; at++) (seen[at] as Float64Array)[first + row] = into[at] as number;
    }
    first += stretch.rows;
  }
  return seen;
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

/** Where each stretch of so many rows begins, and where the last one ends. */
function boundsOf(rows: number): number[] {
  return Array.from({ length: folds + 1 }, (_, fold) => Math.trunc((fold * rows) / folds));
}
