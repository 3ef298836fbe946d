import { silences } from '../physics/active/challenge.ts';
import type { Box } from '../physics/lidar/box.ts';
import type { Frame } from '../series/frame.ts';
import { simulatedEchoes } from './active-sensor.ts';
import { simulatedTracks } from './camera.ts';
import { simulatedFlight } from './flight.ts';
import { simulatedStreet } from './lidar.ts';
import { simulatedMems, simulatedMemsSensor } from './mems.ts';
import { simulatedRecording, simulatedRecordingRate } from './microphone.ts';
import type { FlightAttackKind } from './receiver.ts';

/** Attacks on sensors that can be simulated, by sensor. */
export const simulatedAttackKinds = [
  'gps-jamming',
  'gps-takeover',
  'gps-carry-off',
  'mems-gyroscope',
  'mems-accelerometer',
  'lidar-ghost',
  'lidar-removal',
  'microphone',
  'camera',
  'active-sensor',
] as const;

export type SimulatedAttackKind = (typeof simulatedAttackKinds)[number];

export interface AttackPlan {
  readonly kind: SimulatedAttackKind;
  /** As each kind counts: docs/measurement-physics.md. */
  readonly size?: number;
  /** The same without the attack. */
  readonly isCalm: boolean;
}

export interface SimulatedTables {
  /** By name; one, but of a flight. A label `attack` says where there is one. */
  readonly tables: ReadonlyMap<string, Frame>;
  /** Where a LiDAR is made to see a car. */
  readonly ghost?: Box;
  /** Cars that it sees and that are there. */
  readonly cars?: readonly Box[];
}

/**
 * Readings under an attack, as a sensor would have given them: all of it simulated, from two thirds of the time on.
 *
 * @param random between 0 and 1
 */
export function simulatedAttack({ kind, size, isCalm }: AttackPlan, random: () => number): SimulatedTables {
  switch (kind) {
    case 'gps-jamming':
    case 'gps-takeover':
    case 'gps-carry-off':
      return flight(kind.slice('gps-'.length) as FlightAttackKind, size, isCalm, random);
    case 'mems-gyroscope':
    case 'mems-accelerometer':
      return inertial(kind === 'mems-gyroscope' ? 'gyroscope' : 'accelerometer', size, isCalm, random);
    case 'lidar-ghost':
    case 'lidar-removal':
      return street(kind === 'lidar-ghost', size, isCalm, random);
    case 'microphone':
      return recording(size, isCalm, random);
    case 'camera':
      return pictures(size, isCalm, random);
    case 'active-sensor':
      return echoes(size, isCalm, random);
  }
}

function flight(
  kind: FlightAttackKind,
  size: number | undefined,
  isCalm: boolean,
  random: () => number,
): SimulatedTables {
  const from = 80;
  const attack = { kind, from, ...(size === undefined ? {} : { size }) };
  const made = simulatedFlight({ seconds: 120, ...(isCalm ? {} : { attack }) }, random);
  const began = Math.min(...[...made.values()].map(({ times }) => times[0] as number));
  const tables = [...made.values()].map(({ topic, times, columns }): [string, Frame] => [
    `${topic}_0`,
    frameOf(times, columns, (row) => !isCalm && (times[row] as number) >= began + from),
  ]);
  return { tables: new Map(tables) };
}

function inertial(
  target: 'gyroscope' | 'accelerometer',
  size: number | undefined,
  isCalm: boolean,
  random: () => number,
): SimulatedTables {
  const rate = 200;
  const [seconds, from] = [30, 20];
  const multiple = Math.round(simulatedMemsSensor.resonance[target] / rate) * rate;
  const sound = {
    ...{ target, from, amplitude: size ?? (target === 'gyroscope' ? 0.5 : 5) },
    frequency: multiple + 3 + 90 * random(),
  };
  const { times, gyroscope, accelerometer } = simulatedMems(
    { seconds, rate, ...(isCalm ? {} : { sound }) },
    random,
  );
  const columns = new Map(
    ['x', 'y', 'z'].flatMap((axis, at): [string, Float64Array][] => [
      [`gyroscope_${axis}`, gyroscope[at] as Float64Array],
      [`accelerometer_${axis}`, accelerometer[at] as Float64Array],
    ]),
  );
  return one(
    'inertial',
    frameOf(times, columns, (row) => !isCalm && (times[row] as number) >= from),
  );
}

