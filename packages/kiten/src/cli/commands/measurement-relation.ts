import { KitenError } from '@kiten/codec';
import type { CrossJudgement } from '@kiten/measurement';
import type { Command } from 'commander';
import { openClient } from '../client.ts';
import { crossLines } from '../cross-words.ts';
import type { Environment } from '../environment.ts';
import { language } from '../language.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson, printTable } from '../output.ts';
import { type ProposalOption, printProposal, withProposal } from '../proposal-option.ts';
import { parseUnit } from '../table-options.ts';
import { parseAmount } from './measurement-learn.ts';

interface RelationAnswer {
  readonly id: string;
  readonly state: string;
  readonly streams: readonly string[];
  readonly checks: readonly string[];
  readonly rows: number;
  readonly learnsUntil?: number;
  readonly proposal?: string;
  readonly profile?: string;
  readonly problem?: string;
  readonly related?: readonly { readonly check: string; readonly explained: number }[];
  readonly missing: readonly {
    readonly sensor: string;
    readonly why: 'silent' | 'unit' | 'apart';
    readonly since?: number;
    readonly unit?: { readonly says: string; readonly asked: string; readonly by: keyof typeof askedBy };
  }[];
  readonly standing: readonly { readonly check: string; readonly severity: number | null }[];
  readonly alarms: readonly RelationAlarmAnswer[];
}

/** As a judgement, with times in milliseconds and what is not known as null. */
interface RelationAlarmAnswer extends Omit<CrossJudgement, 'at'> {
  readonly began: number;
  readonly ended?: number;
}

interface AddOptions extends SiteOptions {
  readonly stream: readonly string[];
  readonly check?: readonly string[];
  readonly unit?: ReadonlyMap<string, string>;
  readonly every: number;
  readonly alarmsPerDay?: number;
  readonly reason: string;
}

type Reasoned = SiteOptions & { readonly reason: string };
type OfProposal = Reasoned & ProposalOption;

/** Streams of a site against each other. */
export function relationCommands(measurement: Command, environment: Environment): void {
  const relation = measurement
    .command('relation')
    .description('streams inside a site against each other: which sensor lies, since when and how');
  const path = (id: string, action = ''): string => `/stream-relations/${encodeURIComponent(id)}${action}`;

  withSite(relation.command('add <id>'))
    .description('declare streams whose sensors are checked against each other')
    .requiredOption('--stream <stream...>', 'the streams, as `kiten measurement stream list` names them')
    .option(
      '--check <check...>',
      'what is known: “equal A B C”, “sum WHOLE PART PART”, “ratio A B 2.5”, “linear A B”, “below A B”, each perhaps with “within 0.05”; a sensor is STREAM#CHANNEL',
    )
    .option(
      '--unit <sensor=unit>',
      'what a sensor is measured in (pump-1/pump#flow=l/s), where its stream does not say; may be given again',
      parseUnit,
    )
    .option('--every <seconds>', 'the time between two joint rows', parseAmount, 60)
    .option('--alarms-per-day <n>', 'false alarms that are put up with (default 0.1)', parseAmount)
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: AddOptions) => {
      const client = await openClient(options, environment);
      const { stream: streams, check: checks = [], unit, every, alarmsPerDay, reason } = options;
      const units = unit && Object.fromEntries(unit);
      const body = { streams, checks, units, every, alarmsPerDay, reason };
      const answer = await client.send<RelationAnswer>('PUT', path(id), body);
      if (options.json) return printJson(answer);
      return print(`${id} is declared: ${counted(streams.length, 'stream', 'streams')}, to be learned.`);
    });

  withSite(relation.command('list'))
    .description('what is compared, and how it is doing')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { relations } = await client.get<{ relations: RelationAnswer[] }>('/stream-relations');
      if (options.json) return printJson(relations);
      return printTable(
        ['RELATION', 'STATE', 'ROWS', 'STREAMS'],
        relations.map(({ id, state, rows, streams }) => [id, state, String(rows), streams.join(' ')]),
      );
    });

  withSite(relation.command('show <id>'))
    .description('who lies, since when, how and why; and which checks are proposed')
    .action(async (id: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { relations } = await client.get<{ relations: RelationAnswer[] }>('/stream-relations');
      const one = relations.find((each) => each.id === id);
      if (one === undefined)
        throw new KitenError('kiten/relation-unknown', `No streams are compared as “${id.slice(0, 80)}”.`);
      return options.json ? printJson(one) : tell(one);
    });

  withSite(relation.command('learn <id>'))
    .description('learn how the streams go together from what comes from now on')
    .requiredOption('--seconds <n>', 'for so long', parseAmount)
    .option('--rows <n>', 'or for so many joint rows, if they come before', parseAmount)
    .option('--accept', 'judge by it as soon as it is learned')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: Reasoned & { seconds: number; rows?: number; accept?: boolean }) => {
      const client = await openClient(options, environment);
      const { seconds, rows, accept, reason } = options;
      const answer = await client.send<RelationAnswer>('POST', path(id, '/learn'), {
        ...{ seconds, rows, accept, reason },
      });
      if (options.json) return printJson(answer);
      return print(`${id} is being learned until ${new Date(answer.learnsUntil ?? 0).toISOString()}.`);
    });

  withProposal(withSite(relation.command('accept <id>')))
    .description('compare the streams by what was learned')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: OfProposal) => {
      const client = await openClient(options, environment);
      const { proposal, reason } = options;
      const answer = await client.send<RelationAnswer>('POST', path(id, '/accept'), { proposal, reason });
      if (options.json) return printJson(answer);
      return print(`${id} is judged by ${answer.profile} from now on.`);
    });

  withSite(relation.command('stop <id>'))
    .description('end its lesson before its time: nothing is learned from what was gathered')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: Reasoned) => {
      const client = await openClient(options, environment);
      const { reason } = options;
      const answer = await client.send<RelationAnswer>('POST', path(id, '/stop-lesson'), { reason });
      if (options.json) return printJson(answer);
      return print(`${id} is not being learned any more.`);
    });

  withProposal(withSite(relation.command('refuse <id>')))
    .description('do not compare the streams by what was learned and waits to be accepted')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: OfProposal) => {
      const client = await openClient(options, environment);
      const { proposal, reason } = options;
      const answer = await client.send<RelationAnswer>('POST', path(id, '/refuse'), { proposal, reason });
      if (options.json) return printJson(answer);
      return print(`${id} is not judged by what was learned.`);
    });

  withSite(relation.command('remove <id>'))
    .description('compare these streams no more')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: Reasoned) => {
      const client = await openClient(options, environment);
      await client.send('DELETE', `${path(id)}?${new URLSearchParams({ reason: options.reason })}`);
      if (options.json) printJson({ removed: id });
      else print(`${id} is not compared any more.`);
    });
}

