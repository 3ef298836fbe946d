import { harmonicMean } from './range.ts';

/** Row by row: what was an attack, and what was called one. Ratios between 0 and 1. */
export interface PointWise {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Of the rows without attack, the share that was called one (FAR). */
  readonly falseAlarmRate: number;
  /** Of the rows with an attack, the share that was not called one (MAR). */
  readonly missedAlarmRate: number;
}

export function pointWise(labels: ArrayLike<number>, alarms: ArrayLike<number>): PointWise {
  const count = [0, 0, 0, 0];
  for (let row = 0; row < labels.length; row++) {
    const cell = (labels[row] !== 0 ? 2 : 0) + (alarms[row] !== 0 ? 1 : 0);
    count[cell] = (count[cell] as number) + 1;
  }
  const [trueNegatives, falsePositives, falseNegatives, truePositives] = count as [
    number,
    number,
    number,
    number,
  ];
  const precision = share(truePositives, truePositives + falsePositives);
  const recall = share(truePositives, truePositives + falseNegatives);
  return {
    ...{ truePositives, falsePositives, falseNegatives, trueNegatives, precision, recall },
    f1: harmonicMean(precision, recall),
    falseAlarmRate: share(falsePositives, falsePositives + trueNegatives),
    missedAlarmRate: share(falseNegatives, falseNegatives + truePositives),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
