import { harmonicMean, type RowRange, rangesOf, rowsOf, sharedRows } from './range.ts';

export interface EtaprOptions {
  /** The share of an alarm that has to lie within attacks for it to count as correct. */
  readonly precisionThreshold: number;
  /** The share of an attack that has to lie within alarms for it to count as detected. */
  readonly recallThreshold: number;
}

export interface Etapr {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** The attacks that were detected, as positions among the attacks. */
  readonly detected: readonly number[];
  /** The alarms that were correct, as positions among the alarms. */
  readonly correct: readonly number[];
}

/** What the authors' package takes where nothing is said. */
export const etaprDefaults: EtaprOptions = { precisionThreshold: 0.7, recallThreshold: 0.1 };

/**
 * Enhanced time-series aware precision and recall (Hwang, Yun, Kim, Min: “Do you know existing accuracy metrics overrate
 * time-series anomaly detections?”, SAC 2022): an alarm counts if enough of it is attack, an attack if enough of it is
 * alarm, each given up in turn until both hold of what is left.
 */
export function etapr(
  attacks: readonly RowRange[],
  alarms: readonly RowRange[],
  options: EtaprOptions = etaprDefaults,
): Etapr {
  if (attacks.length === 0 || alarms.length === 0)
    return { precision: 0, recall: 0, f1: 0, detected: [], correct: [] };
  const overlaps = overlapsOf(attacks, alarms);
  const attackShare = () => sharesOf(attacks, overlaps, (overlap) => overlap.attack);
  const alarmShare = () => sharesOf(alarms, overlaps, (overlap) => overlap.alarm);
  for (let isSettled = false; !isSettled; ) {
    const lostAttacks = tooSmall(attackShare(), options.recallThreshold);
    drop(overlaps, ({ attack }) => lostAttacks.has(attack));
    const lostAlarms = tooSmall(alarmShare(), options.precisionThreshold);
    drop(overlaps, ({ alarm }) => lostAlarms.has(alarm));
    isSettled = lostAttacks.size === 0 && lostAlarms.size === 0;
  }
  const byAttack = attackShare();
  const byAlarm = alarmShare();
  const detected = reaching(byAttack, options.recallThreshold);
  const correct = reaching(byAlarm, options.precisionThreshold);
  // A long alarm weighs more, but less than in proportion.
  const weights = alarms.map((alarm) => Math.sqrt(rowsOf(alarm)));
  const recall = detected.reduce((sum, at) => sum + half(byAttack[at] as number), 0) / attacks.length;
  const precision =
    correct.reduce((sum, at) => sum + (weights[at] as number) * half(byAlarm[at] as number), 0) /
    weights.reduce((sum, weight) => sum + weight, 0);
  return { precision, recall, f1: harmonicMean(precision, recall), detected, correct };
}

/** Of two rows of 0 and 1. */
export function etaprOf(
  labels: ArrayLike<number>,
  alarms: ArrayLike<number>,
  options: EtaprOptions = etaprDefaults,
): Etapr {
  return etapr(rangesOf(labels), rangesOf(alarms), options);
}

interface Overlap {
  readonly attack: number;
  readonly alarm: number;
  rows: number;
}

/** Both are in order and disjoint, so that one walk finds all. */
function overlapsOf(attacks: readonly RowRange[], alarms: readonly RowRange[]): Overlap[] {
  const overlaps: Overlap[] = [];
  for (let attack = 0, alarm = 0; attack < attacks.length && alarm < alarms.length; ) {
    const [one, other] = [attacks[attack] as RowRange, alarms[alarm] as RowRange];
    const rows = sharedRows(one, other);
    if (rows > 0) overlaps.push({ attack, alarm, rows });
    if (one.last < other.last) attack++;
    else alarm++;
  }
  return overlaps;
}

function sharesOf(
  ranges: readonly RowRange[],
  overlaps: readonly Overlap[],
  side: (overlap: Overlap) => number,
): Float64Array {
  const shares = new Float64Array(ranges.length);
  for (const overlap of overlaps) {
    const at = side(overlap);
    shares[at] = (shares[at] as number) + overlap.rows / rowsOf(ranges[at] as RowRange);
  }
  return shares;
}

function tooSmall(shares: Float64Array, threshold: number): Set<number> {
  const positions = new Set<number>();
  for (const [at, share] of shares.entries()) if (share > 0 && below(share, threshold)) positions.add(at);
  return positions;
}

function reaching(shares: Float64Array, threshold: number): number[] {
  return [...shares.keys()].filter((at) => {
    const share = shares[at] as number;
    return share > 0 && !below(share, threshold);
  });
}

/** A share is a sum of quotients: what reaches the threshold in whole rows must not miss it by rounding. */
function below(share: number, threshold: number): boolean {
  return share < threshold - 1e-12;
}

function drop(overlaps: Overlap[], isLost: (overlap: Overlap) => boolean): void {
  for (const overlap of overlaps) if (isLost(overlap)) overlap.rows = 0;
}

/** Half for being found at all, half for how much of it. */
function half(share: number): number {
  return (1 + Math.min(1, share)) / 2;
}
