import type { Drift, FaultKind } from '@kiten/measurement';
import type { Command } from 'commander';
import { alarmWords } from '../alarm-words.ts';
import { openClient } from '../client.ts';
import { printDrift } from '../drift-options.ts';
import type { Environment } from '../environment.ts';
import { language } from '../language.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson, printTable } from '../output.ts';
import { type ProposalOption, printProposal, withProposal } from '../proposal-option.ts';
import { discoveredCommand } from './measurement-discovered.ts';
import { parseAmount } from './measurement-learn.ts';
import { addCommand } from './measurement-stream-add.ts';

interface StreamAnswer {
  readonly stream: string;
  readonly state: string;
  readonly topic: string;
  readonly rows: number;
  readonly lastAt?: number;
  readonly learnsUntil?: number;
  readonly learnedRows?: number;
  readonly problem?: string;
  readonly normalSince?: number;
  readonly proposal?: string;
  readonly profile?: string;
  readonly alarm?: AlarmAnswer;
  readonly drift?: readonly Drift[];
}

interface StreamsAnswer {
  readonly streams: readonly StreamAnswer[];
  readonly refused: number;
  readonly judging: {
    readonly stoppedAt?: number;
    readonly problem?: string;
    readonly missed: number;
    readonly missedAt?: number;
  };
}

interface ShownReadings {
  readonly channels: readonly string[];
  readonly units: readonly string[];
  readonly times: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
  readonly severities: readonly number[];
}

interface AlarmAnswer {
  readonly began: number;
  readonly ended?: number;
  readonly severity: number;
  readonly sees: string;
  readonly channels: readonly string[];
  readonly diagnosis?: {
    readonly since: number;
    readonly kind: FaultKind;
    readonly confidence: number;
    readonly carriers: readonly { readonly channel: string }[];
  };
}

type Reasoned = SiteOptions & { readonly reason: string };
type OfProposal = Reasoned & ProposalOption;

