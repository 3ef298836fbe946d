import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson, printTable, showTime } from '../output.ts';
import { isWaiting } from '../waiting.ts';

interface BrakeAnswer {
  readonly id: number;
  readonly group: string;
  readonly code: string;
  readonly state: string;
  readonly pulledAt: number;
  readonly share: number;
  readonly fallen: number;
  readonly groupSize: number;
  readonly devices: readonly string[];
}

/** `kiten brake`: what to do about falls that are held. */
export function brakeCommands(program: Command, environment: Environment): void {
  const brake = program
    .command('brake')
    .description(
      'automatic enforcement that paused, because one cause would have felled too much of a group',
    );

  withSite(brake.command('list'))
    .description('brakes that were pulled, the newest first, and whose falls they hold')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { brakes } = await client.get<{ brakes: BrakeAnswer[] }>('/brakes');
      if (options.json) return printJson(brakes);
      return printTable(
        ['BRAKE', 'STATE', 'GROUP', 'CAUSE', 'PULLED (UTC)', 'FELL BEFORE', 'HELD'],
        brakes.map(({ id, state, group, code, pulledAt, fallen, groupSize, devices }) => [
          String(id),
          state,
          group,
          code,
          showTime(pulledAt),
          `${fallen} of ${groupSize}`,
          devices.slice(0, 5).join(' ') + (devices.length > 5 ? ` … (${devices.length})` : '') || '–',
        ]),
      );
    });

  for (const [verb, description, said] of verbs) {
    withSite(brake.command(`${verb} <id>`))
      .description(description)
      .requiredOption('--reason <text>', 'why; it stands in the log')
      .action(async (id: string, options: SiteOptions & { reason: string }) => {
        const client = await openClient(options, environment);
        const path = `/brakes/${encodeURIComponent(id)}/${verb}`;
        const answer = await client.send<BrakeAnswer>('POST', path, { reason: options.reason });
        if (isWaiting(answer, options)) return options.json ? printJson(answer) : undefined;
        if (options.json) return printJson(answer);
        return print(`Brake ${answer.id} is ${answer.state}: ${said(answer)}`);
      });
  }
}

const verbs = [
  ['confirm', 'the cause is real: let what is held act', () => 'what it held acts now.'],
  [
    'release',
    'keep what is held as it is, on record; what falls from now on acts',
    ({ devices }: BrakeAnswer) => `falls of ${counted(devices.length, 'device', 'devices')} stay held.`,
  ],
] as const;