function tell({ related = [], standing, ...one }: RelationAnswer): void {
  const { id, state, rows, streams, checks, problem, alarms } = one;
  print(`${id}: ${state}, ${counted(rows, 'row', 'rows')} of ${streams.join(', ')}`);
  if (problem !== undefined) print(`  ${problem}`);
  printProposal(one.proposal);
  for (const each of one.missing) print(`  ${missingLine(each)}`);
  const place = (check: string): string => {
    const severity = standing.find((each) => each.check === check)?.severity ?? undefined;
    return severity === undefined ? '' : `  (${severity.toPrecision(2)} of what an alarm needs)`;
  };
  for (const check of checks) print(`  check  ${check}${place(check)}`);
  const proposed = related.filter(({ check }) => !checks.includes(check));
  if (proposed.length > 0) print('  would be checks, if somebody who knows the place says so:');
  for (const { check, explained } of proposed)
    print(`    ${(100 * explained).toFixed(1)} %  --check '${check}'`);
  for (const alarm of alarms) {
    print();
    for (const line of crossLines(judgementOf(alarm), language())) print(`  ${line}`);
    if (alarm.ended !== undefined) print(`  It was over ${new Date(alarm.ended).toISOString()}.`);
  }
}

const askedBy = {
  declared: 'as it was declared',
  learned: 'as it was learned',
  before: 'as it was before',
} as const;

/** Who takes no part, why and since when; the others are compared on. */
function missingLine({ sensor, why, since, unit }: RelationAnswer['missing'][number]): string {
  const last = since === undefined ? 'since it is being compared' : `since ${new Date(since).toISOString()}`;
  if (unit !== undefined)
    return `${sensor} takes no part ${last}: it is in ${unit.says}, and not in ${unit.asked} ${askedBy[unit.by]}. Learn the relation anew if that is right.`;
  if (why === 'silent') return `${sensor} says nothing ${last}.`;
  return `${sensor} takes no part ${last}: what it says is not of the time of the others. Look at the clock of its device.`;
}

/** With times in seconds, as judgements have them. */
function judgementOf(alarm: RelationAlarmAnswer): CrossJudgement {
  const sensors = alarm.sensors.map((each) => ({
    ...{ ...each, since: each.since / 1000 },
    ...{ said: each.said ?? Number.NaN, expected: each.expected ?? Number.NaN },
  }));
  return { ...alarm, at: alarm.began / 1000, since: alarm.since / 1000, sensors };
}