/** Streams of readings inside a site. */
export function streamCommands(measurement: Command, environment: Environment): void {
  const stream = measurement
    .command('stream')
    .description('streams of readings inside a site: declare them, learn them, see them judged');

  addCommand(stream, environment);

  discoveredCommand(stream, environment);

  withSite(stream.command('list'))
    .description('the streams that have appeared, and how they are doing')
    .option('--device <id>', 'of one device')
    .action(async (options: SiteOptions & { device?: string }) => {
      const client = await openClient(options, environment);
      const query = options.device === undefined ? '' : `?device=${encodeURIComponent(options.device)}`;
      const answer = await client.get<StreamsAnswer>(`/streams${query}`);
      if (options.json) return printJson(answer.streams);
      const { judging, refused } = answer;
      if (judging.stoppedAt !== undefined)
        print(
          `Nothing is judged since ${new Date(judging.stoppedAt).toISOString()}: ${judging.problem ?? ''}`,
        );
      printTable(['STREAM', 'STATE', 'ROWS', 'LAST', 'TOPIC'], answer.streams.map(row));
      if (judging.missedAt !== undefined)
        print(
          `${counted(judging.missed, 'message was', 'messages were')} not judged, the last at ${new Date(judging.missedAt).toISOString()}.`,
        );
      if (refused > 0) print(`There was no room for ${counted(refused, 'stream', 'streams')}.`);
    });

  withSite(stream.command('show <stream>'))
    .description('a stream with its newest readings and its alarms')
    .action(async (name: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const query = `?stream=${encodeURIComponent(name)}`;
      const answer = await client.get<{
        stream: StreamAnswer;
        readings: ShownReadings;
        alarms: AlarmAnswer[];
      }>(`/streams/readings${query}`);
      if (options.json) return printJson(answer);
      const { stream: one, readings, alarms } = answer;
      print(`${one.stream}: ${one.state}, ${counted(one.rows, 'row', 'rows')} on ${one.topic}`);
      if (one.problem !== undefined) print(`  ${one.problem}`);
      printProposal(one.proposal);
      const newest = readings.times.map((time, at) => [
        new Date(time).toISOString(),
        ...(readings.values[at] ?? []).map((value) => (value === null ? '' : String(value))),
        (readings.severities[at] ?? 0).toPrecision(3),
      ]);
      printTable(['TIME', ...headings(readings), 'SEVERITY'], newest.slice(-10));
      if (one.drift !== undefined) printDrift(one.drift);
      if (alarms.length > 0)
        printTable(['SINCE', 'ENDED', 'SEVERITY', 'CHANNELS', 'PROBABLY', 'SEES'], alarms.map(alarmRow));
    });

  withSite(stream.command('learn <stream>'))
    .description('learn what is normal of a stream from what comes from now on')
    .requiredOption('--seconds <n>', 'for so long', parseAmount)
    .option('--rows <n>', 'or for so many rows, if they come before', parseAmount)
    .option('--accept', 'judge by it as soon as it is learned')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(
      async (name: string, options: Reasoned & { seconds: number; rows?: number; accept?: boolean }) => {
        const client = await openClient(options, environment);
        const { seconds, rows, accept, reason } = options;
        const body = { stream: name, seconds, rows, accept, reason };
        const answer = await client.send<StreamAnswer>('POST', '/streams/learn', body);
        if (options.json) return printJson(answer);
        return print(`${name} is being learned until ${new Date(answer.learnsUntil ?? 0).toISOString()}.`);
      },
    );

  withProposal(withSite(stream.command('accept <stream>')))
    .description('judge a stream by what was learned of it')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (name: string, options: OfProposal) => {
      const client = await openClient(options, environment);
      const body = { stream: name, proposal: options.proposal, reason: options.reason };
      const answer = await client.send<StreamAnswer>('POST', '/streams/accept', body);
      if (options.json) return printJson(answer);
      return print(`${name} is judged by ${answer.profile} from now on.`);
    });

  withSite(stream.command('stop <stream>'))
    .description('end its lesson before its time: nothing is learned from what was gathered')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (name: string, options: Reasoned) => {
      const client = await openClient(options, environment);
      const body = { stream: name, reason: options.reason };
      const answer = await client.send<StreamAnswer>('POST', '/streams/stop-lesson', body);
      if (options.json) return printJson(answer);
      return print(`${name} is not being learned any more.`);
    });

  withProposal(withSite(stream.command('refuse <stream>')))
    .description('do not judge a stream by what was learned of it and waits to be accepted')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (name: string, options: OfProposal) => {
      const client = await openClient(options, environment);
      const body = { stream: name, proposal: options.proposal, reason: options.reason };
      const answer = await client.send<StreamAnswer>('POST', '/streams/refuse', body);
      if (options.json) return printJson(answer);
      return print(`${name} is not judged by what was learned.`);
    });

  withSite(stream.command('forget <stream>'))
    .description(
      'forget a stream, and what was learned of it: its device or sensor is gone; should it say something after all, it appears anew',
    )
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (name: string, options: Reasoned) => {
      const client = await openClient(options, environment);
      await client.send(
        'DELETE',
        `/streams?${new URLSearchParams({ stream: name, reason: options.reason })}`,
      );
      if (options.json) printJson({ forgotten: name });
      else print(`${name} is forgotten.`);
    });

  withSite(stream.command('remove <id>'))
    .description('take a declaration back: its streams are judged no more')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: Reasoned) => {
      const client = await openClient(options, environment);
      const query = new URLSearchParams({ reason: options.reason });
      await client.send('DELETE', `/stream-declarations/${encodeURIComponent(id)}?${query}`);
      if (options.json) printJson({ removed: id });
      else print(`${id} is not declared any more.`);
    });
}

function row({ stream, state, rows, lastAt, topic }: StreamAnswer): string[] {
  return [stream, state, String(rows), lastAt === undefined ? '' : new Date(lastAt).toISOString(), topic];
}

/** Channels as tables of readings name them: `level [m]`. */
function headings({ channels, units }: ShownReadings): readonly string[] {
  return channels.map((channel, at) => (units[at] ? `${channel} [${units[at]}]` : channel));
}

function alarmRow({ began, ended, severity, sees, channels, diagnosis }: AlarmAnswer): string[] {
  const until = ended === undefined ? 'lasts' : new Date(ended).toISOString();
  const since = new Date(diagnosis?.since ?? began).toISOString();
  const carriers = diagnosis?.carriers.map(({ channel }) => channel) ?? [];
  const names = carriers.length === 0 ? channels : carriers;
  return [since, until, severity.toPrecision(3), names.join(' '), kindOf(diagnosis), sees];
}

function kindOf(diagnosis: AlarmAnswer['diagnosis']): string {
  if (diagnosis === undefined) return '';
  const { kind, confidence } = diagnosis;
  return `${alarmWords[language()].kinds[kind]}${confidence === 0 ? '' : `, ${Math.round(100 * confidence)} %`}`;
}
