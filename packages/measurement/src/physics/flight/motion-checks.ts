import { quantile, sorted } from '@kiten/numerics';
import type { Evidence } from './evidence.ts';
import { type Flight, type FlightTable, RowCursor, receiverTable } from './flight.ts';

/** Seconds over which two ways of knowing how fast it became are compared, at least and at most, and m/s that are too much. */
const spans = [
  { check: 'push', least: 0.9, most: 2.5, limit: 2.5 },
  { check: 'long push', least: 9.5, most: 12, limit: 3.5 },
] as const;
const longestStep = 2.5;
/** Seconds that a fix of u-blox receivers is old when it comes (EKF2_GPS_DELAY). */
const receiverDelay = 0.11;
const metresPerDegree = 111_195;

/**
 * The receiver against itself and against what pushes the vehicle. A transmitter on the ground moves the receiver's position,
 * not the vehicle: accelerometers don't feel it (Khanafseh et al., “GPS spoofing detection using RAIM with INS coupling”, PLANS
 * 2014).
 */
export function motionChecks(flight: Flight): Evidence[] {
  const table = receiverTable(flight);
  if (table === undefined) return [];
  return [jump(table), ...pushes(flight, table)].filter((each) => each !== undefined);
}

/** How far, in metres, a fix lies from where the velocities that were reported lead from the fix before. */
function jump({ topic, times, columns }: FlightTable): Evidence | undefined {
  const [north, east] = [columns.get('vel_n_m_s'), columns.get('vel_e_m_s')];
  const inDegrees = columns.has('latitude_deg');
  const latitudes = columns.get(inDegrees ? 'latitude_deg' : 'lat');
  const longitudes = columns.get(inDegrees ? 'longitude_deg' : 'lon');
  if (north === undefined || east === undefined || latitudes === undefined || longitudes === undefined)
    return undefined;
  // Before version 1.14: in 1e-7 degrees.
  const unit = inDegrees ? 1 : 1e-7;
  const values = times.map((time, row) => {
    if (row === 0) return Number.NaN;
    const seconds = time - (times[row - 1] as number);
    if (seconds <= 0 || seconds > longestStep) return Number.NaN;
    const mean = (of: Float64Array) => ((of[row] as number) + (of[row - 1] as number)) / 2;
    const moved = (of: Float64Array) =>
      ((of[row] as number) - (of[row - 1] as number)) * unit * metresPerDegree;
    const shrink = Math.cos(((latitudes[row] as number) * unit * Math.PI) / 180);
    return Math.hypot(
      moved(latitudes) - mean(north) * seconds,
      moved(longitudes) * shrink - mean(east) * seconds,
    );
  });
  const reads = [
    inDegrees ? 'latitude_deg' : 'lat',
    inDegrees ? 'longitude_deg' : 'lon',
    'vel_n_m_s',
    'vel_e_m_s',
  ];
  return {
    ...{ check: 'jump', family: 'motion', limit: 6, times, values },
    reads: reads.map((name) => `${topic}.${name}`),
  };
}

/**
 * By how many m/s the velocity changed other than accelerometers felt, level: within a second, which sees who takes over at once, and
 * within ten, which sees who leads away. What remains of tilt and bias of the accelerometers, a hundredth of gravity, is 1 m/s then.
 */
function pushes(flight: Flight, { topic, times, columns }: FlightTable): Evidence[] {
  const [north, east] = [columns.get('vel_n_m_s'), columns.get('vel_e_m_s')];
  const felt = feltVelocity(flight);
  if (north === undefined || east === undefined || felt === undefined) return [];
  const cursor = new RowCursor(felt.times);
  const rows = times.map((time) => cursor.at(time - receiverDelay));
  const reads = [`${topic}.vel_n_m_s`, `${topic}.vel_e_m_s`, 'sensor_combined.accelerometer_m_s2'];
  return spans.map(({ check, least, most, limit }) => {
    let from = 0;
    const values = times.map((time, row) => {
      while (from + 1 < row && time - (times[from + 1] as number) >= least) from++;
      const seconds = time - (times[from] as number);
      const [now, then] = [rows[row] as number, rows[from] as number];
      if (seconds < least || seconds > most || then < 0) return Number.NaN;
      const change = (of: Float64Array, to: number, since: number) =>
        (of[to] as number) - (of[since] as number);
      return Math.hypot(
        change(north, row, from) - change(felt.north, now, then),
        change(east, row, from) - change(felt.east, now, then),
      );
    });
    return { check, family: 'motion', limit, times, values, reads };
  });
}

