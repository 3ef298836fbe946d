import { KitenError } from '@kiten/codec';
import { type Frame, type Score, score } from '@kiten/measurement';
import { type Command, InvalidArgumentError } from 'commander';
import { readFrame } from '../measurement-files.ts';
import { counted, print, printJson, printTable } from '../output.ts';
import { parseRow, placeOfRow, rowNumber } from '../row-number.ts';
import { type TableOptions, withTable } from '../table-options.ts';
import { parseAmount } from './measurement-learn.ts';

interface ScoreFileOptions extends TableOptions {
  readonly scores: string;
  readonly labels: string;
  readonly label?: string;
  readonly buffer: number;
  readonly interval?: number;
  readonly from: number;
  readonly json?: boolean;
}

export function scoreCommand(measurement: Command): void {
  withTable(
    measurement
      .command('score')
      .description('hold alarms against what really was an attack, by metrics that chance does not please')
      .requiredOption(
        '--scores <file>',
        'what `kiten measurement detect` wrote, or any table with score and alarm',
      )
      .requiredOption('--labels <file>', 'a table of as many rows with a column that says what was an attack')
      .option('--label <column>', 'which column that is, where several could be')
      .option('--buffer <rows>', 'the widest buffer of VUS-PR', parseBuffer, 100)
      .option('--interval <seconds>', 'the time between two rows, where no column says', parseAmount)
      .option(
        '--from <row>',
        'the first row that counts, the first of the data being row 1: what was learned from is no test',
        parseRow,
        1,
      )
      .option('--json', 'print JSON')
      .action(scoreFile),
  );
}

async function scoreFile(options: ScoreFileOptions): Promise<void> {
  const scores = await readFrame(options.scores);
  const labels = await readFrame(options.labels, options);
  const [label, truth] = labelOf(labels, options.label);
  const interval = labels.interval ?? options.interval;
  if (truth.length !== scores.rows)
    throw new KitenError(
      'kiten/rows-differ',
      `There are ${scores.rows} scores for ${truth.length} labels; a row of one is a row of the other.`,
    );
  const before = placeOfRow(options.from);
  if (before >= scores.rows)
    throw new KitenError(
      'kiten/rows-differ',
      `There are ${counted(scores.rows, 'row', 'rows')}: none is left from row ${options.from} on.`,
    );
  const scored = (alarms: Float64Array, heights: Float64Array): Score =>
    score(truth.slice(before), alarms.slice(before), heights.slice(before), {
      buffer: options.buffer,
      ...(interval === undefined ? {} : { secondsPerRow: interval }),
    });
  const result = scored(columnOf(scores, 'alarm'), columnOf(scores, 'score'));
  const simple = namedColumn(scores, 'baseline');
  // They have no height: what a threshold would make of them is not asked.
  const baselines = simple && besideOf(scored(simple, simple));
  if (options.json)
    return printJson({
      label,
      ...result,
      detections: result.detections.map(({ first, last, ...rest }) => ({
        ...{ first: rowNumber(before + first), last: rowNumber(before + last), ...rest },
      })),
      ...(baselines && { baselines }),
    });
  tell(result, baselines, label);
}

/** What is said of alarms alone. */
type Beside = Pick<Score, 'pointWise' | 'etapr' | 'affiliation' | 'falseAlarmsPerDay' | 'medianDelay'> & {
  readonly noticed: number;
};

function besideOf(result: Score): Beside {
  const { pointWise, etapr, affiliation, falseAlarmsPerDay, medianDelay } = result;
  return { pointWise, etapr, affiliation, falseAlarmsPerDay, medianDelay, noticed: noticedIn(result) };
}

const noticedIn = ({ detections }: Score): number =>
  detections.filter(({ delay }) => delay !== undefined).length;

/** Not 0, and not a number that says normal: −1 is an attack in some sets. @throws KitenError `kiten/label-missing` */
function labelOf(frame: Frame, asked: string | undefined): [name: string, Float64Array] {
  const names = [...frame.labels.keys()];
  const name = asked ?? names[0] ?? '';
  const found = frame.labels.get(name) ?? (asked === undefined ? undefined : namedColumn(frame, asked));
  if (found !== undefined) return [name, found.map((value) => (Number.isNaN(value) || value === 0 ? 0 : 1))];
  throw new KitenError(
    'kiten/label-missing',
    asked === undefined
      ? 'No column says what was an attack. Name it with --label.'
      : `There is no column “${asked}”, but ${[...names, ...frame.channels].join(', ')}.`,
    { detail: { channels: frame.channels } },
  );
}

function namedColumn(frame: Frame, name: string): Float64Array | undefined {
  const column = frame.channels.indexOf(name);
  if (column < 0) return undefined;
  const width = frame.channels.length;
  return Float64Array.from({ length: frame.rows }, (_, row) => frame.values[row * width + column] as number);
}

function columnOf(frame: Frame, name: string): Float64Array {
  const found = namedColumn(frame, name);
  if (found !== undefined) return found;
  throw new KitenError('kiten/channel-missing', `The table of scores has no column “${name}”.`);
}

const share = (value: number | undefined): string => value?.toFixed(3) ?? '–';

type Rates = { readonly precision: number | undefined; readonly recall: number | undefined } & {
  readonly f1: number | undefined;
};

function tell(result: Score, beside: Beside | undefined, label: string): void {
  const { pointWise, ranking } = result;
  const cells = ({ precision, recall, f1 }: Rates) => [share(precision), share(recall), share(f1)];
  const metrics = [
    ['row by row', 'pointWise'],
    ['eTaPR', 'etapr'],
    ['affiliation', 'affiliation'],
  ] as const;
  printTable(
    [
      'metric',
      'precision',
      'recall',
      'F1',
      ...(beside === undefined ? [] : ['baselines: precision', 'recall', 'F1']),
    ],
    metrics.map(([name, key]) => [
      ...[name, ...cells(result[key])],
      ...(beside === undefined ? [] : cells(beside[key])),
    ]),
  );
  print();
  print(`labels              ${label}`);
  print(`false alarm rate    ${share(pointWise.falseAlarmRate)}, missed ${share(pointWise.missedAlarmRate)}`);
  print(`ROC area            ${share(ranking.aucRoc)}, average precision ${share(ranking.averagePrecision)}`);
  print(`VUS-PR              ${share(result.vusPr)}`);
  print(`BATADAL S           ${share(result.batadal)}`);
  const falsely = ({ falseAlarmsPerDay }: Score | Beside) => falseAlarmsPerDay?.toFixed(2) ?? '–';
  const late = ({ medianDelay }: Score | Beside) => medianDelay ?? '–';
  print(
    `false alarms        ${falsely(result)} a day${beside === undefined ? '' : `, of the baselines ${falsely(beside)}`}`,
  );
  print(
    `attacks noticed     ${noticedIn(result)} of ${result.attacks}, ${late(result)} rows after they began (median)${
      beside === undefined ? '' : `, by the baselines ${beside.noticed}, ${late(beside)} rows`
    }`,
  );
}

/** Each buffer takes a pass over all rows. @throws InvalidArgumentError */
function parseBuffer(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0 && value <= 10_000) return value;
  throw new InvalidArgumentError('This is a whole number from 1 to 10000.');
}
