import { median } from '@kiten/numerics';
import type { Evidence } from '../flight/evidence.ts';
import type { FlightTable } from '../flight/flight.ts';
import { metresBetween, type Place, placeAt } from './place.ts';

/** Seconds of fixes whose median says where a receiver stands. */
const surveyed = 300;
/** Metres over ground and up that a cheap receiver wanders by under a poor sky, and m/s that it says while it stands. */
const [leastMoved, leastRaised, leastSpeed] = [20, 40, 1.5];

/** Where a receiver stands, by the median of its fixes in the first five minutes; `undefined` without a fix. */
export function standingPlace(table: FlightTable): Place | undefined {
  const place = placeAt(table);
  const known = [...table.times.keys()].filter((row) => !Number.isNaN(place(row).latitude));
  const first = table.times[known[0] ?? 0] as number;
  const places = known.filter((row) => (table.times[row] as number) <= first + surveyed).map(place);
  if (places.length === 0) return undefined;
  const altitudes = places.map(({ altitude }) => altitude).filter((each) => !Number.isNaN(each));
  return {
    latitude: median(places.map(({ latitude }) => latitude)),
    longitude: median(places.map(({ longitude }) => longitude)),
    altitude: altitudes.length === 0 ? Number.NaN : median(altitudes),
  };
}

/** Who stands does not move: whatever a receiver of a mast or a clock says of motion, somebody else says it. */
export function fixedChecks(table: FlightTable, standing: Place): Evidence[] {
  const { topic, times, columns } = table;
  const place = placeAt(table);
  const [north, east] = [columns.get('vel_n_m_s'), columns.get('vel_e_m_s')];
  const reads = (...names: string[]) => names.map((name) => `${topic}.${name}`);
  const found: Evidence[] = [
    {
      ...{ check: 'moved', family: 'motion', limit: leastMoved, times },
      values: times.map((_, row) => metresBetween(standing, place(row))),
      reads: reads('latitude_deg', 'longitude_deg'),
    },
    {
      ...{ check: 'raised', family: 'height', limit: leastRaised, times },
      values: times.map((_, row) => Math.abs(place(row).altitude - standing.altitude)),
      reads: reads('altitude_msl_m'),
    },
  ];
  if (north !== undefined && east !== undefined) {
    const speeds = times.map((_, row) => Math.hypot(north[row] as number, east[row] as number));
    found.push({
      ...{ check: 'speed', family: 'motion', limit: leastSpeed, times },
      values: speeds.map((speed, row) => Math.min(speed, speeds[row - 1] ?? speed)),
      reads: reads('vel_n_m_s', 'vel_e_m_s'),
    });
  }
  return found;
}
