import { join } from 'node:path';
import {
  type FlightTable,
  type FlightTopic,
  flightTable,
  flightTopicOf,
  nmeaOf,
  type SimulatedAttackKind,
  type SimulatedTables,
  simulatedAttack,
} from '@kiten/measurement';
import { makeDirectory } from './files.ts';
import { tableOf } from './measurement-files.ts';
import { writeOut } from './out-file.ts';
import { counted, print, printJson } from './output.ts';

interface SimulatedAttackOptions {
  readonly kind: SimulatedAttackKind;
  readonly out: string;
  readonly size?: number;
  readonly calm?: boolean;
  readonly seed: number;
  readonly json?: boolean;
}

/** Writes what a simulated sensor says: a table, or of a flight a directory of them, or what its receiver says. */
export async function writeSimulatedAttack(
  options: SimulatedAttackOptions,
  random: () => number,
): Promise<void> {
  const { kind, out, size, calm = false, seed, json } = options;
  const { tables, ghost, cars } = simulatedAttack(
    { kind, isCalm: calm, ...(size === undefined ? {} : { size }) },
    random,
  );
  const isReceiver = out.endsWith('.nmea') && kind.startsWith('gps-');
  if (isReceiver) return writeReceiverLog(options, tables);
  const isDirectory = tables.size > 1;
  if (isDirectory) await makeDirectory(out);
  for (const [name, frame] of tables)
    await writeOut(isDirectory ? join(out, `${name}.csv`) : out, tableOf(frame));
  const rows = [...tables.values()].reduce((sum, frame) => sum + frame.rows, 0);
  if (json) return printJson({ out, kind, calm, tables: [...tables.keys()], rows, seed, ghost, cars });
  const what = calm ? `what ${kind} is done to, without it` : kind;
  print(
    `${out}: ${what}, simulated, ${counted(tables.size, 'table', 'tables')}, ${counted(rows, 'row', 'rows')}`,
  );
  if (ghost !== undefined) print(`  ghost ${boxText(ghost)}`);
  for (const car of cars ?? []) print(`  car   ${boxText(car)}`);
  print(`  seed ${seed}`);
}

async function writeReceiverLog(
  { kind, out, calm = false, seed, json }: SimulatedAttackOptions,
  tables: SimulatedTables['tables'],
): Promise<void> {
  const flight = new Map<FlightTopic, FlightTable>();
  for (const [name, frame] of tables) {
    const topic = flightTopicOf(`${name}.csv`);
    if (topic !== undefined) flight.set(topic, flightTable(topic, frame));
  }
  const text = nmeaOf(flight);
  await writeOut(out, text);
  const sentences = text.split('\n').length - 1;
  if (json) return printJson({ out, kind, calm, sentences, seed });
  const what = calm ? `what ${kind} is done to, without it` : kind;
  print(`${out}: ${what}, simulated, ${counted(sentences, 'sentence', 'sentences')} of NMEA 0183`);
  print(`  seed ${seed}`);
}

/** As `kiten measurement lidar --object` takes it. */
function boxText({
  centre,
  size,
  heading,
}: NonNullable<ReturnType<typeof simulatedAttack>['ghost']>): string {
  return [...centre, ...size, heading].map((each) => each.toFixed(2)).join(',');
}
