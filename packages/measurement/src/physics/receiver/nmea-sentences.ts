import { dayIn, degreesIn, numberIn, timeOfDayIn } from './nmea-fields.ts';
import type { NmeaSentence } from './nmea-sentence.ts';
import type { ReceiverEpoch } from './receiver-epoch.ts';
import { systemOf } from './satellite-systems.ts';

const metresPerSecondAndKnot = 1852 / 3600;

/** A kind of sentence: how many fields it has at least, which of them is the time of day, and what it says. */
interface Kind {
  readonly least: number;
  readonly time?: number;
  readonly read: (fields: readonly string[], epoch: ReceiverEpoch, talker: string) => void;
}

/**
 * The sentences that are understood, by their formatters. Places of fields are those of IEC 61162-1 as Raymond's “NMEA Revealed” of the gpsd
 * project and the u-blox protocol specifications publish them. Reading throws FieldError.
 */
export const nmeaKinds: ReadonlyMap<string, Kind> = new Map([
  ['GGA', { least: 14, time: 0, read: readGga }],
  ['GNS', { least: 12, time: 0, read: readGns }],
  ['RMC', { least: 9, time: 0, read: readRmc }],
  ['GST', { least: 8, time: 0, read: readGst }],
  // Its time may be that of a pulse, not of a fix: only the date counts.
  ['ZDA', { least: 4, read: readZda }],
  ['VTG', { least: 8, read: readVtg }],
  ['GSA', { least: 17, read: readGsa }],
  ['GSV', { least: 3, read: readGsv }],
]);

function readGga(fields: readonly string[], epoch: ReceiverEpoch): void {
  place(epoch, fields, 1);
  const quality = numberIn(fields[5]);
  // 6 is dead reckoning, 7 typed in, 8 simulated.
  epoch.fix = quality >= 1 && quality !== 6 && quality !== 7 ? 3 : 0;
  epoch.isSimulated ||= quality === 8;
  epoch.satellites = numberIn(fields[6]);
  epoch.dilution = numberIn(fields[7]);
  epoch.altitude = numberIn(fields[8]);
}

function readGns(fields: readonly string[], epoch: ReceiverEpoch): void {
  place(epoch, fields, 1);
  // A letter for each constellation.
  const modes = fields[5] ?? '';
  epoch.fix = /[ADPRF]/.test(modes) ? 3 : 0;
  epoch.isSimulated ||= modes.includes('S');
  epoch.satellites = numberIn(fields[6]);
  epoch.dilution = numberIn(fields[7]);
  epoch.altitude = numberIn(fields[8]);
}

function readRmc(fields: readonly string[], epoch: ReceiverEpoch): void {
  place(epoch, fields, 2);
  if (Number.isNaN(epoch.fix) || fields[1] === 'V') epoch.fix = fields[1] === 'A' ? 3 : 0;
  epoch.isSimulated ||= fields[11] === 'S';
  epoch.speed = numberIn(fields[6]) * metresPerSecondAndKnot;
  epoch.course = numberIn(fields[7]);
  const [, day, month, year] = /^(\d\d)(\d\d)(\d\d)$/.exec(fields[8] ?? '') ?? [];
  epoch.day = dayIn(day, month, year);
}

function readGst(fields: readonly string[], epoch: ReceiverEpoch): void {
  epoch.accuracy = Math.hypot(numberIn(fields[5]), numberIn(fields[6]));
}

function readZda(fields: readonly string[], epoch: ReceiverEpoch): void {
  epoch.day = dayIn(fields[1], fields[2], fields[3]);
}

function readVtg(fields: readonly string[], epoch: ReceiverEpoch): void {
  const [knots, kilometres] = [numberIn(fields[4]), numberIn(fields[6])];
  if (!Number.isNaN(epoch.speed)) return;
  epoch.speed = Number.isNaN(knots) ? kilometres / 3.6 : knots * metresPerSecondAndKnot;
  epoch.course = numberIn(fields[0]);
}

function readGsa(fields: readonly string[], epoch: ReceiverEpoch, talker: string): void {
  // Since version 4.11 the constellation is the last field.
  const system = fields.length > 17 ? fields[17] : undefined;
  for (const id of fields.slice(2, 14).map(numberIn).filter(Number.isFinite)) {
    epoch.used ??= new Set();
    epoch.used.add(`${systemOf(talker, id, system)} ${id}`);
  }
}

function readGsv(fields: readonly string[], epoch: ReceiverEpoch, talker: string): void {
  const satellites = Math.floor((fields.length - 3) / 4);
  // Since version 4.10 the signal is the last field.
  const signal = (fields.length - 3) % 4 === 1 ? (fields.at(-1) as string) : '';
  for (let at = 0; at < satellites; at++) {
    const [id, elevation, , strength] = fields.slice(3 + 4 * at, 7 + 4 * at).map(numberIn) as [
      number,
      number,
      number,
      number,
    ];
    epoch.signals ??= [];
    if (strength > 0 && id > 0)
      epoch.signals.push({ system: systemOf(talker, id), signal, id, elevation, strength });
  }
}

function place(epoch: ReceiverEpoch, fields: readonly string[], at: number): void {
  const latitude = degreesIn(fields[at], fields[at + 1], 90);
  const longitude = degreesIn(fields[at + 2], fields[at + 3], 180);
  if (Number.isNaN(latitude) || Number.isNaN(longitude)) return;
  epoch.latitude = latitude;
  epoch.longitude = longitude;
}

/** @throws FieldError */
export function timeIn({ time }: Kind, { fields }: NmeaSentence): number {
  return time === undefined ? Number.NaN : timeOfDayIn(fields[time]);
}