function street(
  isGhost: boolean,
  size: number | undefined,
  isCalm: boolean,
  random: () => number,
): SimulatedTables {
  const from = 0.6 * (random() - 0.5);
  const attack = isGhost
    ? {
        kind: 'ghost' as const,
        distance: 6 + 6 * random(),
        azimuth: from / 3,
        points: Math.round(size ?? 60),
      }
    : { kind: 'removal' as const, from, to: from + ((size ?? 9) * Math.PI) / 180 };
  const { points, cars, ghost, drawn } = simulatedStreet(random, isCalm ? undefined : attack);
  const columns = new Map([
    ['x', Float64Array.from(points.x)],
    ['y', Float64Array.from(points.y)],
    ['z', Float64Array.from(points.z)],
  ]);
  const rows = Float64Array.from({ length: points.count }, (_, row) => row);
  return {
    ...one(
      'points',
      frameOf(rows, columns, (row) => drawn.has(row)),
    ),
    ...(ghost === undefined ? {} : { ghost }),
    cars,
  };
}

function recording(size: number | undefined, isCalm: boolean, random: () => number): SimulatedTables {
  const plan = { seconds: 3, ...(isCalm ? {} : { carrier: 25_000, depth: size ?? 0.8 }) };
  const sound = simulatedRecording(plan, random);
  const times = sound.map((_, row) => row / simulatedRecordingRate);
  return one(
    'recording',
    frameOf(times, new Map([['sound', sound]]), () => !isCalm),
  );
}

function pictures(size: number | undefined, isCalm: boolean, random: () => number): SimulatedTables {
  const seconds = 0.05;
  const [count, from] = [60, 40];
  const rows: number[][] = [];
  for (let picture = 0; picture < count; picture++) {
    const rate = [random() - 0.5, random() - 0.5, random() - 0.5] as const;
    const wrong = isCalm || picture < from ? 0 : (size ?? 0.5);
    for (const { from: before, to } of simulatedTracks(
      { rate, seconds, features: 60, speed: [0, 0, 1] },
      random,
    ))
      rows.push([picture * seconds, ...before, ...to, rate[0] + wrong, rate[1], rate[2]]);
  }
  const column = (at: number) => Float64Array.from(rows, (row) => row[at] as number);
  const names = ['from_x', 'from_y', 'to_x', 'to_y', 'gyroscope_x', 'gyroscope_y', 'gyroscope_z'];
  const columns = new Map(names.map((name, at): [string, Float64Array] => [name, column(at + 1)]));
  const times = column(0);
  return one(
    'tracks',
    frameOf(times, columns, (row) => !isCalm && (times[row] as number) >= from * seconds),
  );
}

function echoes(size: number | undefined, isCalm: boolean, random: () => number): SimulatedTables {
  const [samples, from] = [3000, 2000];
  const sent = silences(samples, 0.1, random);
  const attack = { amplitude: size ?? 1, reaction: 1, from };
  const heard = simulatedEchoes(sent, 0.05, random, isCalm ? undefined : attack);
  const columns = new Map([
    ['sent', Float64Array.from(sent)],
    ['heard', heard],
  ]);
  const rows = heard.map((_, row) => row);
  return one(
    'echoes',
    frameOf(rows, columns, (row) => !isCalm && row >= from),
  );
}

const one = (name: string, frame: Frame): SimulatedTables => ({ tables: new Map([[name, frame]]) });

function frameOf(
  times: Float64Array,
  columns: ReadonlyMap<string, Float64Array>,
  isAttacked: (row: number) => boolean,
): Frame {
  const names = [...columns.keys()];
  const values = new Float64Array(times.length * names.length);
  for (const [at, column] of [...columns.values()].entries())
    for (const [row, value] of column.entries()) values[row * names.length + at] = value;
  return {
    ...{ channels: names, rows: times.length, values, times, interval: undefined, timeColumn: 'time' },
    labels: new Map([['attack', times.map((_, row) => Number(isAttacked(row)))]]),
    leftOut: [],
  };
}
