import { Cholesky, Gram } from '@kiten/numerics';
import { type Detector, type DetectorKind, isNumbers, type NormalRows, rowOf } from './detector.ts';
import { periodsOf } from './period.ts';
import { Smoothing } from './smoothing.ts';

export interface SeasonModel {
  /** Seconds; 0: nothing comes again, or nobody said what time it was. */
  readonly period: number;
  /** For each channel its mean, then cosine and sine of each harmonic. */
  readonly coefficients: Float64Array;
  /** The standard deviation of what is left, for each channel. */
  readonly deviations: Float64Array;
}

const harmonics = 3;
const terms = 2 * harmonics + 1;
/** The share of variance that a season has to explain of data that it was not fitted to. */
const leastShare = 0.05;
const least = 0.003;

/**
 * Sees a channel that is not as it is at this hour: the day, the week or a period that was found, as a sum of three harmonics;
 * what is left, at three time scales. It needs the time of each row.
 */
export const season: DetectorKind<SeasonModel> = {
  name: 'season',
  weight: 0.5,
  learn(normal) {
    const { channels } = normal;
    const none = { period: 0, coefficients: new Float64Array(channels * terms), deviations: unit(channels) };
    let best: SeasonModel = none;
    let most = leastShare;
    for (const period of periodsOf(normal)) {
      const share = explained(normal, period);
      if (share > most) [best, most] = [fit(normal, period, 0, normal.rows), share];
    }
    return best;
  },
  fits(model, channels): model is SeasonModel {
    const { period, coefficients, deviations } = model as Partial<SeasonModel>;
    return (
      typeof period === 'number' &&
      period >= 0 &&
      isNumbers(coefficients, channels * terms) &&
      isNumbers(deviations, channels) &&
      deviations.every((each) => each > 0)
    );
  },
  start(model, channels): Detector {
    const smoothing = new Smoothing(channels, 'season');
    const residual = new Float64Array(channels);
    const wave = new Float64Array(terms);
    return {
      statistics: smoothing.statistics,
      bound: (most) => smoothing.bound(most),
      push(row, into, at, time) {
        if (model.period === 0 || time === undefined) residual.fill(0);
        else residualOf(model, row, waveAt(time, model.period, wave), residual);
        smoothing.push(residual, into, at);
      },
    };
  },
};

function residualOf(
  { coefficients, deviations }: SeasonModel,
  row: Float64Array,
  wave: Float64Array,
  into: Float64Array,
): void {
  for (let channel = 0; channel < into.length; channel++) {
    let rest = row[channel] as number;
    for (let term = 0; term < terms; term++)
      rest -= (coefficients[channel * terms + term] as number) * (wave[term] as number);
    into[channel] = rest / (deviations[channel] as number);
  }
}

function waveAt(time: number, period: number, into: Float64Array): Float64Array {
  const angle = (2 * Math.PI * (time % period)) / period;
  into[0] = 1;
  for (let harmonic = 1; harmonic <= harmonics; harmonic++) {
    into[2 * harmonic - 1] = Math.cos(harmonic * angle);
    into[2 * harmonic] = Math.sin(harmonic * angle);
  }
  return into;
}

/** Least squares over the rows `from` … `to`. */
function fit(normal: NormalRows, period: number, from: number, to: number): SeasonModel {
  const { channels } = normal;
  const times = normal.times as Float64Array;
  const gram = new Gram(terms);
  const sums = new Float64Array(channels * terms);
  const wave = new Float64Array(terms);
  for (let row = from; row < to; row++) {
    gram.add(waveAt(times[row] as number, period, wave));
    const values = rowOf(normal, row);
    for (let at = 0; at < sums.length; at++)
      sums[at] =
        (sums[at] as number) +
        ((values[Math.trunc(at / terms)] as number) * (wave[at % terms] as number)) / (to - from);
  }
  const normalEquations = new Cholesky(gram.matrix(1e-3), terms);
  for (let channel = 0; channel < channels; channel++)
    normalEquations.solve(sums.subarray(channel * terms, (channel + 1) * terms));
  const model = { period, coefficients: sums, deviations: unit(channels) };
  return { ...model, deviations: deviationsOf(normal, model, from, to) };
}

function deviationsOf(normal: NormalRows, model: SeasonModel, from: number, to: number): Float64Array {
  const squares = new Float64Array(normal.channels);
  const residual = new Float64Array(normal.channels);
  const wave = new Float64Array(terms);
  for (let row = from; row < to; row++) {
    waveAt((normal.times as Float64Array)[row] as number, model.period, wave);
    residualOf(model, rowOf(normal, row), wave, residual);
    for (let channel = 0; channel < squares.length; channel++)
      squares[channel] = (squares[channel] as number) + (residual[channel] as number) ** 2;
  }
  return squares.map((sum) => Math.max(least, Math.sqrt(sum / Math.max(1, to - from))));
}

/** The share of variance that one half of the rows explains of the other, the mean over channels. */
function explained(normal: NormalRows, period: number): number {
  const middle = Math.trunc(normal.rows / 2);
  const left = deviationsOf(
    normal,
    { ...fit(normal, period, 0, middle), deviations: unit(normal.channels) },
    middle,
    normal.rows,
  );
  return left.reduce((sum, deviation) => sum + 1 - deviation * deviation, 0) / normal.channels;
}

const unit = (count: number): Float64Array => new Float64Array(count).fill(1);
