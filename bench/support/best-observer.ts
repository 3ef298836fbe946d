import type { Frame } from '@kiten/measurement';
import { Cholesky, Gram } from '@kiten/numerics';

/** Rows of its own past, and of all other channels, that a channel is explained by. */
const ownRows = 12;
const otherRows = 2;
const ridge = 0.001;

interface Model {
  /** Weights of the channel's own past, the newest row first. */
  readonly own: Float64Array;
  /** Of what is left. */
  readonly deviation: number;
}

/**
 * How surely a fault can be told at all, by somebody who knows its course to the letter, when it would begin, and how the channel goes
 * with its own past and with all others, from the rows that are judged, too (a linear model; the matched filter of what is left).
 * Nobody who has to find out can do better, as far as the plant is linear.
 */
export class BestObserver {
  readonly #frame: Frame;
  readonly #models = new Map<number, Model>();

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  /**
   * @param course what is added to the channel, row by row; before it, nothing
   * @param falseShare how often such an observer may say that there is a fault where there is none, of all that are looked for
   * @returns the probability that it is told
   */
  tells(channel: string, course: Float64Array, falseShare: number): number {
    const { own, deviation } = this.#modelOf(channel);
    let power = 0;
    for (const [row, added] of course.entries()) {
      let left = added;
      for (let before = 1; before <= Math.min(ownRows, row); before++)
        left -= (own[before - 1] as number) * (course[row - before] as number);
      power += left ** 2;
    }
    return normalShare(Math.sqrt(power) / deviation - deviateOf(falseShare));
  }

  #modelOf(channel: string): Model {
    const at = this.#frame.channels.indexOf(channel);
    const model = this.#models.get(at) ?? this.#learn(at);
    this.#models.set(at, model);
    return model;
  }

  #learn(at: number): Model {
    const { values, rows, channels } = this.#frame;
    const width = channels.length;
    const moments = channels.map((_, channel) => momentsOf(values, width, channel));
    const said = (row: number, channel: number): number => {
      const { mean, deviation } = moments[channel] as Moments;
      return deviation === 0 ? 0 : ((values[row * width + channel] as number) - mean) / deviation;
    };
    const others = channels.map((_, channel) => channel).filter((channel) => channel !== at);
    const count = ownRows + others.length * (otherRows + 1);
    const gram = new Gram(count + 1);
    const row = new Float64Array(count + 1);
    for (let now = ownRows; now < rows; now++) {
      for (let before = 1; before <= ownRows; before++) row[before - 1] = said(now - before, at);
      for (const [place, channel] of others.entries())
        for (let before = 0; before <= otherRows; before++)
          row[ownRows + place * (otherRows + 1) + before] = said(now - before, channel);
      row[count] = said(now, at);
      gram.add(row);
    }
    const all = gram.matrix(ridge);
    const within = new Float64Array(count * count);
    const weights = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      weights[i] = all[i * (count + 1) + count] as number;
      for (let j = 0; j < count; j++) within[i * count + j] = all[i * (count + 1) + j] as number;
    }
    new Cholesky(within, count).solve(weights);
    const left = gram.meanSquare(Float64Array.from([...weights, -1]));
    return {
      own: weights.slice(0, ownRows),
      deviation: Math.sqrt(left) * (moments[at] as Moments).deviation,
    };
  }
}

export interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

/** Of one of so many channels. */
export function momentsOf(values: Float64Array, width: number, channel: number): Moments {
  const rows = values.length / width;
  let [sum, squares] = [0, 0];
  for (let at = channel; at < values.length; at += width) sum += (values[at] as number) / rows;
  for (let at = channel; at < values.length; at += width)
    squares += ((values[at] as number) - sum) ** 2 / rows;
  return { mean: sum, deviation: Math.sqrt(squares) };
}

/** Of the normal distribution below that deviate (Abramowitz and Stegun 26.2.17). */
function normalShare(deviate: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(deviate));
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const above = (Math.exp(-(deviate ** 2) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return deviate < 0 ? above : 1 - above;
}

/** The deviate that is exceeded with that probability (the same, 26.2.23). */
function deviateOf(probability: number): number {
  const t = Math.sqrt(-2 * Math.log(probability));
  return (
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  );
}
