import { Gram, symmetricEigen } from '@kiten/numerics';
import type { Readings } from './consumer.ts';

/** So many of the ways in which channels move together are tried. */
const mostTogether = 6;

/**
 * Ways to alter the channels that an attacker holds, each as an amount a channel, of length 1 in `deviations`: every one by
 * itself, and the ways in which they move together when all is well, which betray themselves least.
 */
export function directionsOf(
  { rows, values }: Readings,
  held: readonly number[],
  deviations: Float64Array,
): Float64Array[] {
  const width = deviations.length;
  const gram = new Gram(held.length);
  const means = held.map((channel) => meanOf(values, rows, width, channel));
  const row = new Float64Array(held.length);
  for (let at = 0; at < rows; at++) {
    for (const [place, channel] of held.entries()) {
      const away = (values[at * width + channel] as number) - (means[place] as number);
      row[place] = Number.isNaN(away) ? 0 : away / (deviations[channel] as number);
    }
    gram.add(row);
  }
  const { vectors } = symmetricEigen(gram.matrix(), held.length);
  const together = held.length === 1 ? 0 : Math.min(mostTogether, held.length);
  return [
    ...held.map((_, place) => placed(held, width, (at) => (at === place ? 1 : 0))),
    ...Array.from({ length: together }, (_, way) =>
      placed(held, width, (at) => vectors[way * held.length + at] as number),
    ),
  ];
}

function placed(held: readonly number[], width: number, amount: (place: number) => number): Float64Array {
  const direction = new Float64Array(width);
  for (const [place, channel] of held.entries()) direction[channel] = amount(place);
  return direction;
}

function meanOf(values: Float64Array, rows: number, width: number, channel: number): number {
  let [sum, count] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const value = values[row * width + channel] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / Math.max(1, count);
}
