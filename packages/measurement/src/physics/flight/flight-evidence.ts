import { KitenError } from '@kiten/codec';
import { clockChecks } from './clock-checks.ts';
import type { Evidence } from './evidence.ts';
import type { Flight } from './flight.ts';
import { heightChecks } from './height-checks.ts';
import { innovationChecks } from './innovation-checks.ts';
import { motionChecks } from './motion-checks.ts';
import { type ReceiverLevels, radioChecks } from './radio-checks.ts';
import { skyChecks } from './sky-checks.ts';

/**
 * All checks that the tables of a flight allow.
 *
 * @throws KitenError `measurement/flight-unjudgeable` where they allow none
 */
export function flightEvidence(flight: Flight, known?: ReceiverLevels): Evidence[] {
  const found = [
    ...radioChecks(flight, known),
    ...[skyChecks, innovationChecks, motionChecks, heightChecks, clockChecks].flatMap((checks) =>
      checks(flight),
    ),
  ];
  if (found.length > 0) return found;
  throw new KitenError(
    'measurement/flight-unjudgeable',
    'Nothing can be said of the flight: it has no table such as vehicle_gps_position or estimator_innovations with columns that are known.',
  );
}
