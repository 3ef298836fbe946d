/** Reads one way of writing a moment: seconds since the Unix epoch, or since any beginning; NaN: not written like that. */
export type MomentReader = (text: string) => number;

const clock = String.raw`(?:[T ]+(\d{1,2})(?::(\d{2})(?::(\d{2}(?:[.,]\d+)?))?)?(?: *([AP])\.?M\.?)?)?`;
const iso = new RegExp(
  String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})${clock}\s*(Z|[+-]\d{2}:?\d{2})?$`,
  'i',
);
const yearLast = new RegExp(
  String.raw`^(\d{1,2})[-/. ](\d{1,2}|[a-z]{3,9})[-/. ](\d{2}|\d{4})${clock}$`,
  'i',
);
const monthNames =
  'january february march april may june july august september october november december'.split(' ');

/** Which of these a column keeps to is found by trying: all that its rows allow, the most likely first. */
export const momentReaders: Readonly<Record<'iso' | 'day-first' | 'month-first' | 'number', MomentReader>> = {
  iso: (text) => {
    const [, year, month, day, hour, minute, second, half, zone] = iso.exec(text) ?? [];
    return moment({ year, month, day, hour, minute, second, half }) - offset(zone);
  },
  'day-first': (text) => {
    const [, day, month, year, hour, minute, second, half] = yearLast.exec(text) ?? [];
    return moment({ year, month, day, hour, minute, second, half });
  },
  'month-first': (text) => {
    const [, month, day, year, hour, minute, second, half] = yearLast.exec(text) ?? [];
    return moment({ year, month, day, hour, minute, second, half });
  },
  number: (text) => {
    const value = text === '' ? Number.NaN : Number(text);
    // Counted in ns, µs or ms since the epoch, or in seconds since whenever.
    for (const [least, divisor] of [
      [1e17, 1e9],
      [1e14, 1e6],
      [1e11, 1e3],
    ] as const)
      if (value >= least) return value / divisor;
    return value;
  },
};

export type MomentFormat = keyof typeof momentReaders;

/** For so many steps up there may be one down: a clock is put back once in a while. */
const risesToAFall = 10;

/** Whether all that is there is one moment, over and over. */
export function standsStill(texts: readonly string[]): boolean {
  const [first, ...more] = texts.filter((text) => text.trim() !== '');
  const isMoment =
    first === undefined || Object.values(momentReaders).some((read) => Number.isFinite(read(first)));
  return isMoment && more.every((text) => text === first);
}

/**
 * The formats in which `texts` are moments that go on and hardly ever fall, the one in which they lie closest first. Some may be
 * missing.
 */
export function momentFormatsOf(fields: readonly string[]): MomentFormat[] {
  const texts = fields.filter((text) => text.trim() !== '');
  const ways = new Map<MomentFormat, number>();
  for (const [format, reader] of Object.entries(momentReaders) as [MomentFormat, MomentReader][]) {
    const moments = texts.map(reader);
    if (!moments.every(Number.isFinite)) continue;
    const rises = moments.filter((each, at) => each > (moments[at - 1] as number)).length;
    const falls = moments.filter((each, at) => each < (moments[at - 1] as number)).length;
    if (rises > 0 && rises >= falls * risesToAFall) ways.set(format, wayOf(moments));
  }
  return [...ways.keys()].sort((one, other) => (ways.get(one) as number) - (ways.get(other) as number));
}

/** How far it is from moment to moment, there and back: 04/01, 05/01, 06/01 are three days and not three months. */
export function wayOf(moments: ArrayLike<number>): number {
  let way = 0;
  for (let at = 1; at < moments.length; at++)
    way += Math.abs((moments[at] as number) - (moments[at - 1] as number));
  return way;
}

/** Steps of a series in seconds are shorter, or whole minutes. */
const leastMicroseconds = 1000;

/** So many of each are a second. */
export const timeUnits = { ns: 1e9, us: 1e6, ms: 1e3, s: 1, min: 1 / 60, h: 1 / 3600 } as const;

export type TimeUnit = keyof typeof timeUnits;

const unitNames: readonly (readonly [TimeUnit, RegExp])[] = [
  ['ns', /^(ns|nsec|nsecs|nanos?|nanoseconds?)$/],
  ['us', /^(us|µs|μs|usec|usecs|micros?|microseconds?)$/],
  ['ms', /^(ms|msec|msecs|millis|milliseconds?)$/],
  ['s', /^(s|sec|secs|seconds?)$/],
  ['min', /^(min|mins|minutes?)$/],
  ['h', /^(h|hours?)$/],
];

/** What the numbers of a column of time count, if the end of its name says: `time_ms`, `Time (s)`, `timestamp [us]`. */
export function timeUnitOf(name: string): TimeUnit | undefined {
  const last = /[ _([]([a-zµμ]+)[\])]?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return unitNames.find(([, pattern]) => pattern.test(last))?.[0];
}

/**
 * Numbers that are small because they are counted in microseconds since something was switched on, as autopilots do, become seconds:
 * whole numbers with long steps of which some are no whole minutes.
 */
export function secondsOf(times: Float64Array): Float64Array {
  if (times.length < 3 || !times.every(Number.isInteger)) return times;
  const steps = times.slice(1).map((time, at) => time - (times[at] as number));
  const long = steps.filter((step) => step >= leastMicroseconds);
  const isMicroseconds = long.length > steps.length / 2 && long.some((step) => step % 60 !== 0);
  return isMicroseconds ? times.map((time) => time / 1e6) : times;
}

type Parts = Readonly<
  Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'half', string | undefined>
>;

function moment({ year, month = '', day = '', hour = '0', minute = '0', second = '0', half }: Parts): number {
  if (year === undefined) return Number.NaN;
  const full = year.length === 2 ? 2000 + Number(year) : Number(year);
  const named = monthNames.findIndex((name) => month !== '' && name.startsWith(month.toLowerCase())) + 1;
  const [m, d, h, min] = [named || Number(month), Number(day), hourOf(hour, half), Number(minute)];
  const s = Number(second.replace(',', '.'));
  const isReal = m >= 1 && m <= 12 && d >= 1 && d <= 31 && h <= 24 && min <= 59 && s < 61;
  return isReal ? Date.UTC(full, m - 1, d, h, min) / 1000 + s : Number.NaN;
}

/** Twelve comes before one, in the morning and in the afternoon. */
function hourOf(text: string, half: string | undefined): number {
  const hour = Number(text);
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}

function offset(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}
