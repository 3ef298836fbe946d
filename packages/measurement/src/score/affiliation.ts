import { harmonicMean, rangesOf } from './range.ts';

/** Where a time span begins and ends; the end is not in it. */
export type Span = readonly [start: number, end: number];

export interface Affiliation {
  /** Mean over the attacks that some alarm is affiliated to; `undefined` if there is no alarm at all. */
  readonly precision: number | undefined;
  /** Mean over all attacks. */
  readonly recall: number;
  readonly f1: number;
  readonly attacks: readonly { readonly precision: number | undefined; readonly recall: number }[];
}

/**
 * Affiliation metrics (Huet, Navarro, Rossi: “Local evaluation of time series anomaly detection algorithms”, KDD 2022):
 * every moment belongs to its nearest attack, and within that zone an alarm is as good as it is nearer to the attack
 * than an alarm at random would be.
 *
 * @param attacks disjoint, in order
 * @param alarms disjoint, in order
 * @param whole what was watched
 */
export function affiliation(attacks: readonly Span[], alarms: readonly Span[], whole: Span): Affiliation {
  let next = 0;
  const single = attacks.map((attack, at) => {
    const before = attacks[at - 1];
    const after = attacks[at + 1];
    const zone: Span = [
      before === undefined ? whole[0] : (before[1] + attack[0]) / 2,
      after === undefined ? whole[1] : (attack[1] + after[0]) / 2,
    ];
    // Zones follow each other: an alarm that is over before one of them is over before all that come.
    while ((alarms[next]?.[1] ?? Number.POSITIVE_INFINITY) <= zone[0]) next++;
    const own: Span[] = [];
    for (let alarm = next; (alarms[alarm]?.[0] ?? Number.POSITIVE_INFINITY) < zone[1]; alarm++)
      own.push(cut(alarms[alarm] as Span, zone));
    return { precision: precisionIn(zone, attack, own), recall: recallIn(zone, attack, own) };
  });
  const known = single.flatMap(({ precision }) => (precision === undefined ? [] : [precision]));
  const precision = known.length === 0 ? undefined : mean(known);
  const recall = mean(single.map((attack) => attack.recall));
  return { precision, recall, f1: harmonicMean(precision ?? 0, recall), attacks: single };
}

/** Of two rows of 0 and 1. */
export function affiliationOf(labels: ArrayLike<number>, alarms: ArrayLike<number>): Affiliation {
  const spans = (flags: ArrayLike<number>) =>
    rangesOf(flags).map(({ first, last }): Span => [first, last + 1]);
  return affiliation(spans(labels), spans(alarms), [0, labels.length]);
}

/** Over all moments of the alarms: how probable it is that a moment of the zone is as far from the attack, or farther. */
function precisionIn(zone: Span, attack: Span, alarms: readonly Span[]): number | undefined {
  const width = zone[1] - zone[0];
  const [left, right] = [attack[0] - zone[0], zone[1] - attack[1]];
  let sum = 0;
  let length = 0;
  for (const alarm of alarms) {
    length += alarm[1] - alarm[0];
    const inside = cut(alarm, attack);
    sum += Math.max(0, inside[1] - inside[0]);
    const distances: Span[] = [
      [attack[0] - Math.min(alarm[1], attack[0]), attack[0] - Math.min(alarm[0], attack[0])],
      [Math.max(alarm[0], attack[1]) - attack[1], Math.max(alarm[1], attack[1]) - attack[1]],
    ];
    for (const [near, far] of distances) {
      const nearer =
        capped(left, near, far) + capped(right, near, far) + (attack[1] - attack[0]) * (far - near);
      sum += far - near - nearer / width;
    }
  }
  return length === 0 ? undefined : sum / length;
}

/** ∫ min(x, cap) dx from `near` to `far`. */
function capped(cap: number, near: number, far: number): number {
  const upTo = (x: number) => (x <= cap ? (x * x) / 2 : (cap * cap) / 2 + cap * (x - cap));
  return upTo(far) - upTo(near);
}

/** Over all moments of the attack: how probable it is that a moment of the zone is as far from it as the nearest alarm, or farther. */
function recallIn(zone: Span, attack: Span, alarms: readonly Span[]): number {
  if (alarms.length === 0) return 0;
  const width = zone[1] - zone[0];
  // Between two of these moments the integrand is linear, so that what it is in the middle says what it is on average.
  const breaks = new Set<number>(attack);
  for (const [at, [start, end]] of alarms.entries()) {
    const next = alarms[at + 1]?.[0] ?? zone[1];
    for (const moment of [start, end, (end + next) / 2, (end + zone[1]) / 2, (start + zone[0]) / 2])
      if (moment > attack[0] && moment < attack[1]) breaks.add(moment);
  }
  const moments = [...breaks].sort((one, other) => one - other);
  let sum = 0;
  let nearest = 0;
  for (let at = 1; at < moments.length; at++) {
    const [from, to] = [moments[at - 1] as number, moments[at] as number];
    const middle = (from + to) / 2;
    while ((alarms[nearest + 1]?.[0] ?? Number.POSITIVE_INFINITY) <= middle) nearest++;
    const away = Math.min(gap(alarms[nearest], middle), gap(alarms[nearest + 1], middle));
    const nearer = away === 0 ? 0 : Math.min(away, middle - zone[0]) + Math.min(away, zone[1] - middle);
    sum += (1 - nearer / width) * (to - from);
  }
  return sum / (attack[1] - attack[0]);
}

function gap(span: Span | undefined, moment: number): number {
  return span === undefined ? Number.POSITIVE_INFINITY : Math.max(0, span[0] - moment, moment - span[1]);
}

function cut(span: Span, within: Span): Span {
  return [Math.max(span[0], within[0]), Math.min(span[1], within[1])];
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
