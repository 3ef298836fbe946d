import { type Affiliation, affiliationOf } from './affiliation.ts';
import { batadalScore, type Detection, detections } from './delay.ts';
import { type Etapr, type EtaprOptions, etaprDefaults, etaprOf } from './etapr.ts';
import { type PointWise, pointWise } from './point-wise.ts';
import { rangesOf, sharedRows } from './range.ts';
import { type Ranking, ranking } from './ranking.ts';
import { volumeUnderPrecisionRecall } from './volume.ts';

/** How good alarms were. No point-adjusted figure is among them: alarms at random reach 0.96 by it. */
export interface Score {
  readonly rows: number;
  readonly attacks: number;
  readonly pointWise: PointWise;
  readonly etapr: Etapr;
  readonly affiliation: Affiliation;
  readonly ranking: Ranking;
  readonly vusPr: number | undefined;
  readonly detections: readonly Detection[];
  /** Rows; over the attacks that were noticed. */
  readonly medianDelay: number | undefined;
  readonly batadal: number;
  /** Alarms that touch no attack, begun per day; `undefined` if nobody said how long a row lasts. */
  readonly falseAlarmsPerDay: number | undefined;
}

export interface ScoreOptions {
  readonly etapr?: EtaprOptions;
  /** Rows of the widest buffer of VUS-PR. */
  readonly buffer?: number;
  readonly secondsPerRow?: number;
}

/**
 * @param labels 0: calm
 * @param alarms 0: none
 * @param scores the higher, the worse
 */
export function score(
  labels: ArrayLike<number>,
  alarms: ArrayLike<number>,
  scores: Float64Array,
  options: ScoreOptions = {},
): Score {
  const attacks = rangesOf(labels);
  const found = detections(labels, alarms);
  return {
    rows: labels.length,
    attacks: attacks.length,
    pointWise: pointWise(labels, alarms),
    etapr: etaprOf(labels, alarms, options.etapr ?? etaprDefaults),
    affiliation: affiliationOf(labels, alarms),
    ranking: ranking(labels, scores),
    vusPr: volumeUnderPrecisionRecall(labels, scores, options.buffer ?? 100),
    detections: found,
    medianDelay: median(found.flatMap(({ delay }) => (delay === undefined ? [] : [delay]))),
    batadal: batadalScore(labels, alarms),
    falseAlarmsPerDay: perDay(labels, alarms, options.secondsPerRow),
  };
}

function perDay(
  labels: ArrayLike<number>,
  alarms: ArrayLike<number>,
  secondsPerRow: number | undefined,
): number | undefined {
  if (secondsPerRow === undefined) return undefined;
  const attacks = rangesOf(labels);
  let next = 0;
  const wrong = rangesOf(alarms).filter((alarm) => {
    while (next < attacks.length && (attacks[next]?.last ?? 0) < alarm.first) next++;
    const attack = attacks[next];
    return attack === undefined || sharedRows(attack, alarm) === 0;
  });
  const attacked = attacks.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const days = ((labels.length - attacked) * secondsPerRow) / 86_400;
  return days === 0 ? undefined : wrong.length / days;
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return undefined;
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
    : sorted[Math.floor(middle)];
}
