import {
  baselines,
  decimalsOf,
  type Frame,
  Judge,
  type Judgement,
  type Profile,
  parseProfile,
  RowMemory,
  RunningDiagnosis,
  type Suspicion,
} from '@kiten/measurement';
import type { Command } from 'commander';
import { alarmWords, momentOf } from '../alarm-words.ts';
import { BaselineAlarms, calmRows } from '../baseline-alarms.ts';
import { type DriftOptions, FollowedFile, printDrift, withDriftOptions } from '../drift-options.ts';
import { readBytes } from '../files.ts';
import { language } from '../language.ts';
import { csvField, profileFrame, readFrame } from '../measurement-files.ts';
import { writeOut } from '../out-file.ts';
import { counted, print, printJson } from '../output.ts';
import { rowNumber } from '../row-number.ts';
import { stepProgress } from '../step-progress.ts';
import { printNotes, tableNotes } from '../table-notes.ts';
import { type TableOptions, withTable } from '../table-options.ts';
import { parseAmount, parseNames } from './measurement-learn.ts';

interface DetectFileOptions extends DriftOptions, TableOptions {
  readonly profile: string;
  readonly input: string;
  readonly out: string;
  readonly alarmsPerDay?: number;
  readonly detectors?: readonly string[];
  readonly json?: boolean;
}

export function detectCommand(measurement: Command): void {
  const command = measurement
    .command('detect')
    .description(
      'judge readings by a profile: a score for each row, and of alarms what carries them, since when, and what they probably are',
    )
    .requiredOption('--profile <file>', 'what `kiten measurement learn` wrote')
    .requiredOption(
      '--input <file>',
      'a table (CSV) with the same channels; others are passed over; -: standard input',
    )
    .requiredOption(
      '--out <file>',
      'where the scores go: CSV with score, alarm, channels, kind, confidence, since, detector, baseline; an alarm begins at 1; -: to standard output',
    )
    .option('--alarms-per-day <n>', 'instead of what the profile was learned for', parseAmount)
    .option('--detectors <names>', 'of those that the profile has, only these', parseNames);
  withTable(withDriftOptions(command).option('--json', 'print JSON').action(detectFile));
}

/** A stretch of rows with an alarm, from 0; calm ones between two of them are part of it. */
interface AlarmRun {
  readonly first: number;
  last: number;
  score: number;
  detector: string;
  /** Those that were far from normal by themselves, for an alarm of which nothing else is known. */
  readonly far: Set<string>;
  suspicion: Suspicion | undefined;
  /** The simple detectors alarm somewhere in it, too. */
  isSimple: boolean;
}

async function detectFile(options: DetectFileOptions): Promise<void> {
  const { profile: profileFile, input, out, alarmsPerDay, detectors, json } = options;
  const bytes = await readBytes(profileFile);
  const profile = parseProfile(bytes);
  const followed = new FollowedFile(options, bytes);
  const frame = profileFrame(profile, await readFrame(input, options, profile.channels));
  const decimals = decimalsOf(frame.values);
  const judging = {
    ...{ decimals, ...(await followed.forJudge(frame)) },
    ...(alarmsPerDay === undefined ? {} : { alarmsPerDay }),
  };
  const judge = new Judge(profile, { ...judging, ...(detectors === undefined ? {} : { detectors }) });
  const beside = BaselineAlarms.of(profile, judging);
  const diagnosis = new RunningDiagnosis(profile, decimals);
  const runs: AlarmRun[] = [];
  await writeOut(out, judged({ judge, beside, profile, diagnosis }, frame, runs));
  const drift = await followed.keep(judge, profile, decimals);
  const told = runs.map(({ far, suspicion, first, last, isSimple, ...run }) => ({
    ...{ first: rowNumber(first), last: rowNumber(last), ...run },
    since: suspicion?.began,
    kind: suspicion?.kind ?? 'unknown',
    confidence: suspicion?.confidence ?? 0,
    channels: carriersOf(suspicion) ?? [...far],
  }));
  const simple = beside && { alarms: beside.alarms, within: runs.filter(({ isSimple }) => isSimple).length };
  const notes = tableNotes(frame, profile);
  if (json)
    return printJson({
      ...{ scores: out, rows: frame.rows, alarms: told, ...(simple && { baselines: simple }) },
      ...{ ...(drift && { drift }), notes },
    });
  printNotes(input, notes);
  const words = alarmWords[language()];
  print(`${out}: ${counted(frame.rows, 'row', 'rows')}, ${counted(runs.length, 'alarm', 'alarms')}`);
  for (const { first, last, score, kind, confidence, detector, since = 0, channels } of told) {
    const sure = words.kind(words.kinds[kind], Math.round(100 * confidence));
    print(`  rows ${first}–${last}  ${score.toFixed(1)}  ${detector}  ${channels.slice(0, 6).join(', ')}`);
    print(`    ${words.since(momentOf(since))} ${sure}`);
  }
  if (simple !== undefined)
    print(
      `  beside: ${counted(simple.alarms, 'alarm', 'alarms')} by ${baselines.join(', ')} alone, in ${simple.within} of the ${runs.length} above`,
    );
  if (drift !== undefined) printDrift(drift, decimals);
}

