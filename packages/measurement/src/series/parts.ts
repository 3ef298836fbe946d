import type { Frame } from './frame.ts';

/** Rows of a table, from one on to the one before another, with their labels. */
export function rowsOf(frame: Frame, from: number, to: number): Frame {
  const width = frame.channels.length;
  return {
    ...frame,
    rows: to - from,
    values: frame.values.subarray(from * width, to * width),
    times: frame.times.subarray(from, to),
    labels: new Map([...frame.labels].map(([name, values]) => [name, values.subarray(from, to)])),
  };
}

/** With a row for each moment, of a table that has a line for each channel. */
export function turned(frame: Frame): Frame {
  const { rows: width, values } = frame;
  const rows = frame.channels.length;
  return {
    ...{ rows, timeColumn: undefined, interval: undefined, labels: new Map() },
    channels: Array.from({ length: width }, (_, at) => `channel ${at + 1}`),
    values: Float64Array.from(
      values,
      (_, at) => values[(at % width) * rows + Math.trunc(at / width)] as number,
    ),
    times: Float64Array.from({ length: rows }, (_, row) => row),
    leftOut: frame.leftOut,
  };
}
