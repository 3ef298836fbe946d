import { randomInt } from 'node:crypto';
import {
  chance,
  type Frame,
  type InjectedKind,
  type Injection,
  inject,
  injectedKinds,
  pumpingStation,
  type SimulatedAttackKind,
  simulatedAttackKinds,
} from '@kiten/measurement';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readFrame, tableOf } from '../measurement-files.ts';
import { writeOut } from '../out-file.ts';
import { counted, print, printJson } from '../output.ts';
import { parseRow, placeOfRow, rowNumber } from '../row-number.ts';
import { writeSimulatedAttack } from '../simulated-attack.ts';
import { type TableOptions, withTable } from '../table-options.ts';

interface SimulateFileOptions extends TableOptions {
  readonly input?: string;
  readonly out: string;
  readonly fault?: InjectedKind;
  readonly attack?: SimulatedAttackKind;
  readonly calm?: boolean;
  readonly channel?: string;
  readonly from?: number;
  readonly rows: number;
  readonly size?: number;
  readonly source?: number;
  readonly other?: string;
  readonly seed?: number;
  readonly json?: boolean;
}

export function simulateCommand(measurement: Command): void {
  withTable(
    measurement
      .command('simulate')
      .description(
        'put a fault or an attack into readings, to see whether it is found; or make readings to begin with',
      )
      .option(
        '--input <file>',
        'readings without an attack (CSV); without it, those of a simulated pumping station',
      )
      .requiredOption(
        '--out <file>',
        'where the readings go: CSV, with a column `attack` that is 1 where they were altered; of a flight, a directory, or with a name that ends in .nmea what its receiver says; -: to standard output',
      )
      .addOption(new Option('--fault <kind>', 'what is done').choices(injectedKinds))
      .addOption(
        new Option(
          '--attack <kind>',
          'readings of a simulated sensor that is attacked from two thirds of the time on',
        )
          .choices(simulatedAttackKinds)
          .conflicts(['fault', 'input']),
      )
      .option('--calm', 'the same without the attack')
      .option('--channel <name>', 'the channel that it is done to')
      .option(
        '--from <row>',
        'the first row that is altered, the first of the data being row 1; the middle, unless given',
        parseRow,
      )
      .option('--rows <n>', 'how many rows are altered; without --fault, how many are made', parseRow, 300)
      .option(
        '--size <n>',
        'bias, drift (at its end), noise and alias in deviations of the channel; the factor of gain, and of the noise of a replacement; of --attack as docs/measurement-physics.md says',
        parseSize,
      )
      .option(
        '--source <row>',
        'replay: the row that the recording begins with; the rows just before, unless given',
        parseRow,
      )
      .option('--other <name>', 'swap: the other channel')
      .option('--seed <n>', 'for the same outcome each time', parseRow)
      .option('--json', 'print JSON')
      .action(simulateFile),
  );
}

async function simulateFile(options: SimulateFileOptions): Promise<void> {
  const { input, out, rows, json } = options;
  const seed = options.seed ?? randomInt(1, 2 ** 31);
  const random = chance(seed);
  if (options.attack !== undefined)
    return writeSimulatedAttack({ ...options, kind: options.attack, seed }, random);
  const frame =
    input === undefined ? pumpingStation(madeRows(options), random) : await readFrame(input, options);
  const injection = injectionOf(options, frame);
  const told = injection === undefined ? frame : inject(frame, injection, random);
  await writeOut(out, tableOf(told));
  if (json)
    return printJson({ out, rows: told.rows, channels: told.channels, seed, injection: numbered(injection) });
  print(
    `${out}: ${counted(told.rows, 'row', 'rows')} of ${counted(told.channels.length, 'channel', 'channels')}`,
  );
  if (injection !== undefined)
    print(
      `  ${injection.kind} of ${injection.channel} in rows ${rowNumber(injection.from)}–${injection.from + rows}`,
    );
  print(`  seed ${seed}`);
}

/** With rows as people count them. */
function numbered(injection: Injection | undefined): Injection | undefined {
  if (injection === undefined) return undefined;
  const { from, source } = injection;
  return {
    ...{ ...injection, from: rowNumber(from) },
    ...(source === undefined ? {} : { source: rowNumber(source) }),
  };
}

/** A station is simulated for long enough to have calm rows around the fault. */
function madeRows({ fault, from, rows }: SimulateFileOptions): number {
  return fault === undefined ? rows : (from ?? 2 * rows + 1) + 2 * rows;
}

function injectionOf(options: SimulateFileOptions, frame: Frame): Injection | undefined {
  const { fault: kind, channel, rows, size, source, other } = options;
  if (kind === undefined) return undefined;
  const from = options.from === undefined ? Math.trunc(frame.rows / 2) : placeOfRow(options.from);
  return {
    ...{ kind, rows, from, channel: channel ?? (frame.channels[0] as string) },
    ...(size === undefined ? {} : { size }),
    ...(source === undefined ? {} : { source: placeOfRow(source) }),
    ...(other === undefined ? {} : { other }),
  };
}

/** @throws InvalidArgumentError */
function parseSize(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value !== 0) return value;
  throw new InvalidArgumentError('This is a number other than 0, such as 1.5 or −2.');
}
