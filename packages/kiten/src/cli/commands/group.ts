import { claimNames, enforcementModes } from '@kiten/trust';
import { type Command, Option } from 'commander';
import { keyRules } from '../../site/group-settings.ts';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { parseCount, parseDuration, parsePercent, type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson, printTable } from '../output.ts';
import { isWaiting } from '../waiting.ts';
import { groupReportCommand } from './group-report.ts';

interface GroupAnswer {
  readonly name: string;
  readonly required: readonly string[];
  readonly mode: string;
  readonly devices: number;
}

interface SetOptions extends SiteOptions {
  readonly require?: readonly string[];
  readonly mode?: string;
  readonly brakeShare?: number;
  readonly brakeLeast?: number;
  readonly brakeWindow?: number;
  readonly safety?: boolean;
  readonly acknowledgeWithin?: number;
  readonly attestEvery?: number;
  readonly attestWithin?: number;
  readonly unknownFiles?: string;
  readonly key?: string;
  readonly reason?: string;
}

export function groupCommands(program: Command, environment: Environment): void {
  const group = program
    .command('group')
    .description('groups of devices: the claims that each requires, and how each is treated');

  withSite(group.command('list'))
    .description('all groups')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { groups } = await client.get<{ groups: GroupAnswer[] }>('/groups');
      if (options.json) return printJson(groups);
      return printTable(
        ['GROUP', 'MODE', 'DEVICES', 'REQUIRES'],
        groups.map(({ name, mode, devices, required }) => [
          name,
          mode,
          String(devices),
          required.join(' ') || '–',
        ]),
      );
    });

  withSite(group.command('set <name>'))
    .description('create a group, or change what is given')
    .option('--require <claim...>', `claims that may not stay open, or none: ${claimNames.join(', ')}`)
    .addOption(
      new Option(
        '--mode <mode>',
        'observe: what policy refuses to its devices passes and is shown; enforce: it is refused',
      ).choices([...enforcementModes]),
    )
    .option(
      '--brake-share <percent>',
      'pause when one cause would fell more than this share (20)',
      parsePercent,
    )
    .option('--brake-least <devices>', 'and at least so many (5)', parseCount)
    .option('--brake-window <duration>', 'within: 15m, 1h, 1d (1h)', parseDuration)
    .option('--safety', 'never cut its devices blindly: they bring themselves to a safe state first')
    .option('--no-safety', 'cut them like others')
    .option('--acknowledge-within <duration>', 'how long a device has for that (30s)', parseDuration)
    .option('--attest-every <duration>', 'how often its devices attest that can (1h)', parseDuration)
    .option(
      '--attest-within <duration>',
      'how long one that is asked to may take, before its session is cut (60s)',
      parseDuration,
    )
    .addOption(
      new Option(
        '--unknown-files <tier>',
        'what a file amounts to that no reference value names (contraindicated)',
      ).choices(['contraindicated', 'warning']),
    )
    .addOption(
      new Option(
        '--key <rule>',
        'what keys get certificates: any; hardware: those that a TPM certifies; hardware-approved: and whose device is in an approved state',
      ).choices([...keyRules]),
    )
    .option(
      '--reason <text>',
      'why; needed for a change of mode, brake, safety or attestation, and stands in the log',
    )
    .action(async (name: string, options: SetOptions) => {
      const { require, mode, reason, brakeShare: share, brakeLeast: least, brakeWindow } = options;
      const brake = {
        ...(share === undefined ? {} : { share }),
        ...(least === undefined ? {} : { least }),
        ...(brakeWindow === undefined ? {} : { windowSeconds: brakeWindow }),
      };
      const { attestEvery, attestWithin, unknownFiles, key } = options;
      const attest = {
        ...(attestEvery === undefined ? {} : { everySeconds: attestEvery }),
        ...(attestWithin === undefined ? {} : { deadlineSeconds: attestWithin }),
        ...(unknownFiles === undefined ? {} : { unknownFiles }),
        ...(key === undefined ? {} : { key }),
      };
      const client = await openClient(options, environment);
      const answer = await client.send<GroupAnswer>('PUT', `/groups/${encodeURIComponent(name)}`, {
        ...(require === undefined ? {} : { required: require.filter((claim) => claim !== 'none') }),
        ...(mode === undefined ? {} : { mode }),
        ...(Object.keys(brake).length === 0 ? {} : { brake }),
        ...(Object.keys(attest).length === 0 ? {} : { attest }),
        ...(options.safety === undefined ? {} : { safety: options.safety }),
        ...(options.acknowledgeWithin === undefined ? {} : { acknowledgeSeconds: options.acknowledgeWithin }),
        ...(reason === undefined ? {} : { reason }),
      });
      if (isWaiting(answer, options)) return options.json ? printJson(answer) : undefined;
      if (options.json) return printJson(answer);
      print(`${answer.name} requires ${answer.required.join(', ') || 'nothing'}.`);
      return print(
        answer.mode === 'observe'
          ? `It observes: what policy refuses to its devices (${answer.devices}) passes. \`kiten group report ${name}\` shows what that is.`
          : 'It enforces.',
      );
    });

  for (const [verb, description] of [
    [
      'quarantine',
      'cut every device of a group; on reconnecting they may attest and be updated, nothing else',
    ],
    ['release', 'give every quarantined device of a group its rights back'],
  ] as const) {
    withSite(group.command(`${verb} <name>`))
      .description(description)
      .requiredOption('--reason <text>', 'why; it stands in the log')
      .action(async (name: string, options: SiteOptions & { reason: string }) => {
        const client = await openClient(options, environment);
        const path = `/groups/${encodeURIComponent(name)}/${verb}`;
        const answer = await client.send<{ devices: string[] }>('POST', path, { reason: options.reason });
        if (isWaiting(answer, options)) return options.json ? printJson(answer) : undefined;
        if (options.json) return printJson(answer);
        const { devices } = answer;
        return print(`${counted(devices.length, 'device', 'devices')}: ${devices.join(' ') || 'none'}`);
      });
  }

  groupReportCommand(group, environment);
}
