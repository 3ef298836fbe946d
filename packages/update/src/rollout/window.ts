/** When devices may be updated, in the local time of a place. */
export interface MaintenanceWindow {
  /** The days on which it opens, 0 for Sunday. */
  readonly days: readonly number[];
  /** Minutes since midnight. A window that closes before it opens goes on past midnight. */
  readonly from: number;
  readonly to: number;
  /** A name of the time zone database: `Asia/Tokyo`. */
  readonly zone: string;
}

const minute = 60_000;
const day = 1440;
/** A window may be missed by less: none is shorter. */
export const shortestWindow = 15;
const step = shortestWindow * minute;
const horizon = 8 * day * minute;

/** Whether one of the windows is open; without any they always are. */
export function isWindowOpen(windows: readonly MaintenanceWindow[], at: number): boolean {
  return windows.length === 0 || windows.some((window) => isOpen(window, at));
}

/**
 * When the next one opens, to the minute: now if one is open. Undefined if none does within eight days. A local time that
 * a change of the clocks skips does not come, and one that comes twice is open twice.
 */
export function windowOpensAt(windows: readonly MaintenanceWindow[], at: number): number | undefined {
  if (isWindowOpen(windows, at)) return at;
  const start = Math.floor(at / minute) * minute;
  for (let time = start + step; time <= start + horizon; time += step) {
    if (!isWindowOpen(windows, time)) continue;
    let opening = time;
    while (opening - minute > at && isWindowOpen(windows, opening - minute)) opening -= minute;
    return opening;
  }
  return undefined;
}

/** Whether a time zone is one that is known. */
export function isTimeZone(zone: string): boolean {
  try {
    return clockOf(zone) !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function isOpen({ days, from, to, zone }: MaintenanceWindow, at: number): boolean {
  const now = localTime(zone, at);
  if (from < to) return days.includes(now.day) && now.minute >= from && now.minute < to;
  const yesterday = (now.day + 6) % 7;
  return (days.includes(now.day) && now.minute >= from) || (days.includes(yesterday) && now.minute < to);
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function localTime(zone: string, at: number): { readonly day: number; readonly minute: number } {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return {
    day: weekdays.indexOf(parts.get('weekday') ?? ''),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

/** Making one takes longer than all else here. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  clocks.set(zone, clock);
  return clock;
}