interface FeltVelocity {
  readonly times: Float64Array;
  /** Integrals of acceleration since the log began, in m/s. */
  readonly north: Float64Array;
  readonly east: Float64Array;
}

/** Accelerations, turned level by the attitude (quaternion from body to north-east-down) and summed up. */
function feltVelocity(flight: Flight): FeltVelocity | undefined {
  const inertial = flight.get('sensor_combined');
  const attitude = attitudeOf(flight);
  const axes = [0, 1, 2].map((axis) => inertial?.columns.get(`accelerometer_m_s2[${axis}]`));
  const [forward, right, down] = axes;
  if (inertial === undefined || attitude === undefined) return undefined;
  if (forward === undefined || right === undefined || down === undefined) return undefined;
  const { times } = inertial;
  const [north, east] = [new Float64Array(times.length), new Float64Array(times.length)];
  const usual = usualStep(times);
  const cursor = new RowCursor(attitude.times);
  for (let row = 1; row < times.length; row++) {
    const time = times[row] as number;
    const [w, x, y, z] = attitudeAt(attitude, Math.max(0, cursor.at(time)), time);
    const [a, b, c] = [forward[row] as number, right[row] as number, down[row] as number];
    // Where the log has a hole nothing is known.
    const step = (times[row] as number) - (times[row - 1] as number);
    const seconds = step > 20 * usual ? 0 : step;
    const toNorth = (1 - 2 * (y * y + z * z)) * a + 2 * (x * y - w * z) * b + 2 * (x * z + w * y) * c;
    const toEast = 2 * (x * y + w * z) * a + (1 - 2 * (x * x + z * z)) * b + 2 * (y * z - w * x) * c;

    north[row] = (north[row - 1] as number) + (Number.isNaN(toNorth) ? 0 : toNorth) * seconds;
    east[row] = (east[row - 1] as number) + (Number.isNaN(toEast) ? 0 : toEast) * seconds;
  }
  return { times, north, east };
}

interface Attitudes {
  readonly times: Float64Array;
  /** Four columns. */
  readonly quaternion: readonly Float64Array[];
}

type Quaternion = [w: number, x: number, y: number, z: number];

/** Attitudes come more slowly than accelerations: between two rows in proportion, which is close enough for small turns. */
function attitudeAt({ times, quaternion }: Attitudes, row: number, time: number): Quaternion {
  const next = Math.min(row + 1, times.length - 1);
  const [from, to] = [times[row] as number, times[next] as number];
  const before = quaternion.map((part) => part[row] as number) as Quaternion;
  if (to <= from || to - from > longestStep) return before;
  const share = Math.min(1, Math.max(0, (time - from) / (to - from)));
  const after = quaternion.map((part) => part[next] as number);
  // A quaternion and its opposite are the same attitude.
  const sign = before.reduce((sum, part, at) => sum + part * (after[at] as number), 0) < 0 ? -1 : 1;
  const mixed = before.map((part, at) => part * (1 - share) + sign * share * (after[at] as number));
  const length = Math.hypot(...mixed);
  return mixed.map((part) => part / length) as Quaternion;
}

function attitudeOf(flight: Flight): Attitudes | undefined {
  for (const [topic, name] of [
    ['vehicle_attitude', 'q'],
    ['estimator_status', 'states'],
  ] as const) {
    const table = flight.get(topic);
    const quaternion = [0, 1, 2, 3].map((part) => table?.columns.get(`${name}[${part}]`));
    if (table !== undefined && quaternion.every((part) => part !== undefined))
      return { times: table.times, quaternion };
  }
  return undefined;
}

function usualStep(times: Float64Array): number {
  if (times.length < 2) return 1;
  return quantile(sorted(times.slice(1).map((time, row) => time - (times[row] as number))), 0.5);
}
