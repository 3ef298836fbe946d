import { quantile, sorted } from '@kiten/numerics';
import {
  channelStatistics,
  type Detector,
  type DetectorKind,
  isNumbers,
  type NormalRows,
  rowOf,
  stretchesOf,
} from './detector.ts';

export interface HistogramModel {
  /** Between the bins of each channel, one fewer than bins, rising. */
  readonly edges: Float64Array;
  /** How many of a window's rows were in each bin, at least and at most. */
  readonly fewest: Float64Array;
  readonly most: Float64Array;
}

const bins = 8;
/** Rows that a window has. */
const window = 60;

/**
 * A baseline: sees a channel spend its time at other values than it does, each of them usual: how many of the last 60 rows are in
 * a bin beyond what any window had there, or are missing from it.
 */
export const histogram: DetectorKind<HistogramModel> = {
  name: 'histogram',
  weight: 0.2,
  learn(normal) {
    const { channels } = normal;
    const edges = edgesOf(normal);
    const fewest = new Float64Array(channels * bins).fill(window);
    const most = new Float64Array(channels * bins);
    const recent = new Recent(edges, channels);
    for (const stretch of stretchesOf(normal))
      for (let row = 0; row < stretch.rows; row++) {
        recent.push(rowOf(stretch, row));
        if (row < window - 1) continue;
        for (let at = 0; at < fewest.length; at++) {
          const count = recent.counts[at] as number;
          if (count < (fewest[at] as number)) fewest[at] = count;
          if (count > (most[at] as number)) most[at] = count;
        }
      }
    // Between gaps that are never a window apart, nothing is known of one.
    if (most.every((count) => count === 0)) return { edges, fewest: most, most: most.map(() => window) };
    return { edges, fewest, most };
  },
  fits(model, channels): model is HistogramModel {
    const { edges, fewest, most } = model as Partial<HistogramModel>;
    return (
      isNumbers(edges, channels * (bins - 1)) &&
      isNumbers(fewest, channels * bins) &&
      isNumbers(most, channels * bins)
    );
  },
  start({ edges, fewest, most }, channels): Detector {
    const recent = new Recent(edges, channels);
    let rows = 0;
    return {
      statistics: channelStatistics(channels, 'histogram'),
      gap() {
        rows = 0;
      },
      push(row, into, at) {
        recent.push(row);
        rows = Math.min(window, rows + 1);
        for (let channel = 0; channel < channels; channel++) {
          let beyond = 0;
          for (let bin = channel * bins; bin < (channel + 1) * bins; bin++) {
            const count = recent.counts[bin] as number;
            if (count > (most[bin] as number)) beyond += count - (most[bin] as number);
            else if (count < (fewest[bin] as number)) beyond += (fewest[bin] as number) - count;
          }
          into[at + channel] = rows < window ? 0 : beyond / window;
        }
      },
    };
  },
};

/** In which bins the last rows were. */
class Recent {
  readonly counts: Float64Array;
  readonly #edges: Float64Array;
  readonly #channels: number;
  /** The bin of each channel in each row of the window, one more; 0: no row yet. */
  readonly #kept: Uint8Array;
  #next = 0;

  constructor(edges: Float64Array, channels: number) {
    this.#edges = edges;
    this.#channels = channels;
    this.counts = new Float64Array(channels * bins);
    this.#kept = new Uint8Array(channels * window);
  }

  push(row: Float64Array): void {
    const { counts } = this;
    const start = this.#next * this.#channels;
    for (let channel = 0; channel < this.#channels; channel++) {
      const old = this.#kept[start + channel] as number;
      const bin = this.#binOf(channel, row[channel] as number);
      const from = channel * bins;
      if (old > 0) counts[from + old - 1] = (counts[from + old - 1] as number) - 1;
      counts[from + bin] = (counts[from + bin] as number) + 1;
      this.#kept[start + channel] = bin + 1;
    }
    this.#next = (this.#next + 1) % window;
  }

  #binOf(channel: number, value: number): number {
    const start = channel * (bins - 1);
    let bin = 0;
    while (bin < bins - 1 && value > (this.#edges[start + bin] as number)) bin++;
    return bin;
  }
}

/** The outermost bins are what was hardly ever seen; between them, bins have equally many rows. */
function edgesOf(normal: NormalRows): Float64Array {
  const edges = new Float64Array(normal.channels * (bins - 1));
  const values = new Float64Array(normal.rows);
  for (let channel = 0; channel < normal.channels; channel++) {
    for (let row = 0; row < normal.rows; row++)
      values[row] = normal.values[row * normal.channels + channel] as number;
    const ascending = sorted(values);
    for (let edge = 0; edge < bins - 1; edge++) {
      const share = Math.min(0.999, Math.max(0.001, edge / (bins - 2)));
      edges[channel * (bins - 1) + edge] = quantile(ascending, share);
    }
  }
  return edges;
}
