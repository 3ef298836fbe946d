import type { Flight } from './flight.ts';
import { flightEvidence } from './flight-evidence.ts';
import { type FlightJudgement, judgeEvidence } from './judge-evidence.ts';
import type { NormalFlight } from './normal-flight.ts';

/**
 * Judges a flight by everything that its tables allow. What is known at a moment comes from rows before it; but for
 * attitudes, whose next row is waited for, judging live gives the same.
 *
 * @param normal what was learned from other flights of the vehicle; without it physics alone decides
 * @throws KitenError `measurement/flight-unjudgeable`
 */
export function judgeFlight(flight: Flight, normal?: NormalFlight): FlightJudgement {
  return judgeEvidence(flightEvidence(flight, normal?.levels), normal?.limits);
}
