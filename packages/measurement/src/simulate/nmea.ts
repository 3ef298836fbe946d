import { type Flight, type FlightTable, RowCursor, receiverTable } from '../physics/flight/flight.ts';
import { checksumOf } from '../physics/receiver/nmea-sentence.ts';

const metresPerSecondAndKnot = 1852 / 3600;

/**
 * What the receiver of a flight would have said in NMEA 0183, fix after fix: RMC, GGA, GST where it tells its accuracy, and GSA and GSV where
 * strengths of satellites are known. For trials: no receiver wrote it.
 */
export function nmeaOf(flight: Flight): string {
  const receiver = receiverTable(flight);
  if (receiver === undefined) return '';
  const satellites = flight.get('satellite_info');
  const cursor = new RowCursor(satellites?.times ?? new Float64Array(0));
  return [...receiver.times.keys()]
    .flatMap((row) => [
      ...fix(receiver, row),
      ...(satellites === undefined ? [] : sky(satellites, cursor.at(receiver.times[row] as number))),
    ])
    .map((body) => `$${body}*${checksumOf(body).toString(16).toUpperCase().padStart(2, '0')}\r\n`)
    .join('');
}

function fix({ columns }: FlightTable, row: number): string[] {
  const at = (name: string) => columns.get(name)?.[row] ?? Number.NaN;
  const utc = at('time_utc_usec') / 1e6;
  const moment = new Date(utc > 0 ? Math.round(utc * 100) * 10 : 0).toISOString();
  const time = utc > 0 ? moment.slice(11, 22).replaceAll(':', '') : '';
  const date = utc > 0 ? `${moment.slice(8, 10)}${moment.slice(5, 7)}${moment.slice(2, 4)}` : '';
  const isFix = at('fix_type') >= 3;
  const place = isFix ? `${degrees(at('lat') / 1e7, 2, 'NS')},${degrees(at('lon') / 1e7, 3, 'EW')}` : ',,,';
  const [north, east] = [at('vel_n_m_s'), at('vel_e_m_s')];
  const knots = (Math.hypot(north, east) / metresPerSecondAndKnot).toFixed(3);
  const course = (((Math.atan2(east, north) * 180) / Math.PI + 360) % 360).toFixed(2);
  const motion = isFix ? `${knots},${course}` : ',';
  const error = (at('eph') / Math.SQRT2).toFixed(2);
  const height = isFix ? (at('alt') / 1000).toFixed(1) : '';
  return [
    `GNRMC,${time},${isFix ? 'A' : 'V'},${place},${motion},${date},,,${isFix ? 'A' : 'N'},V`,
    `GNGGA,${time},${place},${isFix ? 1 : 0},${String(at('satellites_used')).padStart(2, '0')},${at('hdop').toFixed(2)},${height},M,0.0,M,,`,
    ...(Number.isNaN(at('eph')) ? [] : [`GNGST,${time},,,,,${error},${error},${at('epv').toFixed(2)}`]),
  ].map((body) => body.replaceAll('NaN', ''));
}

/** Degrees and minutes, with a letter for the side. */
function degrees(value: number, digits: number, sides: string): string {
  // Rounded first: 59.999999 minutes are a degree.
  const minutes = Math.round(Math.abs(value) * 60e5) / 1e5;
  const whole = String(Math.floor(minutes / 60)).padStart(digits, '0');
  const rest = (minutes % 60).toFixed(5).padStart(8, '0');
  return `${whole}${rest},${sides[value < 0 ? 1 : 0]}`;
}

/** The satellites of GPS, four in a sentence, with elevations. */
function sky({ columns }: FlightTable, row: number): string[] {
  if (row < 0) return [];
  const at = (name: string, place: number) => columns.get(`${name}[${place}]`)?.[row] ?? Number.NaN;
  const seen = Array.from({ length: 32 }, (_, place) => place).filter((place) => at('svid', place) > 0);
  const used = seen.filter((place) => at('used', place) > 0).slice(0, 12);
  const ids = Array.from({ length: 12 }, (_, each) =>
    used[each] === undefined ? '' : String(at('svid', used[each])).padStart(2, '0'),
  );
  const told = seen.map((place) =>
    [at('svid', place), at('elevation', place), at('azimuth', place), Math.round(at('snr', place))]
      .map((value) => (Number.isNaN(value) || value < 0 ? '' : String(value).padStart(2, '0')))
      .join(','),
  );
  const sentences = Math.ceil(told.length / 4);
  return [
    `GPGSA,A,${used.length >= 4 ? 3 : 1},${ids.join(',')},,,`,
    ...Array.from({ length: sentences }, (_, each) => {
      const part = told.slice(4 * each, 4 * each + 4).join(',');
      return `GPGSV,${sentences},${each + 1},${String(told.length).padStart(2, '0')},${part}`;
    }),
  ];
}
