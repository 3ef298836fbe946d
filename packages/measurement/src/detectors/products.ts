import { Gram, LaggedProducts } from '@kiten/numerics';
import { type NormalRows, stretchesOf } from './detector.ts';

/** Rows before a row that detectors are learned from, at most. */
export const mostLags = 3;

const known = new WeakMap<NormalRows, LaggedProducts>();

/** Of each row that has so many before it, joined with these, the newest first. Several detectors ask for it, of the same rows. */
export function joinedGram(normal: NormalRows, lags: number): Gram {
  return sumOf(stretchesOf(normal).map((stretch) => productsOf(stretch).gram(lags)));
}

/** As if the rows of all had been added to one. */
export function sumOf(grams: readonly Gram[]): Gram {
  const [first, ...more] = grams as [Gram, ...Gram[]];
  if (more.length === 0) return first;
  const { order } = first;
  const sums = new Float64Array(order * order);
  let all = 0;
  for (const gram of grams) {
    if (gram.rows === 0) continue;
    for (const [at, mean] of gram.matrix().entries()) sums[at] = (sums[at] as number) + mean * gram.rows;
    all += gram.rows;
  }
  return Gram.of(sums, order, all);
}

function productsOf(normal: NormalRows): LaggedProducts {
  const { parts, values, channels } = normal;
  if (parts !== undefined) return parts.map(productsOf).reduce((one, other) => one.followedBy(other));
  const products = known.get(normal) ?? LaggedProducts.of(values, channels, mostLags);
  known.set(normal, products);
  return products;
}
