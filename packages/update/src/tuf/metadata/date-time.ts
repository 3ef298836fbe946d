import { malformed } from './fields.ts';

/** A date-time of TUF §4.2.3, `1985-10-21T01:21:00Z`. @returns milliseconds since 1970 */
export function parseDateTime(text: string, where = 'expires'): number {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN;
  // What rolls over, such as the 31st of June or the hour 24, comes back as another day.
  if (!Number.isNaN(time) && new Date(time).getUTCDate() === Number(text.slice(8, 10))) return time;
  throw malformed(where, 'is a time like 1985-10-21T01:21:00Z');
}

/** @param milliseconds since 1970; what is left of a second is dropped. */
export function formatDateTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