async function* judged(
  by: {
    readonly judge: Judge;
    readonly beside: BaselineAlarms | undefined;
    readonly profile: Profile;
    readonly diagnosis: RunningDiagnosis;
  },
  frame: Frame,
  runs: AlarmRun[],
): AsyncGenerator<Uint8Array> {
  const { judge, beside, profile, diagnosis } = by;
  const more = beside === undefined ? '' : ',baseline';
  yield Buffer.from(`row,time,score,alarm,channels,kind,confidence,since,detector${more}\n`);
  const width = profile.channels.length;
  const memory = new RowMemory(width);
  let text = '';
  let open: AlarmRun | undefined;
  const progress = stepProgress(`judging ${counted(frame.rows, 'row', 'rows')}`);
  for (let at = 0; at < frame.rows; at++) {
    if (at % 1000 === 0) progress(at / frame.rows);
    const row = frame.values.subarray(at * width, (at + 1) * width);
    const time = frame.times[at] as number;
    memory.push(time, row);
    const moment = frame.timeColumn === undefined ? undefined : time;
    const judgement = judge.push(row, moment);
    const isSimple = beside?.push(at, row, moment) === true;
    const far = judgement.isAlarm ? farthest(judge.bySeverity, profile.channels) : [];
    if (open !== undefined && at - open.last > calmRows) open = ended(open, diagnosis);
    if (judgement.isAlarm) open = noted(open, at, judgement, far, runs);
    if (open !== undefined && isSimple) open.isSimple = true;
    if (open !== undefined)
      open.suspicion = diagnosis.push(time, judgement, () => memory.recent()) ?? open.suspicion;
    const known = judgement.isAlarm ? open?.suspicion : undefined;
    const fields = [
      ...[rowNumber(at), time, judgement.severity.toPrecision(6), judgement.isAlarm ? 1 : 0],
      csvField((carriersOf(known) ?? far).join(' ')),
      ...(known === undefined
        ? ['', '', '']
        : [known.kind, known.confidence.toFixed(2), Number(known.began.toFixed(6))]),
      judgement.isAlarm ? (judgement.worst?.sees ?? '') : '',
      ...(beside === undefined ? [] : [isSimple ? 1 : 0]),
    ];
    text += `${fields.join(',')}\n`;
    if (text.length < 1 << 16) continue;
    yield Buffer.from(text);
    text = '';
  }
  progress(1);
  if (open !== undefined) ended(open, diagnosis);
  yield Buffer.from(text);
}

/** The channels that are far from normal by themselves, the farthest first. */
function farthest(severities: Float64Array, names: readonly string[]): string[] {
  const most = severities.reduce((highest, each) => Math.max(highest, each), 0);
  return [...severities.keys()]
    .filter((channel) => (severities[channel] as number) >= most / 2 && most > 0)
    .sort((one, other) => (severities[other] as number) - (severities[one] as number))
    .map((channel) => names[channel] as string);
}

function carriersOf(suspicion: Suspicion | undefined): string[] | undefined {
  const carriers = suspicion?.channels.map(({ channel }) => channel) ?? [];
  return carriers.length === 0 ? undefined : carriers;
}

function noted(
  open: AlarmRun | undefined,
  row: number,
  { severity: score, worst }: Judgement,
  far: readonly string[],
  runs: AlarmRun[],
): AlarmRun {
  const detector = worst?.sees ?? '';
  const run = open ?? {
    first: row,
    last: row,
    score,
    detector,
    far: new Set(),
    suspicion: undefined,
    isSimple: false,
  };
  if (open === undefined) runs.push(run);
  run.last = row;
  for (const channel of far) run.far.add(channel);
  if (score > run.score) Object.assign(run, { score, detector });
  return run;
}

function ended(run: AlarmRun, diagnosis: RunningDiagnosis): undefined {
  run.suspicion = diagnosis.end() ?? run.suspicion;
}
