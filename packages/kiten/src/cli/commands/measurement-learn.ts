import {
  detectorKinds,
  encodeProfile,
  type Frame,
  learn,
  rowsOf,
  standardDetectors,
  withoutFillers,
} from '@kiten/measurement';
import { type Command, InvalidArgumentError } from 'commander';
import { readFrame } from '../measurement-files.ts';
import { writeOut } from '../out-file.ts';
import { counted, print, printJson, printList } from '../output.ts';
import { stepProgress } from '../step-progress.ts';
import { printNotes, tableNotes } from '../table-notes.ts';
import { type TableOptions, withTable } from '../table-options.ts';

interface LearnFileOptions extends TableOptions {
  readonly input: string;
  readonly out: string;
  readonly alarmsPerDay: number;
  readonly interval?: number;
  readonly rows?: number;
  readonly detectors?: readonly string[];
  readonly json?: boolean;
}

export function learnCommand(measurement: Command): void {
  withTable(
    measurement
      .command('learn')
      .description('learn from readings without an attack what is normal')
      .requiredOption(
        '--input <file>',
        'a table (CSV) with a name over each column and a row for each moment; -: standard input',
      )
      .requiredOption('--out <file>', 'where the profile goes; -: to standard output')
      .option('--alarms-per-day <n>', 'false alarms that are put up with', parseAmount, 0.1)
      .option('--interval <seconds>', 'the time between two rows, where no column says', parseAmount)
      .option(
        '--detectors <names>',
        `instead of ${standardDetectors.join(',')}, any of ${[...detectorKinds.keys()].join(',')}`,
        parseNames,
      )
      .option('--rows <n>', 'learn from the first so many rows only', parseRows)
      .option('--json', 'print JSON')
      .action(learnFile),
  );
}

async function learnFile(options: LearnFileOptions): Promise<void> {
  const { input, out, alarmsPerDay, interval, detectors, json } = options;
  const table = await readFrame(input, options);
  const frame = withoutFillers(rowsOf(table, 0, Math.min(table.rows, options.rows ?? table.rows)));
  const progress = stepProgress(`learning from ${counted(frame.rows, 'row', 'rows')}`);
  const profile = learn(frame, {
    ...{ alarmsPerDay, progress, withBaselines: true },
    ...(interval === undefined ? {} : { interval }),
    ...(detectors === undefined ? {} : { detectors }),
  });
  await writeOut(out, encodeProfile(profile));
  const found = {
    rows: frame.rows,
    time: frame.timeColumn,
    interval: profile.interval,
    channels: frame.channels,
    units: Object.fromEntries(unitsOf(frame)),
    labels: [...frame.labels.keys()],
    leftOut: frame.leftOut,
  };
  const notes = tableNotes({ ...table, fillers: frame.fillers ?? [] });
  if (json) return printJson({ profile: out, alarmsPerDay, ...found, notes });
  printNotes(input, notes);
  print(
    `${out}: what is normal for ${counted(frame.channels.length, 'channel', 'channels')} in ${frame.rows} rows`,
  );
  print(`  time        ${timeOf(frame, profile.interval)}`);
  printList('  channels   ', frame.channels);
  const units = unitsOf(frame).map(([channel, unit]) => `${channel} in ${unit}`);
  if (units.length > 0) printList('  units      ', units);
  if (found.labels.length > 0) printList('  labels     ', found.labels, ': not learned from');
  if (found.leftOut.length > 0) printList('  left out   ', found.leftOut, ': no readings');
  print(`  alarms      ${alarmsPerDay} a day without a cause`);
}

const unitsOf = ({ channels, units = [] }: Frame): [string, string][] =>
  channels.flatMap((channel, at) => (units[at] ? [[channel, units[at]]] : []));

function timeOf({ timeColumn }: Frame, interval: number | undefined): string {
  const seconds =
    interval === undefined ? undefined : `${Number(interval.toPrecision(6))} s between two rows`;
  if (timeColumn !== undefined) return `${timeColumn}, ${seconds ?? 'all rows at one moment'}`;
  return seconds === undefined
    ? 'no column, a row is taken for a second: say --time-column or --interval'
    : `no column, ${seconds}`;
}

/** @throws InvalidArgumentError */
export function parseAmount(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('This is a number above 0, such as 0.5.');
}

/** @throws InvalidArgumentError */
export function parseRows(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('This is a whole number above 0.');
}

/** Names with commas between them. @throws InvalidArgumentError */
export function parseNames(text: string): string[] {
  const names = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  if (names.length > 0) return names;
  throw new InvalidArgumentError('These are names with commas between, one at least.');
}
