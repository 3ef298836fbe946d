import { multiply, symmetricEigen } from '@kiten/numerics';
import { type Detector, isNumbers, type NormalRows } from './detector.ts';
import { joinedGram } from './products.ts';
import { isLags, Window } from './window.ts';

export interface PrincipalModel {
  readonly lags: number;
  /** Variances along the principal components that are kept, falling. */
  readonly variances: Float64Array;
  /** Each of these components, over the channels of this row and of `lags` rows before. */
  readonly components: Float64Array;
}

/** The share of variance that the components hold which are kept. */
const kept = 0.9;

export function learnPrincipal(normal: NormalRows, lags: number): PrincipalModel {
  const order = normal.channels * (lags + 1);
  const { values, vectors } = symmetricEigen(joinedGram(normal, lags).matrix(), order);
  const total = values.reduce((sum, each) => sum + Math.max(0, each), 0);
  let [count, sum] = [0, 0];
  while (count < order && sum < kept * total) sum += values[count++] as number;
  return { lags, variances: values.slice(0, count), components: vectors.slice(0, count * order) };
}

export function fitsPrincipal(model: object, channels: number): model is PrincipalModel {
  const { lags, variances, components } = model as Partial<PrincipalModel>;
  if (!isLags(lags) || !(variances instanceof Float64Array)) return false;
  const order = channels * (lags + 1);
  return (
    variances.length <= order &&
    variances.every((each) => each > 0) &&
    isNumbers(components, variances.length * order)
  );
}

/**
 * Two statistics (Jackson & Mudholkar, Technometrics 21(3), 1979): T, how far a row is from the mean within the plane of the
 * components, in their deviations (Hotelling), and √Q, how far from that plane.
 */
export function startPrincipal(
  { lags, variances, components }: PrincipalModel,
  channels: number,
  sees: string,
): Detector {
  const window = new Window(channels, lags);
  const scores = new Float64Array(variances.length);
  let rows = 0;
  return {
    statistics: [
      { channel: undefined, sees },
      { channel: undefined, sees },
    ],
    gap() {
      rows = 0;
    },
    push(row, into, at) {
      const joined = window.push(row);
      if (rows++ < lags) return;
      let [within, left] = [0, 0];
      for (let from = 0; from < joined.length; from++) left += (joined[from] as number) ** 2;
      multiply(components, joined, scores);
      for (let component = 0; component < scores.length; component++) {
        const score = scores[component] as number;
        within += (score * score) / (variances[component] as number);
        left -= score * score;
      }
      into[at] = Math.sqrt(within);
      into[at + 1] = Math.sqrt(Math.max(0, left));
    },
  };
}
