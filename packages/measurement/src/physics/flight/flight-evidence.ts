import { clockChecks } from './clock-checks.ts';
import type { Evidence } from './evidence.ts';
import type { Flight } from './flight.ts';
import { heightChecks } from './height-checks.ts';
import { innovationChecks } from './innovation-checks.ts';
import { motionChecks } from './motion-checks.ts';
import { type ReceiverLevels, signalChecks } from './signal-checks.ts';

/** All checks that the tables of a flight allow. @throws KitenError `measurement/flight-without-gps` */
export function flightEvidence(flight: Flight, known?: ReceiverLevels): Evidence[] {
  return [
    ...signalChecks(flight, known),
    ...[innovationChecks, motionChecks, heightChecks, clockChecks].flatMap((checks) => checks(flight)),
  ];
}
