import type { Frame } from '../../series/frame.ts';

/** What one topic of a flight's log holds. */
export interface FlightTable {
  readonly topic: string;
  /** Seconds since the autopilot started, of each row. */
  readonly times: Float64Array;
  /** By the names that PX4 gives them; NaN is missing. */
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/** A flight's tables by topic. Any of them may be missing, and any column of theirs. */
export type Flight = ReadonlyMap<string, FlightTable>;

/** The topics of uORB that are understood, under the names that PX4 has given them over the years. */
const topics = [
  'vehicle_gps_position',
  'sensor_gps',
  'satellite_info',
  'estimator_innovations',
  'estimator_innovation_test_ratios',
  'ekf2_innovations',
  'estimator_status',
  // Known so that it is not taken for the one before, whose name is the end of its own.
  'yaw_estimator_status',
  'vehicle_local_position',
  'vehicle_attitude',
  'sensor_combined',
  'vehicle_air_data',
  'sensor_baro',
] as const;

export type FlightTopic = (typeof topics)[number];

/**
 * Which topic a file of `ulog2csv` (pyulog) holds: its name ends with topic and instance. Only instance 0 is taken: it is
 * what the estimator uses first.
 */
export function flightTopicOf(fileName: string): FlightTopic | undefined {
  const stem = /^(.*)_0\.csv$/i.exec(fileName)?.[1]?.toLowerCase();
  if (stem === undefined) return undefined;
  const fitting = topics.filter((topic) => stem === topic || stem.endsWith(`_${topic}`));
  return fitting.reduce<FlightTopic | undefined>(
    (longest, topic) => (topic.length > (longest?.length ?? 0) ? topic : longest),
    undefined,
  );
}

export function flightTable(topic: FlightTopic, { channels, rows, values, times }: Frame): FlightTable {
  const width = channels.length;
  const columns = channels.map((name, at): [string, Float64Array] => [
    name,
    Float64Array.from({ length: rows }, (_, row) => values[row * width + at] as number),
  ]);
  return { topic, times, columns: new Map(columns) };
}

/** Where the receiver’s fixes are; `undefined` where the log has none. */
export function receiverTable(flight: Flight): FlightTable | undefined {
  return flight.get('vehicle_gps_position') ?? flight.get('sensor_gps');
}

/** The last row at or before a moment, for moments that don't fall; −1: none. */
export class RowCursor {
  readonly #times: Float64Array;
  #row = -1;

  constructor(times: Float64Array) {
    this.#times = times;
  }

  at(time: number): number {
    while (this.#row + 1 < this.#times.length && (this.#times[this.#row + 1] as number) <= time) this.#row++;
    return this.#row;
  }
}
