import { type Frame, gapFrom, type Profile } from '@kiten/measurement';
import type { ProfileFrame } from './measurement-files.ts';
import { counted } from './output.ts';
import { rowNumber } from './row-number.ts';

/** A factor between two intervals from which on they are not the same. */
const otherInterval = 1.5;
/** Channels of which the same is said one by one. */
const mostNamed = 5;

/** What of a table somebody has to know who relies on what was made of it. */
export function tableNotes(frame: Frame | ProfileFrame, profile?: Pick<Profile, 'interval'>): string[] {
  const { unread = [] } = frame;
  return [
    ...unread
      .slice(0, mostNamed)
      .map(
        ({ channel, fields, text, row }) =>
          `${counted(fields, 'field', 'fields')} of “${channel}” cannot be read, the first in row ${rowNumber(row)} (“${text.slice(0, 40)}”); taken for missing.`,
      ),
    ...(unread.length > mostNamed
      ? [`Fields of ${unread.length - mostNamed} more channels cannot be read; taken for missing.`]
      : []),
    ...('converted' in frame ? conversionNotes(frame) : []),
    ...fillerNotes(frame),
    ...emptyNote(frame),
    ...(frame.untimed === undefined
      ? []
      : [`${counted(frame.untimed, 'row has', 'rows have')} no time; it was taken to go on evenly there.`]),
    ...timeNotes(frame),
    ...intervalNote(frame.interval, profile?.interval),
  ];
}

/** Writes notes to standard error, where they are in nobody's way. */
export function printNotes(file: string, notes: readonly string[]): void {
  for (const note of notes) process.stderr.write(`kiten: ${file}: ${note}\n`);
}

function conversionNotes({ converted }: ProfileFrame): string[] {
  return converted.map(
    ({ channel, from, to }) =>
      `“${channel}” is in ${from} and was converted to ${to}, in which it was learned.`,
  );
}

function fillerNotes({ fillers = [] }: Frame): string[] {
  const byValue = Map.groupBy(
    fillers.filter(({ rows }) => rows > 0),
    ({ value }) => value,
  );
  return [...byValue].map(([value, each]) => {
    const said = each
      .slice(0, mostNamed)
      .map(({ channel, rows }) => `of “${channel}” in ${counted(rows, 'row', 'rows')}`);
    const more = each.length > mostNamed ? ` and of ${each.length - mostNamed} more channels` : '';
    return `${value} was taken for a missing reading ${said.join(', ')}${more}.`;
  });
}

function emptyNote({ channels, rows, values }: Frame): string[] {
  const empty = channels.filter((_, channel) => {
    for (let row = 0; row < rows; row++)
      if (!Number.isNaN(values[row * channels.length + channel])) return false;
    return true;
  });
  if (empty.length === 0) return [];
  const names = empty.slice(0, mostNamed).join(', ');
  const more = empty.length > mostNamed ? ` and ${empty.length - mostNamed} more` : '';
  return [`There is no reading of ${names}${more}: nothing of it is judged.`];
}

function timeNotes({ timeColumn, interval, times }: Frame): string[] {
  if (timeColumn === undefined) return [];
  const gap = gapFrom(times, interval) ?? Number.POSITIVE_INFINITY;
  let [falls, firstFall, gaps, widest, behind] = [0, 0, 0, 0, 0];
  for (let row = 1; row < times.length; row++) {
    const step = (times[row] as number) - (times[row - 1] as number);
    if (step < 0 && ++falls === 1) firstFall = row;
    if (step >= gap && ++gaps > 0 && step > widest) [widest, behind] = [step, row];
  }
  return [
    ...(falls === 0
      ? []
      : [`The time falls ${counted(falls, 'time', 'times')}, first in row ${rowNumber(firstFall)}.`]),
    ...(gaps === 0
      ? []
      : [
          `Rows are missing: ${counted(gaps, 'gap', 'gaps')}, the widest of ${Number(widest.toPrecision(6))} s before row ${rowNumber(behind)}.`,
        ]),
  ];
}

function intervalNote(here: number | undefined, learned: number | undefined): string[] {
  if (here === undefined || learned === undefined) return [];
  const factor = here / learned;
  if (factor < otherInterval && factor > 1 / otherInterval) return [];
  const [now, then] = [here, learned].map((seconds) => Number(seconds.toPrecision(6)));
  return [
    `Rows are ${now} s apart, and ${then} s in what was learned: what is normal of them may be something else.`,
  ];
}
