import { KitenError } from '@kiten/codec';
import type { Frame } from '../series/frame.ts';
import { repeatsOf, withoutHeld } from './held-readings.ts';
import { type Sensor, sensorName } from './sensor.ts';

/** Sensors that are looked at together at most: each is predicted from all others. */
export const mostSensors = 64;
/** Values of a joint table; half a gibibyte. */
const mostValues = 1 << 26;

/** A stream that takes part. */
export interface JointStream {
  readonly stream: string;
  readonly channels: readonly string[];
  /** Seconds for which a value counts; then it is missing. */
  readonly hold: number;
  /** For how many rows what each channel said may stand in for what it says now; what is held for longer is not judged. */
  readonly repeats?: readonly number[];
}

/**
 * Brings streams that are sampled at different moments onto one grid: at each of its moments, what each sensor said last, if
 * that is not too old. Moments are in seconds.
 */
export class JointRows {
  readonly sensors: readonly Sensor[];
  readonly #every: number;
  readonly #row: Float64Array;
  readonly #places: ReadonlyMap<string, { readonly at: number; readonly width: number }>;
  readonly #heard: Float64Array;
  readonly #holds: Float64Array;
  readonly #told: Float64Array;
  /** Rows since each sensor said what it is held to say. */
  readonly #held: Uint32Array;
  readonly #isNew: Uint8Array;
  #next: number | undefined;

  constructor(streams: readonly JointStream[], every: number) {
    this.sensors = streams.flatMap(({ stream, channels }) =>
      channels.map((channel) => ({ stream, channel })),
    );
    refuseMany(this.sensors.length);
    this.#every = every;
    this.#row = new Float64Array(this.sensors.length).fill(Number.NaN);
    this.#told = this.#row.slice();
    this.#held = new Uint32Array(this.sensors.length);
    this.#isNew = new Uint8Array(this.sensors.length);
    this.#heard = new Float64Array(this.sensors.length).fill(Number.NEGATIVE_INFINITY);
    this.#holds = Float64Array.from(streams.flatMap(({ channels, hold }) => channels.map(() => hold)));
    let at = 0;
    this.#places = new Map(
      streams.map(({ stream, channels }) => {
        const place = { at, width: channels.length };
        at += channels.length;
        return [stream, place];
      }),
    );
  }

  /** Where its channels begin among the sensors; `undefined`: it takes no part. */
  placeOf(stream: string): number | undefined {
    return this.#places.get(stream)?.at;
  }

  /** Something that a stream said. Moments of the grid before it are over: `advance` gives them out first. */
  take(stream: string, at: number, values: Float64Array): void {
    const place = this.#places.get(stream);
    if (place === undefined || place.width !== values.length) return;
    this.#next ??= (Math.floor(at / this.#every) + 1) * this.#every;
    for (const [channel, value] of values.entries()) {
      const sensor = place.at + channel;
      if (Number.isNaN(value) || at < (this.#heard[sensor] as number)) continue;
      this.#row[sensor] = value;
      this.#heard[sensor] = at;
      this.#isNew[sensor] = 1;
    }
  }

  /**
   * Gives out the moments of the grid up to this one. After a long silence it goes on where something may be known.
   *
   * @param row receives the same arrays each time; NaN is missing, and `held` counts the rows since each value was said
   */
  advance(now: number, row: (at: number, values: Float64Array, held: Uint32Array) => void): void {
    if (this.#next === undefined) return;
    const least = now - Math.max(...this.#holds) - this.#every;
    if (this.#next < least) this.#next = Math.ceil(least / this.#every) * this.#every;
    for (; this.#next <= now; this.#next += this.#every) {
      for (let sensor = 0; sensor < this.#row.length; sensor++) {
        const isOld = this.#next - (this.#heard[sensor] as number) > (this.#holds[sensor] as number);
        this.#told[sensor] = isOld ? Number.NaN : (this.#row[sensor] as number);
        this.#held[sensor] = this.#isNew[sensor] === 1 ? 0 : (this.#held[sensor] as number) + 1;
      }
      this.#isNew.fill(0);
      row(this.#next, this.#told, this.#held);
    }
  }
}

/** A table of one stream. */
export interface StreamTable {
  readonly stream: string;
  readonly frame: Frame;
}

/** Seconds between the rows of a joint table, and how long each stream's values count. */
export interface Joining {
  readonly every: number;
  readonly streams: readonly JointStream[];
}

/** Missed readings after which a value counts no more. */
const missed = 3;

/**
 * As often as the slowest of them says something; what it said counts for three of its intervals.
 *
 * @throws KitenError `measurement/cross-times` of a table without a column of time
 */
export function joiningOf(tables: readonly StreamTable[], every?: number): Joining {
  const intervals = tables.map(({ stream, frame: { interval, timeColumn } }) => {
    if (interval !== undefined && timeColumn !== undefined) return interval;
    throw new KitenError(
      'measurement/cross-times',
      `The readings of ${stream} have no column of time: nothing says which of another stream they go with.`,
    );
  });
  const step = every ?? Math.max(...intervals);
  return {
    every: step,
    streams: tables.map(({ stream, frame: { channels } }, at) => ({
      ...{ stream, channels },
      hold: Math.max(missed * (intervals[at] as number), step),
    })),
  };
}

/**
 * One table of several. Its channels are called `STREAM#CHANNEL`; a reading that is missing or too old is NaN.
 *
 * @throws KitenError `measurement/cross-too-many`, `measurement/table-too-large`
 */
export function jointFrame(tables: readonly StreamTable[], { every, streams }: Joining): Frame {
  const joint = new JointRows(streams, every);
  const repeats = repeatsOf(streams);
  const width = joint.sensors.length;
  const times: number[] = [];
  const values: number[] = [];
  const cursors = tables.map(() => 0);
  const momentOf = (at: number): number =>
    (tables[at] as StreamTable).frame.times[cursors[at] as number] ?? Number.POSITIVE_INFINITY;
  for (;;) {
    let first = 0;
    for (let at = 1; at < tables.length; at++) if (momentOf(at) < momentOf(first)) first = at;
    const moment = momentOf(first);
    if (moment === Number.POSITIVE_INFINITY) break;
    // What is said at a moment of the grid counts in its row.
    joint.advance(moment - every * 1e-6, (at, row, held) => {
      if (values.length + width > mostValues)
        throw new KitenError(
          'measurement/table-too-large',
          `The joint table has more than ${mostValues} readings.`,
        );
      times.push(at);
      for (const value of withoutHeld(row, held, repeats)) values.push(value);
    });
    const { stream, frame } = tables[first] as StreamTable;
    const row = (cursors[first] as number) * frame.channels.length;
    joint.take(stream, moment, frame.values.subarray(row, row + frame.channels.length));
    cursors[first] = (cursors[first] as number) + 1;
  }
  return {
    channels: joint.sensors.map(sensorName),
    ...{ rows: times.length, values: Float64Array.from(values), times: Float64Array.from(times) },
    ...{ interval: every, timeColumn: 'time', labels: new Map(), leftOut: [] },
  };
}

function refuseMany(sensors: number): void {
  if (sensors >= 2 && sensors <= mostSensors) return;
  throw new KitenError(
    'measurement/cross-too-many',
    `Sensors are checked against each other from 2 on, up to ${mostSensors}; these are ${sensors}.`,
    { detail: { sensors } },
  );
}
