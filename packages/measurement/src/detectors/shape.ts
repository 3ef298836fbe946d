import { median } from '@kiten/numerics';
import {
  channelStatistics,
  type Detector,
  type DetectorKind,
  isNumbers,
  type NormalRows,
} from './detector.ts';
import { Passages } from './passages.ts';

/** What each channel went through, and how well it usually comes again. */
export interface ShapeModel {
  /** `rows` × channels: the last of the normal rows, each value bounded. */
  readonly history: Float64Array;
  /** What the nearest earlier passage usually leaves of a channel, in its deviations. */
  readonly usual: Float64Array;
}

/** Rows of a passage. */
const passage = 48;
/** Rows in which the nearest is looked for. */
const most = 10_000;
/** In deviations: what is farther is as far. A single jump must not be all that there is of a passage. */
const farthest = 20;
/** In deviations: less is left by rounding. */
const least = 1e-3;
/** Half as far as usual is no evidence. */
const leastNearness = 2;
/** Nearer than a thousandth of the usual is the same. */
const same = 1e-3;

/**
 * Sees a course that a channel never took (`shape`: a discord), and one that it took before and now takes again more exactly than
 * its noise allows (`near`: a recording that was disguised by noise, an offset or a gain). Both are told by the nearest earlier
 * passage of 48 rows: how many times farther it is than usual, and how many times nearer. A process that comes again by itself, day
 * by day, does so in its normal data, too, and as exactly.
 */
export const shape: DetectorKind<ShapeModel> = {
  name: 'shape',
  weight: 0.1,
  isOfNative: true,
  drift: 'kept',
  learn(normal) {
    const history = historyOf(normal);
    return { history, usual: usualOf(history, normal.channels) };
  },
  fits(model, channels): model is ShapeModel {
    const { history, usual } = model as Partial<ShapeModel>;
    return (
      history instanceof Float64Array &&
      history.length <= most * channels &&
      history.length % channels === 0 &&
      isNumbers(history, history.length) &&
      isNumbers(usual, channels) &&
      usual.every((each) => each > 0)
    );
  },
  start({ history, usual }, channels): Detector {
    const passages = Array.from(usual, (each, channel) => {
      const made = new Passages(passage, most, each);
      made.fill(columnOf(history, channels, channel));
      return made;
    });
    // The first passages are joined to what was learned, or to what came before a gap, and have a seam.
    let seam = passage;
    return {
      statistics: [
        ...channelStatistics(channels, 'shape'),
        ...Array.from({ length: channels }, (_, channel) => ({
          channel,
          sees: 'near',
          leastLimit: leastNearness,
        })),
      ],
      gap() {
        seam = passage;
      },
      push(row, into, at) {
        if (seam > 0) seam--;
        for (let channel = 0; channel < channels; channel++) {
          const nearest = (passages[channel] as Passages).push(bounded(row[channel] as number));
          const times = nearest === undefined || seam > 0 ? 1 : nearest.left / (usual[channel] as number);
          into[at + channel] = times;
          into[at + channels + channel] = 1 / Math.max(same, times);
        }
      },
    };
  },
};

function historyOf({ channels, values }: NormalRows): Float64Array {
  return values.slice(-most * channels).map(bounded);
}

function usualOf(history: Float64Array, channels: number): Float64Array {
  return Float64Array.from({ length: channels }, (_, channel) => {
    const column = columnOf(history, channels, channel);
    const half = column.length >> 1;
    const passages = new Passages(passage, most, least);
    passages.fill(column.subarray(0, half));
    const left: number[] = [];
    for (const value of column.subarray(half)) {
      const nearest = passages.push(value);
      if (nearest !== undefined) left.push(nearest.left);
    }
    return left.length === 0 ? least : Math.max(least, median(left));
  });
}

function columnOf(rows: Float64Array, channels: number, channel: number): Float64Array {
  return Float64Array.from(
    { length: rows.length / channels },
    (_, row) => rows[row * channels + channel] as number,
  );
}

function bounded(value: number): number {
  return Math.min(farthest, Math.max(-farthest, value));
}
