/** A sentence of NMEA 0183, whose checksum was right. */
export interface NmeaSentence {
  /** Whose it is: GP, GL, GA, GB, GN … */
  readonly talker: string;
  /** What it says: GGA, RMC … */
  readonly formatter: string;
  readonly fields: readonly string[];
}

/** Why a line is no sentence. */
export type Unreadable = 'checksum' | 'no checksum' | 'malformed';

/** Longer than the 82 characters of the standard, as receivers with more digits write them. */
const mostCharacters = 255;
const mostFields = 40;
const sentence = /^\$([A-Z]{2})([A-Z]{3})((?:,[^$*!\\]*)?)(?:\*([0-9A-F]{2}))?$/i;

/**
 * Reads what begins with `$` (IEC 61162-1: address, fields with commas before them, `*` and the exclusive or of all between as two digits).
 * A sentence without a checksum is not believed.
 */
export function parseSentence(text: string): NmeaSentence | Unreadable {
  if (text.length > mostCharacters || !/^[\x20-\x7e]*$/.test(text)) return 'malformed';
  const [, talker, formatter, data = '', checksum] = sentence.exec(text) ?? [];
  if (talker === undefined || formatter === undefined) return 'malformed';
  if (checksum === undefined) return 'no checksum';
  if (Number.parseInt(checksum, 16) !== checksumOf(text.slice(1, -3))) return 'checksum';
  const fields = data === '' ? [] : data.slice(1).split(',');
  if (fields.length > mostFields) return 'malformed';
  return { talker, formatter, fields };
}

/** The exclusive or of all characters. */
export function checksumOf(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum ^= text.charCodeAt(at);
  return sum;
}
