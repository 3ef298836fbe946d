/** Constellations by talker (NMEA 0183, version 4.11), and by the number that GSA ends with. */
const talkers: Readonly<Record<string, string>> = {
  GP: 'GPS',
  GL: 'GLONASS',
  GA: 'Galileo',
  GB: 'BeiDou',
  BD: 'BeiDou',
  GQ: 'QZSS',
  QZ: 'QZSS',
  GI: 'NavIC',
};
const numbered = ['', 'GPS', 'GLONASS', 'Galileo', 'BeiDou', 'QZSS', 'NavIC'];
/** Which numbers are whose where nobody says, to the one included. */
const ranges: readonly (readonly [number, string])[] = [
  [32, 'GPS'],
  [64, 'SBAS'],
  [99, 'GLONASS'],
  [158, 'SBAS'],
  [202, 'QZSS'],
  [299, 'BeiDou'],
  [336, 'Galileo'],
  [499, 'BeiDou'],
];

/** The constellation of a satellite that somebody talks of. */
export function systemOf(talker: string, id: number, number?: string): string {
  const said = talkers[talker] ?? numbered[Number.parseInt(number ?? '', 16)];
  const byRange = ranges.find(([most]) => id <= most)?.[1] ?? talker;
  // GPGSV names all that there are, by their numbers.
  return said === undefined || (said === 'GPS' && id > 32) ? byRange : said;
}
