import { againstUsual, type Evidence } from '../flight/evidence.ts';
import type { FlightTable } from '../flight/flight.ts';

/** Seconds over which the quickest sentence counts: waiting makes all of them late, nothing makes one early. */
const span = 10;
const limit = 0.8;

/** Seconds within which sentences may come out of order, and after which it is forgotten that time was later once. */
const [disorder, memory] = [5, 60];
/** Seconds that time may go back by: a leap second, and what a receiver thought before it knew of all. */
const mostBack = 20;

export function timeChecks(table: FlightTable): Evidence[] {
  return [...stampChecks(table), ...backChecks(table)];
}

/** By how many seconds the receiver's time went back, and stayed there: a recording that is played, or the almanac of another hour. */
function backChecks({ topic, times, columns }: FlightTable): Evidence[] {
  const told = knownTimes(columns);
  if (told === undefined) return [];
  let [latest, latestAt] = [Number.NaN, Number.NEGATIVE_INFINITY];
  const behind = told.map((now, row) => {
    const time = times[row] as number;
    if (Number.isNaN(now)) return Number.NaN;
    if (!(now / 1e6 < latest) || time - latestAt > memory) [latest, latestAt] = [now / 1e6, time];
    return latest - now / 1e6;
  });
  let from = 0;
  const values = behind.map((_, row) => {
    while ((times[row] as number) - (times[from] as number) > disorder) from++;
    return behind.subarray(from, row + 1).reduce((least, each) => Math.min(least, each));
  });
  const reads = [`${topic}.time_utc_usec`];
  return [{ check: 'time goes back', family: 'clock', limit: mostBack, times, values, reads }];
}

/**
 * By how many seconds the receiver's time went on otherwise than the clock of the logger. Sentences wait in buffers, so only the quickest within
 * ten seconds is compared: a receiver's clock that leaps ahead shows at once, one that falls behind after those.
 */
function stampChecks({ topic, times, columns }: FlightTable): Evidence[] {
  const [stamps, told] = [columns.get('stamp'), knownTimes(columns)];
  if (stamps === undefined || told === undefined) return [];
  const late = stamps.map((stamp, row) => stamp - (told[row] as number) / 1e6);
  let from = 0;
  const quickest = late.map((_, row) => {
    while ((stamps[row] as number) - (stamps[from] as number) > span) from++;
    return late
      .subarray(from, row + 1)
      .reduce((least, each) => (each < least || Number.isNaN(least) ? each : least), Number.NaN);
  });
  const values = againstUsual(times, quickest, limit, (now, usual) => Math.abs(now - usual));
  return [
    {
      check: 'clock against the log',
      family: 'clock',
      limit,
      times,
      values,
      reads: [`${topic}.time_utc_usec`],
    },
  ];
}

/** Without a fix a receiver says what time it takes it for: NaN. */
function knownTimes(columns: FlightTable['columns']): Float64Array | undefined {
  const fixes = columns.get('fix_type');
  return columns.get('time_utc_usec')?.map((told, row) => ((fixes?.[row] ?? 0) > 0 ? told : Number.NaN));
}
