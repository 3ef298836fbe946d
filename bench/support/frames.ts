import { readFileSync } from 'node:fs';
import { type Frame, FrameReader } from '@kiten/measurement';

/** A table of readings from a file. */
export function frameFrom(file: string): Frame {
  const reader = new FrameReader();
  reader.push(readFileSync(file, 'utf8'));
  return reader.end();
}

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
export function turned({ rows, channels, values, ...rest }: Frame): Frame {
  const width = channels.length;
  if (width < rows) return { rows, channels, values, ...rest };
  const other = Float64Array.from(
    values,
    (_, at) => values[(at % rows) * width + Math.trunc(at / rows)] as number,
  );
  return {
    ...rest,
    ...{ rows: width, values: other, times: Float64Array.from({ length: width }, (_, at) => at) },
    channels: Array.from({ length: rows }, (_, at) => `channel ${at + 1}`),
  };
}
