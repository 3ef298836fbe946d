import { KitenError } from '@kiten/codec';
import {
  CrossJudge,
  type CrossJudgement,
  crossCheckText,
  encodeCrossProfile,
  type JointStream,
  jointFrame,
  learnCross,
  parseCrossCheck,
  parseCrossProfile,
  type StreamTable,
  sensorName,
  toldFrom,
} from '@kiten/measurement';
import type { Command } from 'commander';
import { crossLines } from '../cross-words.ts';
import { readBytes } from '../files.ts';
import { language } from '../language.ts';
import { columnsFor, csvField, readFrame, readingsOf } from '../measurement-files.ts';
import { writeOut } from '../out-file.ts';
import { counted, print, printJson } from '../output.ts';
import { rowNumber } from '../row-number.ts';
import { stepProgress } from '../step-progress.ts';
import { printNotes, tableNotes } from '../table-notes.ts';
import { parseAmount } from './measurement-learn.ts';

interface LearnOptions {
  readonly input: readonly string[];
  readonly out: string;
  readonly check?: readonly string[];
  readonly alarmsPerDay: number;
  readonly every?: number;
  readonly json?: boolean;
}

interface CheckOptions {
  readonly profile: string;
  readonly input: readonly string[];
  readonly out: string;
  readonly json?: boolean;
}

/** How sensors of several streams, and of several devices, go together. */
export function crossCommands(measurement: Command): void {
  const cross = measurement
    .command('cross')
    .description('sensors of several streams against each other: which of them lies, since when and how');
  cross
    .command('learn')
    .description('learn from tables without an attack how the sensors of several streams go together')
    .requiredOption(
      '--input <stream=file...>',
      'a table (CSV) with a column of time for each stream: DEVICE/NAME=FILE',
    )
    .requiredOption('--out <file>', 'where the profile goes; -: to standard output')
    .option(
      '--check <check...>',
      'what is known: “equal A B C”, “sum WHOLE PART PART”, “ratio A B 2.5”, “linear A B”, “below A B”, each perhaps with “within 0.05”; a sensor is STREAM#CHANNEL',
    )
    .option('--alarms-per-day <n>', 'false alarms that are put up with', parseAmount, 0.1)
    .option(
      '--every <seconds>',
      'the time between two joint rows (default that of the slowest stream)',
      parseAmount,
    )
    .option('--json', 'print JSON')
    .action(learnFiles);
  cross
    .command('check')
    .description(
      'judge tables of the same streams: a score for each joint row, and of alarms which sensor lies, since when and why',
    )
    .requiredOption('--profile <file>', 'what `kiten measurement cross learn` wrote')
    .requiredOption('--input <stream=file...>', 'a table (CSV) for each stream; a missing one says nothing')
    .requiredOption(
      '--out <file>',
      'where the scores go: CSV with time, score, alarm, channels, kind, confidence, since, told, check; -: to standard output',
    )
    .option('--json', 'print JSON')
    .action(checkFiles);
}

async function learnFiles(options: LearnOptions): Promise<void> {
  const { input, out, check = [], alarmsPerDay, every, json } = options;
  const checks = check.map(parseCrossCheck);
  const tables = await tablesOf(input, json);
  const profile = learnCross(tables, {
    ...{ alarmsPerDay, checks, progress: stepProgress('learning how sensors go together') },
    ...(every === undefined ? {} : { every }),
  });
  await writeOut(out, encodeCrossProfile(profile));
  const related = profile.related.map(({ check: pair, explained }) => ({
    check: crossCheckText(pair),
    explained,
  }));
  if (json)
    return printJson({
      ...{ profile: out, rows: profile.rows, every: profile.every, alarmsPerDay, related },
      sensors: tables.flatMap(({ stream, frame }) =>
        frame.channels.map((channel) => sensorName({ stream, channel })),
      ),
    });
  const sensors = tables.reduce((sum, { frame }) => sum + frame.channels.length, 0);
  print(
    `${out}: how ${counted(sensors, 'sensor', 'sensors')} go together in ${profile.rows} rows, ${profile.every} s apart`,
  );
  if (related.length > 0) print('  would be checks, if somebody who knows the place says so:');
  for (const { check: pair, explained } of related)
    print(`    ${(100 * explained).toFixed(1)} %  --check '${pair}'`);
}

