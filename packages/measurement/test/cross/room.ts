import { chance, type StreamTable } from '../../src/index.ts';

/** Thermometers in one room, each in a device of its own: `room-0/air` and so on. */
export function room(
  count: number,
  seed: number,
  alter: (row: number, sensor: number) => number = () => 0,
): StreamTable[] {
  const random = chance(seed);
  const noise = () => (random() + random() + random() + random() - 2) * 0.17;
  const length = 3000;
  const truth = Float64Array.from({ length }, (_, row) => 20 + 3 * Math.sin(row / 90) + Math.sin(row / 17));
  return Array.from({ length: count }, (_, sensor) => ({
    stream: `room-${sensor}/air`,
    frame: {
      ...{ channels: ['temperature'], rows: length, interval: 60, timeColumn: 'time' },
      times: Float64Array.from({ length }, (_, row) => row * 60 + sensor),
      values: truth.map((value, row) => Number((value + noise() + alter(row, sensor)).toFixed(3))),
      ...{ labels: new Map(), leftOut: [] },
    },
  }));
}
