import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { KitenError } from '@kiten/codec';
import {
  type Flight,
  type FlightTable,
  type FlightTopic,
  flightTable,
  flightTopicOf,
  judgeFlight,
  learnNormalFlight,
} from '@kiten/measurement';
import type { Command } from 'commander';
import { isDirectory } from '../files.ts';
import { readFrame } from '../measurement-files.ts';
import { writeMomentScores } from '../moment-scores.ts';
import { counted, print, printJson } from '../output.ts';

interface FlightOptions {
  readonly input: string;
  readonly normal?: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

export function flightCommand(measurement: Command): void {
  measurement
    .command('flight')
    .description('judge by physics whether the satellite receiver of a PX4 flight was jammed or lied to')
    .requiredOption(
      '--input <path>',
      'a directory of tables of a flight (CSV) as `ulog2csv` writes them, whichever there are; or one of them',
    )
    .option('--normal <directory...>', 'flights of the vehicle without an attack, to learn from; not needed')
    .option(
      '--out <file>',
      'where scores go: CSV with time, score, alarm, channels, kind; an alarm begins at 1; -: to standard output',
    )
    .option('--json', 'print JSON')
    .action(judgeFlightFiles);
}

async function judgeFlightFiles({ input, normal, out, json }: FlightOptions): Promise<void> {
  const learned =
    normal === undefined ? undefined : learnNormalFlight(await Promise.all(normal.map(readFlight)));
  const flight = await readFlight(input);
  const judgement = judgeFlight(flight, learned);
  if (out !== undefined) await writeMomentScores(out, judgement);
  const { evidence, moments, alarms } = judgement;
  const began = moments[0]?.time ?? 0;
  const told = alarms.map(({ from, to, ...rest }) => ({ from: from - began, to: to - began, ...rest }));
  const seconds = (moments.at(-1)?.time ?? 0) - began;
  const checks = evidence.map(({ check, reads, limit }) => ({ check, limit, reads }));
  const highest = moments.reduce((most, { severity }) => Math.max(most, severity), 0);
  if (json) return printJson({ tables: [...flight.keys()], seconds, checks, highest, alarms: told });
  print(
    `${input}: ${seconds.toFixed(0)} s, ${counted(checks.length, 'check', 'checks')} from ${counted(flight.size, 'table', 'tables')}, ${counted(told.length, 'alarm', 'alarms')}`,
  );
  for (const { from, to, severity, kind, checks: seen } of told)
    print(
      `  ${from.toFixed(1)}–${to.toFixed(1)} s  ${severity.toFixed(1)}  ${kind}  ${seen.slice(0, 6).join(', ')}`,
    );
  print(`  highest: ${highest.toFixed(2)} of an alarm`);
}

/** @throws KitenError `kiten/file-unreadable`, `kiten/no-flight`; those of a table */
async function readFlight(path: string): Promise<Flight> {
  const files = (await isDirectory(path))
    ? (await readdir(path)).sort().map((name) => join(path, name))
    : [path];
  const tables = new Map<FlightTopic, FlightTable>();
  for (const file of files) {
    const topic = flightTopicOf(basename(file));
    if (topic === undefined) continue;
    if (tables.has(topic))
      throw new KitenError(
        'kiten/no-flight',
        `${path} has two tables ${topic}: each flight needs a directory of its own.`,
      );
    tables.set(topic, flightTable(topic, await readFrame(file)));
  }
  if (tables.size > 0) return tables;
  throw new KitenError('kiten/no-flight', `${path} has no table that is understood${hintFor(path)}`);
}

/** What whoever has another file does. */
function hintFor(path: string): string {
  const ending = extname(path).toLowerCase();
  if (ending === '.ulg') return ': take it apart first, by `ulog2csv` of pyulog.';
  if (ending === '.nmea') return ': `kiten measurement receiver` reads logs of NMEA 0183.';
  return ', such as …_vehicle_gps_position_0.csv.';
}
