import { type ReceiverLog, ReceiverLogReader } from '../../../src/index.ts';

/** A sentence with its checksum. */
export function sentence(body: string): string {
  const sum = [...body].reduce((before, each) => before ^ each.charCodeAt(0), 0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`;
}

/** A car that drives north at 36 km/h, one fix a second. Whatever is handed in takes the place of what it would say. */
export interface Fix {
  readonly time?: number;
  readonly latitude?: number;
  readonly altitude?: number;
  readonly quality?: number;
  readonly satellites?: string;
  readonly knots?: number;
  readonly date?: string;
}

export function fixes(count: number, at: (second: number) => Fix = () => ({})): string[] {
  return Array.from({ length: count }, (_, second) => {
    const {
      time,
      latitude,
      altitude = 40,
      quality = 1,
      satellites = '09',
      knots = 19.438,
      date = '271126',
    } = at(second);
    const seconds = time ?? 36_000 + second;
    const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60]
      .map((each) => String(Math.floor(each)).padStart(2, '0'))
      .join('');
    const degrees = latitude ?? 36 + (10 * second) / 111_195;
    const minutes = ((degrees % 1) * 60).toFixed(5).padStart(8, '0');
    const place = quality > 0 ? `${Math.floor(degrees)}${minutes},N,13900.00000,E` : ',,,';
    return (
      sentence(`GNRMC,${clock}.00,${quality > 0 ? 'A' : 'V'},${place},${knots},0.0,${date},,,A`) +
      sentence(`GNGGA,${clock}.00,${place},${quality},${satellites},0.9,${altitude},M,39.0,M,,`)
    );
  });
}

export function logOf(text: string): ReceiverLog {
  const reader = new ReceiverLogReader();
  reader.push(text);
  return reader.end();
}
