import { KitenError } from '@kiten/codec';
import { type CrossCheck, crossCheckText } from './cross-check.ts';
import { type Sensor, sensorName } from './sensor.ts';

/** What holds between amounts in the same unit alone; a factor may well be one between two units. */
const inOneUnit: readonly CrossCheck['kind'][] = ['equal', 'sum', 'below'];

/**
 * Checks compare what is measured in the same unit. Nothing is converted.
 *
 * @param unitOf '' where nobody says
 * @throws KitenError `measurement/cross-units`
 */
export function checkUnitsOf(checks: readonly CrossCheck[], unitOf: (sensor: Sensor) => string): void {
  for (const check of checks) {
    if (!inOneUnit.includes(check.kind)) continue;
    const [first, ...others] = check.sensors.filter((sensor) => unitOf(sensor) !== '');
    const other = others.find((sensor) => first !== undefined && unitOf(sensor) !== unitOf(first));
    if (first === undefined || other === undefined) continue;
    const said = [first, other].map((sensor) => `${sensorName(sensor).slice(0, 80)} in ${unitOf(sensor)}`);
    throw new KitenError(
      'measurement/cross-units',
      `“${crossCheckText(check).slice(0, 160)}” compares ${said.join(' with ')}. Nothing is converted: have them say the same unit, or declare “ratio” with the factor, or “linear”.`,
    );
  }
}
