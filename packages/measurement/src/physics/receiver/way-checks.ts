import type { Evidence } from '../flight/evidence.ts';
import type { FlightTable } from '../flight/flight.ts';
import { settledRows } from './pieces.ts';
import { metresBetween, placeAt } from './place.ts';

/** Seconds between fixes from which on it is asked whether the way was possible at all, and after which nobody knows. */
const [gap, longestGap] = [2.5, 600];
/** m/s² and m/s that vehicles on land and water do not exceed while nobody looks, beyond the speeds before and after. */
const [unseenAcceleration, unseenSpeed] = [5, 100];
/** m/s² over a second: brakes and hard turns stay below 12. */
const mostAcceleration = 15;
/** Metres that a height may leap by from one fix to the next, and m/s that it may change by beside. */
const [leap, climb] = [25, 20];

/** Whether what the receiver says of its way is possible. */
export function wayChecks(table: FlightTable): Evidence[] {
  const { topic, times, columns } = table;
  const reads = (...names: string[]) => names.map((name) => `${topic}.${name}`);
  const found: Evidence[] = [];
  const add = (check: string, limit: number, values: Float64Array, names: readonly string[]) => {
    const family = check === 'height leap' ? 'height' : 'motion';
    if (values.some((value) => !Number.isNaN(value)))
      found.push({ check, family, limit, times, values, reads: reads(...names) });
  };
  add('out of reach', 1, unreachable(table), ['latitude_deg', 'longitude_deg', 'vel_n_m_s', 'vel_e_m_s']);
  add('acceleration', mostAcceleration, accelerations(table), ['vel_n_m_s', 'vel_e_m_s']);
  if (columns.has('altitude_msl_m')) add('height leap', leap, heightLeaps(table), ['altitude_msl_m']);
  return found;
}

/** Of each row the last one before with a fix. */
function lastFixes({ times }: FlightTable, isKnown: (row: number) => boolean): Int32Array {
  let last = -1;
  return Int32Array.from(times, (_, row) => {
    const before = last;
    if (isKnown(row)) last = row;
    return before;
  });
}

/**
 * How far beyond reach a fix is after none came for a while, in parts of the way that a vehicle could have made by speeding up and braking
 * unseen: who drowns the satellites first and sends a position afterwards leaves such a hole.
 */
function unreachable(table: FlightTable): Float64Array {
  const { times, columns } = table;
  const [north, east] = [columns.get('vel_n_m_s'), columns.get('vel_e_m_s')];
  const place = placeAt(table);
  const last = lastFixes(table, (row) => !Number.isNaN(place(row).latitude));
  const speedAt = (row: number) => {
    const speed = Math.hypot(north?.[row] ?? Number.NaN, east?.[row] ?? Number.NaN);
    return Number.isNaN(speed) ? 0 : speed;
  };
  return times.map((time, row) => {
    const before = last[row] as number;
    if (before < 0 || Number.isNaN(place(row).latitude)) return Number.NaN;
    const seconds = time - (times[before] as number);
    if (seconds <= gap || seconds > longestGap) return Number.NaN;
    const straight = ((speedAt(before) + speedAt(row)) / 2) * seconds;
    const slack = Math.min((unseenAcceleration * seconds ** 2) / 4, unseenSpeed * seconds) + 50;
    return Math.max(0, metresBetween(place(before), place(row)) - straight) / slack;
  });
}

/** m/s² over a second. */
function accelerations(table: FlightTable): Float64Array {
  const { times, columns } = table;
  const settled = settledRows(table);
  const [north, east] = [columns.get('vel_n_m_s'), columns.get('vel_e_m_s')];
  let from = 0;
  return times.map((time, row) => {
    if (north === undefined || east === undefined) return Number.NaN;
    while (from + 1 < row && time - (times[from + 1] as number) >= 0.9) from++;
    const seconds = time - (times[from] as number);
    if (seconds < 0.9 || seconds > gap || settled[from] === 0) return Number.NaN;
    const change = (of: Float64Array) => (of[row] as number) - (of[from] as number);
    return Math.hypot(change(north), change(east)) / seconds;
  });
}

/** Metres that the height changed by from one fix to the next, beyond what climbs. */
function heightLeaps(table: FlightTable): Float64Array {
  const { times, columns } = table;
  const heights = columns.get('altitude_msl_m') as Float64Array;
  const settled = settledRows(table);
  return heights.map((height, row) => {
    const seconds = (times[row] as number) - (times[row - 1] ?? Number.NaN);
    if (!(seconds > 0 && seconds <= gap && settled[row] === 1)) return Number.NaN;
    return Math.max(0, Math.abs(height - (heights[row - 1] as number)) - climb * seconds);
  });
}
