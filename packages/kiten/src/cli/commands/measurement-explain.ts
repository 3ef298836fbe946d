import {
  type Alarm,
  type Diagnosis,
  decimalsOf,
  diagnose,
  type Frame,
  Judge,
  type JudgeOptions,
  type Profile,
  parseProfile,
  rowsOf,
  type Statistic,
  type Unseen,
  unseenOn,
} from '@kiten/measurement';
import type { Command } from 'commander';
import { type AlarmWords, alarmWords, momentOf } from '../alarm-words.ts';
import { coursePlot, courseSvg } from '../course-picture.ts';
import { readBytes, writeBytes } from '../files.ts';
import { language } from '../language.ts';
import { profileFrame, readFrame } from '../measurement-files.ts';
import { print, printJson } from '../output.ts';
import { parseRow, placeOfRow, rowNumber } from '../row-number.ts';
import { stepProgress } from '../step-progress.ts';
import { printNotes, tableNotes } from '../table-notes.ts';
import { type TableOptions, withTable } from '../table-options.ts';
import { parseAmount } from './measurement-learn.ts';

interface ExplainFileOptions extends TableOptions {
  readonly profile: string;
  readonly input: string;
  readonly from: number;
  readonly picture?: string;
  readonly alarmsPerDay?: number;
  readonly json?: boolean;
}

/** Rows without an alarm that end one, rows before it that are looked at, and rows of it at most. */
const [calm, before, longest] = [20, 600, 2000];
/** Rows for which something is added, to see what the detectors let pass. */
const longestLie = 300;

export function explainCommand(measurement: Command): void {
  withTable(
    measurement
      .command('explain')
      .description(
        'say of an alarm when it began, which channels carry it, what they should have said, and what it probably was',
      )
      .requiredOption('--profile <file>', 'what `kiten measurement learn` wrote')
      .requiredOption('--input <file>', 'the table (CSV) with the alarm, and with calm rows before it')
      .option('--from <row>', 'the first alarm from this row on; the first of the data is row 1', parseRow, 1)
      .option('--picture <file>', 'draw what was said and what was expected (SVG)')
      .option('--alarms-per-day <n>', 'instead of what the profile was learned for', parseAmount)
      .option('--json', 'print JSON')
      .action(explainFile),
  );
}

async function explainFile(options: ExplainFileOptions): Promise<void> {
  const profile = parseProfile(await readBytes(options.profile));
  const frame = profileFrame(profile, await readFrame(options.input, options, profile.channels));
  const { alarmsPerDay } = options;
  const judging = {
    decimals: decimalsOf(frame.values),
    ...(alarmsPerDay === undefined ? {} : { alarmsPerDay }),
  };
  if (options.json !== true) printNotes(options.input, tableNotes(frame, profile));
  const words = alarmWords[language()];
  const { timeColumn } = frame;
  const found = firstAlarm(profile, frame, judging, placeOfRow(options.from));
  if (found === undefined) return options.json ? printJson({ alarm: null }) : print(words.none);
  const { alarm, offset, calmFrom } = found;
  const diagnosis = diagnose(profile, alarm);
  const course = courseOf(profile, alarm, diagnosis);
  const { suspicion, began } = diagnosis;
  const unseen = unseenBefore(profile, alarm, { ...diagnosis, calmFrom }, judging, timeColumn);
  const picture = { title: suspicion.channels[0]?.channel ?? '', words, ...course };
  if (options.picture !== undefined) await writeBytes(options.picture, courseSvg(picture));
  if (options.json)
    return printJson({
      alarm: {
        ...suspicion,
        row: rowNumber(offset + began),
        raisedRow: rowNumber(offset + alarm.raised),
        ...(unseen === undefined ? {} : { unseen }),
      },
    });
  const moment = momentOf(suspicion.began);
  const main = suspicion.channels[0]?.channel ?? '';
  const unit = profile.units?.[profile.channels.indexOf(main)];
  const measured = (text: string) => (unit ? `${text} ${unit}` : text);
  tell(words, { alarm, diagnosis, moment, row: rowNumber(offset + began), course, measured });
  if (unseen !== undefined) {
    const said = (amounts: readonly [number, number]) => {
      const [up, down] = amounts.map((each) => Number(each.toPrecision(3)));
      return measured(`+${up}/−${down}`);
    };
    print(words.unseen(main, said(unseen.bias), said(unseen.drift), unseen.rows));
  }
  print();
  print(coursePlot(picture));
}

