import type { Evidence } from './evidence.ts';
import { type Flight, receiverTable } from './flight.ts';

/**
 * By how many seconds the satellites' time went on otherwise than the autopilot's own between two fixes. Who records signals and
 * plays them back, or makes them from an almanac of another hour, moves the clock with the position (Papadimitratos & Jovanovic,
 * “GNSS-based Positioning: Attacks and Countermeasures”, MILCOM 2008, §IV).
 */
export function clockChecks(flight: Flight): Evidence[] {
  const receiver = receiverTable(flight);
  if (receiver === undefined) return [];
  const { topic, times, columns } = receiver;
  const clock = columns.get('time_utc_usec');
  if (clock === undefined) return [];
  let [time, told] = [Number.NaN, Number.NaN];
  const values = clock.map((now, row) => {
    // 0 where the receiver doesn't know it.
    if (!(now > 0)) return Number.NaN;
    const passed = (times[row] as number) - time;
    const value = Math.abs((now - told) / 1e6 - passed);
    [time, told] = [times[row] as number, now];
    return value;
  });
  return [{ check: 'clock', family: 'clock', limit: 0.8, times, values, reads: [`${topic}.time_utc_usec`] }];
}
