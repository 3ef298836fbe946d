import type { Frame } from '../series/frame.ts';

/** What makes a channel's readings comparable with another's. */
export interface Standard {
  readonly means: Float64Array;
  /** Never 0: a channel that never moved has what rounding could have hidden. */
  readonly deviations: Float64Array;
}

export function standardOf({ channels, rows, values }: Frame): Standard {
  const width = channels.length;
  const means = new Float64Array(width);
  const deviations = new Float64Array(width);
  for (let channel = 0; channel < width; channel++) {
    let [count, mean, squares] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const value = values[row * width + channel] as number;
      if (Number.isNaN(value)) continue;
      const away = value - mean;
      mean += away / ++count;
      squares += away * (value - mean);
    }
    const deviation = Math.sqrt(squares / Math.max(1, count));
    means[channel] = mean;
    deviations[channel] = deviation > 1e-9 * (1 + Math.abs(mean)) ? deviation : 1e-3 * (1 + Math.abs(mean));
  }
  return { means, deviations };
}

/** Standardises row after row; what is missing stays as it was, at first at the mean. */
export class Standardiser {
  readonly #standard: Standard;
  readonly #row: Float64Array;

  constructor(standard: Standard) {
    this.#standard = standard;
    this.#row = new Float64Array(standard.means.length);
  }

  /** The array that is returned is the same each time. */
  push(values: Float64Array): Float64Array {
    const { means, deviations } = this.#standard;
    const row = this.#row;
    for (let channel = 0; channel < row.length; channel++) {
      const value = values[channel] as number;
      if (!Number.isNaN(value))
        row[channel] = (value - (means[channel] as number)) / (deviations[channel] as number);
    }
    return row;
  }
}