async function checkFiles({ profile: file, input, out, json }: CheckOptions): Promise<void> {
  const profile = parseCrossProfile(await readBytes(file));
  const given = new Map((await tablesOf(input, json, profile.streams)).map((table) => [table.stream, table]));
  const tables = profile.streams.flatMap(({ stream, channels }): StreamTable[] => {
    const table = given.get(stream);
    given.delete(stream);
    if (table === undefined) return [];
    const { values } = readingsOf(table.frame, columnsFor(channels, table.frame));
    return [{ stream, frame: { ...table.frame, channels, values } }];
  });
  const [other] = given.keys();
  if (other !== undefined || tables.length === 0)
    throw new KitenError(
      'kiten/stream-input',
      `The profile is of ${profile.streams.map(({ stream }) => stream).join(', ')}, and not of ${other ?? 'nothing'}.`,
    );
  const frame = jointFrame(tables, profile);
  const alarms: CrossJudgement[] = [];
  await writeOut(out, judged(new CrossJudge(profile), frame, alarms));
  if (json) return printJson({ scores: out, rows: frame.rows, alarms });
  print(`${out}: ${counted(frame.rows, 'row', 'rows')}, ${counted(alarms.length, 'alarm', 'alarms')}`);
  for (const alarm of alarms) {
    print();
    for (const line of crossLines(alarm, language())) print(`  ${line}`);
  }
}

async function* judged(
  judge: CrossJudge,
  {
    rows,
    times,
    values,
  }: { readonly rows: number; readonly times: Float64Array; readonly values: Float64Array },
  alarms: CrossJudgement[],
): AsyncGenerator<Uint8Array> {
  yield Buffer.from('row,time,score,alarm,channels,kind,confidence,since,told,check\n');
  const width = judge.sensors.length;
  let text = '';
  let open: CrossJudgement | undefined;
  for (let at = 0; at < rows; at++) {
    const row = judge.push(times[at] as number, values.subarray(at * width, (at + 1) * width));
    if (judge.alarm === undefined && open !== undefined) {
      alarms.push(open);
      open = undefined;
    }
    if (judge.isDue) open = judge.judgement();
    const known = row.isAlarm ? open : undefined;
    const named = known?.sensors.filter(({ probability }) => !known.isTold || probability >= toldFrom) ?? [];
    const [first] = named;
    const fields = [
      ...[rowNumber(at), row.at, row.severity.toPrecision(6), row.isAlarm ? 1 : 0],
      csvField(named.map(({ sensor }) => sensor).join(' ')),
      ...(first === undefined ? ['', ''] : [first.kind, first.confidence.toFixed(2)]),
      ...(known === undefined ? ['', ''] : [Number(known.since.toFixed(6)), known.isTold ? 1 : 0]),
      row.isAlarm ? csvField(row.worst ?? '') : '',
    ];
    text += `${fields.join(',')}\n`;
    if (text.length < 1 << 16) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (open !== undefined) alarms.push(judge.judgement() ?? open);
  yield Buffer.from(text);
}

/** @throws KitenError `kiten/stream-input`, and what reading a table throws */
async function tablesOf(
  inputs: readonly string[],
  isQuiet = false,
  known: readonly JointStream[] = [],
): Promise<StreamTable[]> {
  const tables: StreamTable[] = [];
  for (const input of inputs) {
    const at = input.indexOf('=');
    if (at <= 0 || at === input.length - 1)
      throw new KitenError(
        'kiten/stream-input',
        `“${input}” is not STREAM=FILE, such as pump-1/tank=tank.csv.`,
      );
    const [name, file] = [input.slice(0, at), input.slice(at + 1)];
    const frame = await readFrame(file, {}, known.find(({ stream }) => stream === name)?.channels);
    if (!isQuiet) printNotes(file, tableNotes(frame));
    tables.push({ stream: name, frame });
  }
  return tables;
}
