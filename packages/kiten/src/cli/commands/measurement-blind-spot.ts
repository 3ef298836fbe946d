import { KitenError } from '@kiten/codec';
import { type BlindSpot, blindSpot, decimalsOf, Judge, parseProfile, spreadOf } from '@kiten/measurement';
import type { Command } from 'commander';
import { consumerFrom } from '../consumer-file.ts';
import { readBytes } from '../files.ts';
import { columnsFor, profileFrame, readFrame } from '../measurement-files.ts';
import { print, printJson, printTable } from '../output.ts';
import { parseRow, placeOfRow, rowNumber } from '../row-number.ts';
import { stepProgress } from '../step-progress.ts';
import { printNotes, tableNotes } from '../table-notes.ts';
import { type TableOptions, withTable } from '../table-options.ts';
import { parseAmount, parseNames, parseRows } from './measurement-learn.ts';

interface BlindSpotFileOptions extends TableOptions {
  readonly consumer: string;
  readonly profile: string;
  readonly input: string;
  readonly channels?: readonly string[];
  readonly from?: number;
  readonly rows?: number;
  readonly trials: number;
  readonly alarmsPerDay?: number;
  readonly json?: boolean;
}

export function blindSpotCommand(measurement: Command): void {
  withTable(
    measurement
      .command('blind-spot')
      .description('look for the lie that moves a controller or a model farthest without an alarm')
      .requiredOption(
        '--consumer <file>',
        'a module (outputs, start) or a model (.onnx) that reads the channels',
      )
      .requiredOption('--profile <file>', 'what `kiten measurement learn` wrote')
      .requiredOption('--input <file>', 'a table (CSV) of readings without an attack, to alter')
      .option(
        '--channels <names>',
        'those that an attacker holds, with commas between; all, unless given',
        parseNames,
      )
      .option(
        '--from <row>',
        'the first row that is altered, the first of the data being row 1; the middle, unless given',
        parseRow,
      )
      .option('--rows <n>', 'how many are altered; the rest, unless given', parseRows)
      .option('--trials <n>', 'how often the readings are judged in the search', parseRows, 1000)
      .option('--alarms-per-day <n>', 'instead of what the profile was learned for', parseAmount)
      .option('--json', 'print JSON')
      .action(blindSpotFile),
  );
}

async function blindSpotFile(options: BlindSpotFileOptions): Promise<void> {
  const profile = parseProfile(await readBytes(options.profile));
  const honest = profileFrame(profile, await readFrame(options.input, options, profile.channels));
  if (options.json !== true) printNotes(options.input, tableNotes(honest, profile));
  const consumer = await consumerFrom(options.consumer, profile.channels);
  const from = options.from === undefined ? Math.trunc(honest.rows / 2) : placeOfRow(options.from);
  const rows = options.rows ?? honest.rows - from;
  if (rows <= 0 || from + rows > honest.rows)
    throw new KitenError(
      'kiten/rows-differ',
      `The table has ${honest.rows} rows; ${options.rows ?? 'those'} from row ${rowNumber(from)} on are not among them.`,
    );
  const names = options.channels ?? profile.channels;
  const held = columnsFor(names, profile);
  const judgeOptions = {
    decimals: decimalsOf(honest.values),
    ...(options.alarmsPerDay === undefined ? {} : { alarmsPerDay: options.alarmsPerDay }),
  };
  const found = await blindSpot(
    consumer,
    () => new Judge(profile, judgeOptions),
    honest,
    spreadOf(honest.values, profile.channels.length),
    {
      ...{ held, from, rows, trials: options.trials },
      ...(honest.timeColumn === undefined ? {} : { times: honest.times }),
      progress: stepProgress('looking for what stays unseen'),
    },
  );
  const amounts = held.map((channel) => found.alteration.amounts[channel] as number);
  if (options.json)
    return printJson({
      ...found,
      alteration: {
        ...found.alteration,
        from: rowNumber(from),
        amounts: Object.fromEntries(names.map((name, at) => [name, amounts[at]])),
      },
    });
  tell(found, names, amounts);
}

function tell(found: BlindSpot, names: readonly string[], amounts: readonly number[]): void {
  const { alteration, output, shift, relative, severity, trials } = found;
  print(
    `${output} moves by ${shift.toPrecision(4)} (${relative.toPrecision(3)} of its deviations) without an alarm, by a ${alteration.shape} over rows ${rowNumber(alteration.from)}–${alteration.from + alteration.rows}:`,
  );
  printTable(
    ['channel', 'altered by'],
    names.map((name, at) => [name, (amounts[at] as number).toPrecision(4)]),
  );
  print(`It comes to ${severity.toFixed(2)} of an alarm. ${trials} trials; more may be possible.`);
}
