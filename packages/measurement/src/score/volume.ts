import { type RowRange, rangesOf } from './range.ts';
import { orderOf } from './ranking.ts';

/** So many thresholds are tried, spread evenly over the sorted scores. */
const thresholds = 250;

/**
 * Volume under the surface of precision and recall, VUS-PR (Paparrizos, Boniol, Palpanas, Tsay, Elmore, Franklin: “Volume
 * under the surface”, PVLDB 15, 2022): the area under the curve, averaged over all buffers from 0 to `widest` rows within
 * which an alarm beside an attack counts in part. The work grows with `widest`.
 *
 * @param widest rows; about the length of a period of the data
 */
export function volumeUnderPrecisionRecall(
  labels: ArrayLike<number>,
  scores: Float64Array,
  widest: number,
): number | undefined {
  const attacks = rangesOf(labels);
  if (attacks.length === 0) return undefined;
  const order = orderOf(scores);
  const cuts = Array.from({ length: thresholds }, (_, at) => {
    const place = Math.trunc((at * (scores.length - 1)) / (thresholds - 1));
    return scores[order[place] as number] as number;
  });
  let volume = 0;
  for (let buffer = 0; buffer <= widest; buffer++)
    volume += areaUnder(surroundings(attacks, buffer, labels.length), labels, scores, order, cuts);
  return volume / (widest + 1);
}

/** What an alarm is worth in each row, and which zone around attacks the row lies in (−1: none). */
interface Surroundings {
  readonly worth: Float64Array;
  readonly zone: Int32Array;
  readonly zones: number;
}

function surroundings(attacks: readonly RowRange[], buffer: number, rows: number): Surroundings {
  const worth = new Float64Array(rows);
  const zone = new Int32Array(rows).fill(-1);
  const reach = Math.trunc(buffer / 2);
  let zones = 0;
  let covered = -1;
  for (const { first, last } of attacks) {
    if (zones === 0 || first - reach > covered) zones++;
    covered = Math.min(rows - 1, last + reach);
    zone.fill(zones - 1, Math.max(0, first - reach), covered + 1);
    for (let away = 1; away <= reach; away++) {
      const part = Math.sqrt(1 - away / buffer);
      for (const row of [first - away, last + away])
        if (row >= 0 && row < rows) worth[row] = Math.min(1, (worth[row] as number) + part);
    }
  }
  for (const { first, last } of attacks) worth.fill(1, first, last + 1);
  return { worth, zone, zones };
}

function areaUnder(
  { worth, zone, zones }: Surroundings,
  labels: ArrayLike<number>,
  scores: Float64Array,
  order: Uint32Array,
  cuts: readonly number[],
): number {
  let attacked = 0;
  for (let row = 0; row < labels.length; row++) if (labels[row] !== 0) attacked++;
  const isFound = new Uint8Array(zones);
  let [hits, hitsBeside, called, found, area, recallBefore] = [0, 0, 0, 0, 0, 0];
  for (const cut of cuts) {
    for (; called < order.length; called++) {
      const row = order[called] as number;
      if ((scores[row] as number) < cut) break;
      hits += worth[row] as number;
      if (labels[row] === 0) hitsBeside += worth[row] as number;
      const at = zone[row] as number;
      if (at >= 0 && isFound[at] === 0) {
        isFound[at] = 1;
        found++;
      }
    }
    // What lies beside an attack counts as attacked as far as it was called, and by half.
    const recall = Math.min(1, hits / (attacked + hitsBeside / 2)) * (found / zones);
    area += (recall - recallBefore) * (hits / called);
    recallBefore = recall;
  }
  return area;
}
