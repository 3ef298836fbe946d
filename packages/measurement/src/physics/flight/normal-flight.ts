import { exceededWith, fitTail } from '@kiten/numerics';
import type { Evidence } from './evidence.ts';
import type { Flight } from './flight.ts';
import { flightEvidence } from './flight-evidence.ts';
import { type ReceiverLevels, receiverLevelsOf } from './radio-checks.ts';

/** What is learned moves a limit by these factors at most. */
const leastMoved = 0.75;
const mostMoved = 2;
/** What is usual is exceeded once in so many rows, and has to be exceeded by this much to count. */
const rarity = 1e-5;
const margin = 1.3;

/** What was learned from flights without an attack. */
export interface NormalFlight {
  /** Where each check begins to be reason enough for an alarm, in its unit. */
  readonly limits: ReadonlyMap<string, number>;
  readonly levels: ReceiverLevels;
}

/**
 * Learns from flights without an attack how much is usual. What is physically impossible stays an alarm whatever was learned, and what
 * is physically nothing stays none.
 *
 * @throws KitenError `measurement/flight-unjudgeable`
 */
export function learnNormalFlight(flights: readonly Flight[]): NormalFlight {
  const levels = receiverLevelsOf(flights);
  return { limits: learnLimits(flights.flatMap((flight) => flightEvidence(flight, levels))), levels };
}

/** Where each check begins to be reason enough for an alarm, from what it said without an attack. */
export function learnLimits(evidence: readonly Evidence[]): ReadonlyMap<string, number> {
  const seen = new Map<string, { readonly limit: number; readonly values: number[] }>();
  for (const { check, values, limit } of evidence) {
    const known = seen.get(check) ?? { limit, values: [] };
    for (const value of values) if (!Number.isNaN(value)) known.values.push(value);
    seen.set(check, known);
  }
  const limits = new Map<string, number>();
  for (const [check, { limit, values }] of seen) {
    if (values.length === 0) continue;
    const highest = values.reduce((most, value) => Math.max(most, value));
    const usual = margin * Math.max(highest, exceededWith(fitTail(values), rarity));
    // A check that never said anything has nothing to teach.
    if (highest > 0) limits.set(check, Math.min(limit * mostMoved, Math.max(limit * leastMoved, usual)));
  }
  return limits;
}
