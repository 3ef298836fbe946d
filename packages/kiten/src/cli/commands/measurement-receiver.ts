import {
  type FlightAlarm,
  type FlightAttack,
  judgeReceiver,
  learnNormalReceiver,
  type ReceiverLog,
} from '@kiten/measurement';
import type { Command } from 'commander';
import { inputName } from '../input-file.ts';
import { writeMomentScores } from '../moment-scores.ts';
import { counted, print, printJson, printTable, showTime } from '../output.ts';
import { readReceiverLog } from '../receiver-log-file.ts';

interface ReceiverOptions {
  readonly input: string;
  readonly fixed?: boolean;
  readonly normal?: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

export function receiverCommand(measurement: Command): void {
  measurement
    .command('receiver')
    .description(
      'judge by physics whether a satellite receiver was jammed or lied to, from what it says itself',
    )
    .requiredOption(
      '--input <file>',
      'a log of NMEA 0183, with the logger’s clock before each sentence or without; may be compressed by gzip',
    )
    .option('--fixed', 'it stands, on a mast or in a rack: whatever it says of motion is an attack')
    .option('--normal <file...>', 'logs of the receiver without an attack, to learn from; not needed')
    .option(
      '--out <file>',
      'where scores go: CSV with time, score, alarm, channels, kind; an alarm begins at 1; -: to standard output',
    )
    .option('--json', 'print JSON')
    .action(judgeReceiverFile);
}

/** What shows alone, without the cause, has more than one. */
const words: Readonly<Record<FlightAttack, string>> = {
  spoofing: 'spoofing',
  jamming: 'jamming, or the sky is hidden',
  interference: 'interference, or the sky is hidden',
};

async function judgeReceiverFile({
  input,
  fixed: isFixed = false,
  normal,
  out,
  json,
}: ReceiverOptions): Promise<void> {
  const learned =
    normal === undefined
      ? undefined
      : learnNormalReceiver(await Promise.all(normal.map(readReceiverLog)), { isFixed });
  const log = await readReceiverLog(input);
  const judgement = judgeReceiver(log, { isFixed }, learned);
  if (out !== undefined) await writeMomentScores(out, judgement);
  const { table, sentences, unread, firstUnread } = log;
  const { evidence, moments, alarms } = judgement;
  const began = table.times[0] as number;
  const seconds = (table.times.at(-1) as number) - began;
  const told = alarms.map((alarm) => ({ ...alarm, ...relative(alarm, log) }));
  const checks = evidence.map(({ check, reads, limit }) => ({ check, limit, reads }));
  const highest = moments.reduce((most, { severity }) => Math.max(most, severity), 0);
  if (json)
    return printJson({
      ...{ moments: table.times.length, seconds, firstUnread },
      ...{ sentences: Object.fromEntries(sentences), unread: Object.fromEntries(unread) },
      ...{ checks, highest, alarms: told },
    });
  const lost = [...unread.values()].reduce((sum, each) => sum + each, 0);
  if (firstUnread !== undefined)
    process.stderr.write(
      `kiten: ${inputName(input)}: ${counted(lost, 'sentence', 'sentences')} cannot be read, the first in line ${firstUnread.line} (${firstUnread.why}).\n`,
    );
  print(
    `${inputName(input)}: ${counted(table.times.length, 'moment', 'moments')} in ${seconds.toFixed(0)} s, ${counted(checks.length, 'check', 'checks')}, ${counted(told.length, 'alarm', 'alarms')}`,
  );
  if (told.length > 0)
    printTable(
      ['  seconds', 'UTC', 'score', '', 'checks'],
      told.map(({ from, to, utc, severity, kind, checks: seen }) => [
        `  ${from.toFixed(1)}–${to.toFixed(1)}`,
        showTime(utc === undefined ? undefined : 1000 * utc),
        severity.toFixed(1),
        words[kind],
        seen.slice(0, 6).join(', '),
      ]),
    );
  print(`  highest: ${highest.toFixed(2)} of an alarm`);
}

/** When it was in seconds since the log began, and by the receiver's own time. */
function relative({ from, to }: FlightAlarm, { table }: ReceiverLog) {
  const began = table.times[0] as number;
  const row = table.times.findIndex((time) => time >= from);
  const utc = (table.columns.get('time_utc_usec')?.[row] ?? Number.NaN) / 1e6;
  return { from: from - began, to: to - began, utc: Number.isNaN(utc) ? undefined : utc };
}
