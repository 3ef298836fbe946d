import { decimalsOf, type Frame, Judge, type Profile, parseProfile } from '@kiten/measurement';
import type { Command } from 'commander';
import { readBytes, writePieces } from '../files.ts';
import { columnsFor, csvField, readFrame } from '../measurement-files.ts';
import { counted, print, printJson } from '../output.ts';
import { parseAmount, parseNames } from './measurement-learn.ts';

interface DetectFileOptions {
  readonly profile: string;
  readonly input: string;
  readonly out: string;
  readonly alarmsPerDay?: number;
  readonly detectors?: readonly string[];
  readonly turned?: boolean;
  readonly json?: boolean;
}

export function detectCommand(measurement: Command): void {
  measurement
    .command('detect')
    .description(
      'judge readings by a profile: a score for each row, the channels that carry it, what was seen',
    )
    .requiredOption('--profile <file>', 'what `kiten measurement learn` wrote')
    .requiredOption('--input <file>', 'a table (CSV) with the same channels; others are passed over')
    .requiredOption(
      '--out <file>',
      'where the scores go: CSV with score, alarm, channels, kind; an alarm begins at 1',
    )
    .option('--alarms-per-day <n>', 'instead of what the profile was learned for', parseAmount)
    .option('--detectors <names>', 'of those that the profile has, only these', parseNames)
    .option('--turned', 'the table has a line for each channel and a column for each moment')
    .option('--json', 'print JSON')
    .action(detectFile);
}

/** A stretch of rows with an alarm. */
interface AlarmRun {
  readonly first: number;
  last: number;
  score: number;
  kind: string;
  readonly channels: Set<string>;
}

async function detectFile(options: DetectFileOptions): Promise<void> {
  const { profile: profileFile, input, out, alarmsPerDay, detectors, json } = options;
  const profile = parseProfile(await readBytes(profileFile));
  const frame = await readFrame(input, options.turned);
  const columns = columnsFor(profile.channels, frame);
  const judge = new Judge(profile, {
    decimals: decimalsOf(frame.values),
    ...(alarmsPerDay === undefined ? {} : { alarmsPerDay }),
    ...(detectors === undefined ? {} : { detectors }),
  });
  const runs: AlarmRun[] = [];
  await writePieces(out, judged(judge, profile, frame, columns, runs));
  const told = runs.map(({ channels, ...run }) => ({ ...run, channels: [...channels] }));
  if (json) return printJson({ scores: out, rows: frame.rows, alarms: told });
  print(`${out}: ${counted(frame.rows, 'row', 'rows')}, ${counted(runs.length, 'alarm', 'alarms')}`);
  for (const { first, last, score, kind, channels } of told)
    print(
      `  rows ${first + 1}–${last + 1}  ${score.toFixed(1)}  ${kind}  ${channels.slice(0, 6).join(', ')}`,
    );
}

async function* judged(
  judge: Judge,
  profile: Profile,
  frame: Frame,
  columns: readonly number[],
  runs: AlarmRun[],
): AsyncGenerator<Uint8Array> {
  yield Buffer.from('row,time,score,alarm,channels,kind\n');
  const row = new Float64Array(profile.channels.length);
  const width = frame.channels.length;
  let text = '';
  for (let at = 0; at < frame.rows; at++) {
    for (const [channel, column] of columns.entries())
      row[channel] = frame.values[at * width + column] as number;
    const { severity, isAlarm, worst } = judge.push(
      row,
      frame.timeColumn === undefined ? undefined : frame.times[at],
    );
    const channels = isAlarm ? carriers(judge.bySeverity, profile.channels) : [];
    const kind = isAlarm ? (worst?.sees ?? '') : '';
    if (isAlarm) note(runs, at, severity, kind, channels);
    const fields = [at + 1, frame.times[at], severity.toPrecision(6), isAlarm ? 1 : 0];
    text += `${fields.join(',')},${csvField(channels.join(' '))},${kind}\n`;
    if (text.length < 1 << 16) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

/** The channels that are far from normal by themselves, the farthest first. */
function carriers(severities: Float64Array, names: readonly string[]): string[] {
  const most = severities.reduce((highest, each) => Math.max(highest, each), 0);
  return [...severities.keys()]
    .filter((channel) => (severities[channel] as number) >= most / 2 && most > 0)
    .sort((one, other) => (severities[other] as number) - (severities[one] as number))
    .map((channel) => names[channel] as string);
}

function note(runs: AlarmRun[], row: number, score: number, kind: string, channels: readonly string[]): void {
  const open = runs.at(-1);
  if (open === undefined || open.last < row - 1) {
    runs.push({ first: row, last: row, score, kind, channels: new Set(channels) });
    return;
  }
  open.last = row;
  for (const channel of channels) open.channels.add(channel);
  if (score > open.score) Object.assign(open, { score, kind });
}