/** What could have been added to the channel that carries most, by the calm rows since the alarm before. */
function unseenBefore(
  profile: Profile,
  { values, times }: Alarm,
  { began, suspicion, calmFrom }: Diagnosis & { readonly calmFrom: number },
  judging: JudgeOptions,
  timeColumn: string | undefined,
): Unseen | undefined {
  const { channels, interval } = profile;
  if (began <= calmFrom) return undefined;
  const whole = { channels, rows: times.length, values, times, timeColumn, interval };
  const calm = rowsOf({ ...whole, labels: new Map(), leftOut: [] }, calmFrom, began);
  const column = channels.indexOf(suspicion.channels[0]?.channel ?? '');
  return unseenOn(profile, calm, column, longestLie, judging);
}

function tell(
  words: AlarmWords,
  told: {
    readonly alarm: Alarm;
    readonly diagnosis: Diagnosis;
    readonly moment: string;
    readonly row: number;
    readonly course: { readonly said: Float64Array; readonly expected: Float64Array; readonly began: number };
    readonly measured: (text: string) => string;
  },
): void {
  const { suspicion, began } = told.diagnosis;
  const percent = (share: number) => Math.round(100 * share);
  const mean = (values: Float64Array) => {
    const later = values.subarray(told.course.began);
    return told.measured(later.reduce((sum, each) => sum + each / later.length, 0).toPrecision(5));
  };
  print(words.began(told.moment, told.row, told.alarm.raised - began));
  print(words.kind(words.kinds[suspicion.kind], percent(suspicion.confidence)));
  print(
    words.carriers(
      suspicion.channels.map(({ channel, share }) => `${channel} (${percent(share)} %)`).join(', '),
    ),
  );
  print(
    words.course(suspicion.channels[0]?.channel ?? '', mean(told.course.said), mean(told.course.expected)),
  );
}

/** The first alarm from a row on, with what comes before and as long as it lasts; and from which row of it on there was none before. */
function firstAlarm(
  profile: Profile,
  { rows, values, times, timeColumn }: Pick<Frame, 'rows' | 'values' | 'times' | 'timeColumn'>,
  judging: JudgeOptions,
  from: number,
): { alarm: Alarm; offset: number; calmFrom: number } | undefined {
  const width = profile.channels.length;
  const judge = new Judge(profile, judging);
  const seen: Statistic[] = [];
  let [raised, last, severity, calmRow] = [-1, -1, 0, 0];
  const progress = stepProgress('looking for an alarm');
  for (let row = 0; row < rows; row++) {
    if (row % 1000 === 0) progress(row / rows);
    const time = timeColumn === undefined ? undefined : times[row];
    const found = judge.push(values.subarray(row * width, (row + 1) * width), time);
    if (raised >= 0 && (row - last > calm || row - raised > longest)) break;
    if (raised < 0 && found.isAlarm && row < from) calmRow = row + 1;
    if (row < from || !found.isAlarm || found.worst === undefined) continue;
    if (raised < 0) raised = row;
    last = row;
    severity = Math.max(severity, found.severity);
    seen.push(found.worst);
  }
  progress(1);
  if (raised < 0) return undefined;
  const offset = Math.max(0, raised - before);
  return {
    ...{ offset, calmFrom: Math.max(0, calmRow - offset) },
    alarm: {
      values: values.subarray(offset * width, (last + 1) * width),
      times: times.subarray(offset, last + 1),
      ...{ rows: last + 1 - offset, raised: raised - offset, severity, seen },
      ...(judging.decimals === undefined ? {} : { decimals: judging.decimals }),
    },
  };
}

/** Of the channel that carries most, from some calm rows on. */
function courseOf(
  profile: Profile,
  { values, rows }: Alarm,
  { began, expected, suspicion }: Diagnosis,
): { said: Float64Array; expected: Float64Array; began: number } {
  const width = profile.channels.length;
  const channel = profile.channels.indexOf(suspicion.channels[0]?.channel ?? '');
  const from = Math.max(0, began - Math.max(20, Math.trunc((rows - began) / 3)));
  const column = (of: Float64Array) =>
    Float64Array.from({ length: rows - from }, (_, row) => of[(from + row) * width + channel] as number);
  return { said: column(values), expected: column(expected), began: began - from };
}
