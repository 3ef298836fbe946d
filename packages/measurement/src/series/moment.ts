/** Reads one way of writing a moment: seconds since the Unix epoch, or since any beginning; NaN: not written like that. */
export type MomentReader = (text: string) => number;

const iso =
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d{1,2})(?::(\d{2})(?::(\d{2}(?:[.,]\d+)?))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;
const dayFirst =
  /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4})(?:[T ](\d{1,2})(?::(\d{2})(?::(\d{2}(?:[.,]\d+)?))?)?)?$/;

/** Which of these a column keeps to is found by trying: all that its first rows allow, the most likely first. */
export const momentReaders: Readonly<Record<'iso' | 'day-first' | 'month-first' | 'number', MomentReader>> = {
  iso: (text) => {
    const [, year, month, day, hour, minute, second, zone] = iso.exec(text) ?? [];
    return moment(year, month, day, hour, minute, second) - offset(zone);
  },
  'day-first': (text) => {
    const [, day, month, year, hour, minute, second] = dayFirst.exec(text) ?? [];
    return moment(year, month, day, hour, minute, second);
  },
  'month-first': (text) => {
    const [, month, day, year, hour, minute, second] = dayFirst.exec(text) ?? [];
    return moment(year, month, day, hour, minute, second);
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

/**
 * The format in which all of `texts` are moments that don't fall, if there is one; of several, the one in which they lie closest:
 * 04/01, 05/01, 06/01 are three days and not three months.
 */
export function momentFormatOf(texts: readonly string[]): MomentFormat | undefined {
  let [best, shortest]: [MomentFormat | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const [format, reader] of Object.entries(momentReaders) as [MomentFormat, MomentReader][]) {
    const span = spanOf(texts.map(reader));
    if (span > 0 && span < shortest) [best, shortest] = [format, span];
  }
  return best;
}

/** 0 unless these are moments that don't fall. */
function spanOf(moments: readonly number[]): number {
  const rise = (each: number, at: number) =>
    Number.isFinite(each) && (at === 0 || each >= (moments[at - 1] as number));
  return moments.every(rise) ? (moments.at(-1) ?? 0) - (moments[0] ?? 0) : 0;
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

function moment(
  year: string | undefined,
  month = '',
  day = '',
  hour = '0',
  minute = '0',
  second = '0',
): number {
  if (year === undefined) return Number.NaN;
  const full = year.length === 2 ? 2000 + Number(year) : Number(year);
  const [m, d, h, min] = [Number(month), Number(day), Number(hour), Number(minute)];
  const s = Number(second.replace(',', '.'));
  const isReal = m >= 1 && m <= 12 && d >= 1 && d <= 31 && h <= 24 && min <= 59 && s < 61;
  return isReal ? Date.UTC(full, m - 1, d, h, min) / 1000 + s : Number.NaN;
}

function offset(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}
