import { exceededWith, fitTail } from '@kiten/numerics';
import type { Course } from './course.ts';

/** What a statistic exceeds in one of a thousand rows of normal data is its limit. */
const rarity = 0.001;
/** The normal deviate that is exceeded, either way, with that probability. */
const deviate = 3.29;
const tailShare = 0.05;
/** Below this a statistic never really moved. */
const least = 0.02;
/** Normal data of a few independent values say next to nothing. */
const mostInflation = 20;

/**
 * The limit of a statistic, from its course over normal data that it was not learned from; ∞ if it never moved. Where the
 * data hold few values that are independent of each other the limit is higher, as a t-distribution is wider than the normal one.
 *
 * @param leastLimit what it is at least, by how the statistic is made: then few data say enough, and one that never moved has it
 */
export function limitOf(course: Course, leastLimit?: number): number {
  const { values, all } = course.highest;
  const limit = exceededWith(fitTail(values, tailShare, all), rarity);
  if (limit < least) return leastLimit ?? Number.POSITIVE_INFINITY;
  return leastLimit === undefined ? limit * inflation(course) : Math.max(leastLimit, limit);
}

function inflation({ highest, lagOneCorrelation }: Course): number {
  const correlation = Math.min(0.9999, Math.max(0, lagOneCorrelation));
  // Of a series whose memory fades geometrically; half of it, because more than one row apart it fades more slowly.
  const independent = (highest.all * (1 - correlation)) / (1 + correlation) / 2;
  const freedom = Math.max(1.5, independent);
  // tᵥ ≈ √(ν·(exp(z²/ν) − 1)) (Wallace, Annals of Mathematical Statistics 30, 1959), beside z itself.
  const ratio = Math.sqrt((freedom * Math.expm1(deviate ** 2 / freedom)) / deviate ** 2);
  return Math.min(mostInflation, ratio);
}
