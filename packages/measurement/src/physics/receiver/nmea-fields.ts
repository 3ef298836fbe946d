/** A field that is not as the standard has it. */
export class FieldError extends Error {}

/** NaN where the field is empty. @throws FieldError */
export function numberIn(text = ''): number {
  if (text === '') return Number.NaN;
  if (/^[+-]?\d{0,12}(\.\d{0,12})?$/.test(text) && /\d/.test(text)) return Number(text);
  throw new FieldError();
}

/** Degrees and minutes, `4717.11399,N`, in degrees; NaN where empty. @throws FieldError */
export function degreesIn(text: string | undefined, side: string | undefined, most: 90 | 180): number {
  if (text === undefined || text === '') return Number.NaN;
  const [, degrees, minutes] = /^(\d{2,3})(\d{2}(?:\.\d{0,12})?)$/.exec(text) ?? [];
  const [positive, negative] = most === 90 ? ['N', 'S'] : ['E', 'W'];
  const value = Number(degrees) + Number(minutes) / 60;
  const isPlace = Number(minutes) < 60 && value <= most && (side === positive || side === negative);
  if (isPlace) return side === negative ? -value : value;
  throw new FieldError();
}

/** Seconds since midnight of `hhmmss.ss`; NaN where empty. @throws FieldError */
export function timeOfDayIn(text = ''): number {
  if (text === '') return Number.NaN;
  const [, hours, minutes, seconds] = /^(\d\d)(\d\d)(\d\d(?:\.\d{0,9})?)$/.exec(text) ?? [];
  // 60 is a leap second.
  if (hours !== undefined && Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 61)
    return 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
  throw new FieldError();
}

/** Seconds from the Unix epoch to the beginning of a day; NaN where fields are empty. @throws FieldError */
export function dayIn(day = '', month = '', year = ''): number {
  if (day === '' || month === '' || year === '') return Number.NaN;
  const [d, m, y] = [day, month, year].map(numberIn) as [number, number, number];
  // Two digits of a year: GPS began in 1980.
  const whole = year.length === 2 ? y + (y < 80 ? 2000 : 1900) : y;
  const moment = Date.UTC(whole, m - 1, d);
  const isDay = new Date(moment).getUTCDate() === d && m >= 1 && m <= 12;
  if (isDay) return moment / 1000;
  throw new FieldError();
}
