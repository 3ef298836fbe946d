import { type RowRange, rangesOf, rowsOf } from './range.ts';

/** One attack, and how long nobody noticed. */
export interface Detection extends RowRange {
  /** Rows from the beginning to the first alarm within; `undefined`: never noticed. */
  readonly delay: number | undefined;
}

export function detections(labels: ArrayLike<number>, alarms: ArrayLike<number>): Detection[] {
  return rangesOf(labels).map((attack) => {
    for (let row = attack.first; row <= attack.last; row++)
      if (alarms[row] !== 0) return { ...attack, delay: row - attack.first };
    return { ...attack, delay: undefined };
  });
}

/**
 * The ranking score S of BATADAL (Taormina et al.: “Battle of the Attack Detection Algorithms”, J. Water Resour. Plann.
 * Manage. 144(8), 2018): half for detecting early, half for the mean of what is right of attacked and of calm rows.
 */
export function batadalScore(labels: ArrayLike<number>, alarms: ArrayLike<number>): number {
  const attacks = detections(labels, alarms);
  const late = attacks.map((attack) => (attack.delay ?? rowsOf(attack)) / rowsOf(attack));
  const early = 1 - late.reduce((sum, each) => sum + each, 0) / Math.max(1, late.length);
  const right = [0, 0];
  const all = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    const kind = labels[row] === 0 ? 0 : 1;
    all[kind] = (all[kind] as number) + 1;
    if ((alarms[row] !== 0) === (kind === 1)) right[kind] = (right[kind] as number) + 1;
  }
  const balanced = right.reduce((sum, each, kind) => sum + each / Math.max(1, all[kind] as number), 0) / 2;
  return (early + balanced) / 2;
}
