import type { Detector, DetectorKind, NormalRows } from '../../src/detectors/detector.ts';

/** Rows of numbers as a detector is taught them. */
export function rowsOf(rows: readonly (readonly number[])[], times?: readonly number[]): NormalRows {
  const [first = []] = rows;
  return {
    ...{ channels: first.length, rows: rows.length },
    values: Float64Array.from(rows.flat()),
    times: times === undefined ? undefined : Float64Array.from(times),
  };
}

/** What a detector says of each row. */
export function said(
  detector: Detector,
  rows: readonly (readonly number[])[],
  times?: readonly number[],
): Float64Array[] {
  return rows.map((row, at) => {
    const into = new Float64Array(detector.statistics.length);
    detector.push(Float64Array.from(row), into, 0, times?.[at]);
    return into;
  });
}

/** What it says of each row after it was taught others. */
export function saidOf<Model extends object>(
  kind: DetectorKind<Model>,
  normal: NormalRows,
  rows: readonly (readonly number[])[],
  times?: readonly number[],
): Float64Array[] {
  return said(kind.start(kind.learn(normal), normal.channels), rows, times);
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;

/** Normal deviates from even chance (Box & Muller, Annals of Mathematical Statistics 29, 1958). */
export function deviates(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
