import { KitenError } from '@kiten/codec';
import {
  type Echoes,
  type Frame,
  judgeSilence,
  type SilenceJudgement,
  type SilenceLevels,
  silenceLevels,
} from '@kiten/measurement';
import { type Command, InvalidArgumentError } from 'commander';
import { csvPieces } from '../csv-pieces.ts';
import { inputName } from '../input-file.ts';
import { csvField, readFrame } from '../measurement-files.ts';
import { writeOut } from '../out-file.ts';
import { counted, print, printJson, printTable } from '../output.ts';
import { rowNumber } from '../row-number.ts';
import { columnLike, columnOf } from '../table-axes.ts';
import { printNotes, tableNotes } from '../table-notes.ts';
import { type TableOptions, withTable } from '../table-options.ts';
import { parseAmount } from './measurement-learn.ts';

interface ActiveOptions extends TableOptions {
  readonly input: string;
  readonly sent?: string;
  readonly heard?: string;
  readonly echoSamples: number;
  readonly normal?: string;
  readonly ambient?: number;
  readonly noise?: number;
  readonly out?: string;
  readonly json?: boolean;
}

export function activeCommand(measurement: Command): void {
  withTable(
    measurement
      .command('active')
      .description(
        'judge by its silences whether somebody answers an active sensor: radar, ultrasound, LiDAR',
      )
      .requiredOption(
        '--input <file>',
        'a table (CSV), sample by sample, of whether the sensor sent (0: it was silent) and of what it heard',
      )
      .option('--sent <channel>', 'the channel that says whether it sent; by its name, unless given')
      .option('--heard <channel>', 'the channel of what it heard; by its name, unless given')
      .option('--echo-samples <n>', 'samples for which an echo may come after it stopped', parseSamples, 0)
      .option('--normal <file>', 'the same without an attack, whose silence says what is usual')
      .option('--ambient <value>', 'instead: what a silent sample says on the mean', parseReading)
      .option('--noise <amount>', 'and its standard deviation', parseAmount)
      .option(
        '--out <file>',
        'where scores go: CSV with row, time, score, alarm, channels, kind; an alarm begins at 1; -: to standard output',
      )
      .option('--json', 'print JSON')
      .action(judgeActiveFile),
  );
}

/** Names of columns, in lower case without signs, as drivers and loggers write them. */
const sentNames =
  'sent sends sending tx transmit transmits transmitted transmitting emit emitted emits'.split(' ');
const heardNames = 'heard rx received receive echo reading response envelope signal amplitude'.split(' ');

/** Where what is usual comes from. */
type LevelsFrom = 'options' | 'normal' | 'input';

async function judgeActiveFile(options: ActiveOptions): Promise<void> {
  const { input, echoSamples, out, json } = options;
  const frame = await readFrame(input, options);
  const { names, echoes } = echoesOf(frame, options);
  const [levels, levelsFrom] = await levelsOf(options, echoes);
  const judgement = judgeSilence(echoes, levels, echoSamples);
  const scores = scoresOf(judgement, frame, names[1]);
  if (out !== undefined) await writeOut(out, csvPieces(scoreColumns, scores));
  const alarms = judgement.alarms.map(({ first, last, severity }) => ({
    ...{ first: rowNumber(first), last: rowNumber(last) },
    ...{ from: frame.times[first], to: frame.times[last], severity },
  }));
  const { silent, severities } = judgement;
  const highest = severities.reduce((most, each) => Math.max(most, each), 0);
  const notes = tableNotes(frame);
  if (json)
    return printJson({
      rows: frame.rows,
      channels: names,
      silent,
      levels,
      levelsFrom,
      highest,
      alarms,
      notes,
    });
  printNotes(input, notes);
  print(
    `${inputName(input)}: ${counted(frame.rows, 'sample', 'samples')}, silent in ${silent}, ${counted(alarms.length, 'alarm', 'alarms')}`,
  );
  print(`  silence says ${sixDigits(levels.ambient)} ± ${sixDigits(levels.noise)}, ${fromWhere[levelsFrom]}`);
  if (alarms.length > 0)
    printTable(
      ['  rows', 'from', 'to', 'score', ''],
      alarms.map(({ first, last, from, to, severity }) => [
        `  ${first}–${last}`,
        ...[from, to].map((time) => sixDigits(time as number)),
        severity.toFixed(1),
        'answered while it was silent',
      ]),
    );
  print(`  highest: ${highest.toFixed(2)} of an alarm`);
}

const fromWhere: Readonly<Record<LevelsFrom, string>> = {
  options: 'as you say',
  normal: 'as without an attack',
  input:
    'by the median of this table itself: an attacker who was there all along is taken for usual (see --normal)',
};

function echoesOf(
  frame: Frame,
  { sent, heard }: ActiveOptions,
): { readonly names: readonly [string, string]; readonly echoes: Echoes } {
  const sentAt = columnLike(frame, sentNames, '--sent', sent);
  const heardAt = columnLike(frame, heardNames, '--heard', heard);
  const names = [frame.channels[sentAt] as string, frame.channels[heardAt] as string] as const;
  return { names, echoes: { sent: columnOf(frame, sentAt), heard: columnOf(frame, heardAt) } };
}

/** @throws KitenError `kiten/levels-half` if only one of the two is said */
async function levelsOf(options: ActiveOptions, echoes: Echoes): Promise<[SilenceLevels, LevelsFrom]> {
  const { normal, ambient, noise, echoSamples } = options;
  if (ambient !== undefined && noise !== undefined) return [{ ambient, noise }, 'options'];
  if (ambient !== undefined || noise !== undefined)
    throw new KitenError('kiten/levels-half', 'Say both --ambient and --noise, or neither.');
  if (normal === undefined) return [silenceLevels(echoes, echoSamples), 'input'];
  const calm = echoesOf(await readFrame(normal, options), options).echoes;
  return [silenceLevels(calm, echoSamples), 'normal'];
}

const scoreColumns = ['row', 'time', 'score', 'alarm', 'channels', 'kind'];

function* scoresOf(
  { severities }: SilenceJudgement,
  { times }: Frame,
  heard: string,
): Generator<readonly (string | number)[]> {
  for (const [row, severity] of severities.entries()) {
    const isAlarm = severity >= 1;
    yield [
      ...[rowNumber(row), times[row] as number, severity.toPrecision(6), isAlarm ? 1 : 0],
      ...(isAlarm ? [csvField(heard), 'answered silence'] : ['', '']),
    ];
  }
}

const sixDigits = (value: number): string => String(Number(value.toPrecision(6)));

/** @throws InvalidArgumentError */
function parseSamples(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('This is a whole number from 0 on.');
}

/** @throws InvalidArgumentError */
function parseReading(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('This is a number, such as 0.02.');
}
