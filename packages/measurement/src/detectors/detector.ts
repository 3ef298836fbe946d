import { joined } from '@kiten/numerics';

/** One of the figures that a detector gives for every row; the higher, the less usual. */
export interface Statistic {
  /** The channel it is about, as its position; `undefined`: all of them together. */
  readonly channel: number | undefined;
  /** What it sees: `level`, `relation`, `freeze` … */
  readonly sees: string;
  /** A limit below this would say more than it can: few normal data may hold too little by chance. */
  readonly leastLimit?: number;
}

/** A detector at work. It has a memory; rows go in in their order. */
export interface Detector {
  readonly statistics: readonly Statistic[];
  /**
   * @param row a value a channel, standardised; none is missing
   * @param into receives the statistics, from `at` on
   * @param time seconds, counted as those of normal data; `undefined` if nobody says
   */
  push(row: Float64Array, into: Float64Array, at: number, time?: number): void;
  /** Rows are missing between the last row and the next: what was before is not what the next one comes from. */
  gap?(): void;
  /**
   * Holds what is remembered down to where its statistics are these, row after row: an attack that was clear for long must not be
   * remembered for long. Statistics are told before.
   */
  bound?(most: Float64Array): void;
}

/** Standardised rows of normal data, one after the other. */
export interface NormalRows {
  readonly channels: number;
  readonly rows: number;
  /** `rows` × `channels` */
  readonly values: Float64Array;
  /** The moment of each row, in seconds; `undefined` if nobody says. */
  readonly times: Float64Array | undefined;
  /** Rows before which others are missing, rising. */
  readonly gaps?: readonly number[];
  /** What they were joined of, in its order: what was added up of a part is not added up again. */
  readonly parts?: readonly NormalRows[];
  /**
   * What is normal of a model is measured on models that are learned from fewer rows: from so many at least. What there is in a model
   * follows from these, and is the same in all; `rows` unless given.
   */
  readonly fewest?: number;
}

/** How one kind of detector is learned and started. `Model` is plain data: numbers, and arrays of them. */
export interface DetectorKind<Model extends object> {
  readonly name: string;
  /** How much of the budget of alarms it gets, in proportion to others. */
  readonly weight: number;
  /**
   * Its statistics wander with what the plant does, for long at a time: what one of them never did in all of the normal data, it may
   * do in the next year. Only what is beyond all of them counts.
   */
  readonly isJudgedTogether?: true;
  /**
   * It remembers many rows: no more than what makes an alarm is to be remembered ({@link Detector.bound}), or an alarm would outlast
   * what caused it.
   */
  readonly isSlow?: true;
  /** Says nothing of readings that were rounded to less than they were learned with. */
  readonly isOfNative?: true;
  /**
   * What has drifted is taken from each row, unless given. `kept`: it looks at values as they were said; `daily`: at whether they
   * are held, so that it is taken away by the same amount for a day.
   */
  readonly drift?: 'kept' | 'daily';
  learn(normal: NormalRows): Model;
  /** Whether what was read from a file is such a model of so many channels. */
  fits(model: object, channels: number): model is Model;
  start(model: Model, channels: number): Detector;
}

export function rowOf(normal: NormalRows, row: number): Float64Array {
  return normal.values.subarray(row * normal.channels, (row + 1) * normal.channels);
}

/** Rows that say what there can be in a model. */
export function fewestOf({ rows, fewest = rows }: NormalRows): number {
  return fewest;
}

/** Some of the rows, without a copy. */
export function someRows(normal: NormalRows, from: number, to: number): NormalRows {
  const { channels, values, times, gaps } = normal;
  const within = gaps?.filter((row) => row > from && row < to).map((row) => row - from);
  return {
    ...{ channels, rows: to - from, times: times?.subarray(from, to) },
    ...(within === undefined ? {} : { gaps: within }),
    values: values.subarray(from * channels, to * channels),
  };
}

const known = new WeakMap<NormalRows, readonly NormalRows[]>();

/** Rows that follow each other: what is between two gaps. */
export function stretchesOf(normal: NormalRows): readonly NormalRows[] {
  const { gaps = [], rows, parts } = normal;
  if (gaps.length === 0) return [normal];
  const made =
    known.get(normal) ??
    parts?.flatMap(stretchesOf) ??
    [0, ...gaps].map((from, at) => someRows(normal, from, gaps[at] ?? rows));
  known.set(normal, made);
  return made;
}

/** All rows of some, in their order. */
export function joinedRows(parts: readonly NormalRows[]): NormalRows {
  const times = parts.flatMap((part) => part.times ?? []);
  const gaps: number[] = [];
  let rows = 0;
  for (const part of parts) {
    for (const row of part.gaps ?? []) gaps.push(rows + row);
    rows += part.rows;
  }
  return {
    ...{ channels: parts[0]?.channels ?? 0, parts, rows },
    ...(gaps.length === 0 ? {} : { gaps }),
    values: joined(parts.map(({ values }) => values)),
    times: times.length === parts.length ? joined(times) : undefined,
  };
}

/** Whether a value from a file is an array of so many numbers, none of them NaN. */
export function isNumbers(value: unknown, count: number): value is Float64Array {
  return (
    value instanceof Float64Array && value.length === count && value.every((each) => !Number.isNaN(each))
  );
}

const shared = new Map<string, readonly Statistic[]>();

/** What is made once for all detectors of one kind and as many channels: ten thousand streams share what their statistics are called. */
export function sharedStatistics(key: string, make: () => readonly Statistic[]): readonly Statistic[] {
  const known = shared.get(key) ?? make();
  shared.set(key, known);
  return known;
}

/** One statistic a channel. */
export function channelStatistics(channels: number, sees: string): readonly Statistic[] {
  return sharedStatistics(`${channels} ${sees}`, () =>
    Array.from({ length: channels }, (_, channel) => ({ channel, sees })),
  );
}
