import { type Gram, LaggedProducts } from '@kiten/numerics';
import type { NormalRows } from './detector.ts';

/** Rows before a row that detectors are learned from, at most. */
export const mostLags = 3;

const known = new WeakMap<NormalRows, LaggedProducts>();

/** Of each row that has so many before it, joined with these, the newest first. Several detectors ask for it, of the same rows. */
export function joinedGram(normal: NormalRows, lags: number): Gram {
  return productsOf(normal).gram(lags);
}

function productsOf(normal: NormalRows): LaggedProducts {
  const { parts, values, channels } = normal;
  if (parts !== undefined) return parts.map(productsOf).reduce((one, other) => one.followedBy(other));
  const products = known.get(normal) ?? LaggedProducts.of(values, channels, mostLags);
  known.set(normal, products);
  return products;
}
