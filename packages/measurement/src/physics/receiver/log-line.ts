const day = /^\D{0,3}(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)(Z|[+-]\d\d:?\d\d)?/;
const seconds = /^\D{0,3}(\d{9,10}(?:\.\d{1,9})?)(?!\d)/;
const milliseconds = /^\D{0,3}(\d{13})(?!\d)/;
/** A TAG block of NMEA 0183, version 4.0: `\c:1700000000*53\`. */
const tagged = /\\(?:[^\\]*,)?c:(\d{9,13}(?:\.\d{1,9})?)[^\\]*\\$/;

/** What a line of a log has of a sentence: from its last `$` on, as receivers that are interrupted begin anew, and the logger's clock before it in seconds, NaN without one. */
export function logLine(line: string): { readonly sentence: string; readonly stamp: number } | undefined {
  const at = line.lastIndexOf('$');
  if (at < 0 || line.startsWith('#')) return undefined;
  return { sentence: line.slice(at).trimEnd(), stamp: at === 0 ? Number.NaN : stampIn(line.slice(0, at)) };
}

function stampIn(before: string): number {
  const [, told] = tagged.exec(before) ?? seconds.exec(before) ?? [];
  if (told !== undefined) return Number(told) > 1e11 ? Number(told) / 1000 : Number(told);
  const [, thousandths] = milliseconds.exec(before) ?? [];
  if (thousandths !== undefined) return Number(thousandths) / 1000;
  const [, date, clock, zone = 'Z'] = day.exec(before) ?? [];
  // Only how it goes on counts: without a zone any will do.
  return date === undefined ? Number.NaN : Date.parse(`${date}T${clock?.replace(',', '.')}${zone}`) / 1000;
}
