/** How far an output is moved where it is moved farthest. */
export interface Shift {
  readonly output: string;
  /** In the output's unit, with its sign. */
  readonly shift: number;
  /** In the output's own deviations, by which different outputs are compared. */
  readonly relative: number;
}

/** @param should `rows` × outputs, as is `does` @param spread of each output */
export function farthestShift(
  outputs: readonly string[],
  should: Float64Array,
  does: Float64Array,
  spread: Float64Array,
): Shift {
  let farthest: Shift = { output: outputs[0] as string, shift: 0, relative: 0 };
  for (const [place, value] of does.entries()) {
    const column = place % outputs.length;
    const shift = value - (should[place] as number);
    const relative = Math.abs(shift) / (spread[column] as number);
    if (relative > farthest.relative) farthest = { output: outputs[column] as string, shift, relative };
  }
  return farthest;
}

/** The deviation of each of `width` columns; 1 for one that never moves. */
export function spreadOf(values: Float64Array, width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, column) => {
    let [count, mean, squares] = [0, 0, 0];
    for (let at = column; at < values.length; at += width) {
      const value = values[at] as number;
      if (Number.isNaN(value)) continue;
      const away = value - mean;
      mean += away / ++count;
      squares += away * (value - mean);
    }
    const deviation = Math.sqrt(squares / Math.max(1, count));
    return deviation > 1e-12 ? deviation : 1;
  });
}
