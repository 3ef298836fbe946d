import { clockChecks } from './clock-checks.ts';
import type { Evidence } from './evidence.ts';
import type { Flight } from './flight.ts';
import { heightChecks } from './height-checks.ts';
import { innovationChecks } from './innovation-checks.ts';
import { motionChecks } from './motion-checks.ts';
import { type ReceiverLevels, radioChecks } from './radio-checks.ts';
import { skyChecks } from './sky-checks.ts';

/** All checks that the tables of a flight allow. @throws KitenError `measurement/flight-without-gps` */
export function flightEvidence(flight: Flight, known?: ReceiverLevels): Evidence[] {
  return [
    ...radioChecks(flight, known),
    ...[skyChecks, innovationChecks, motionChecks, heightChecks, clockChecks].flatMap((checks) =>
      checks(flight),
    ),
  ];
}
