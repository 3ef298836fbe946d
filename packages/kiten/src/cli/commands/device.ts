import { claimNames } from '@kiten/trust';
import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable, showTime } from '../output.ts';
import { isWaiting } from '../waiting.ts';
import { deviceAttestationCommands } from './device-attestation.ts';
import { deviceImportCommand } from './device-import.ts';
import { devicePasswordCommand } from './device-password.ts';
import { type FindingAnswer, printFindings, tierMark } from './findings.ts';

interface DeviceAnswer {
  readonly id: string;
  readonly groups: readonly string[];
  readonly standing: string;
  readonly standingBy?: string;
  readonly standingReason?: string;
  readonly standingAt?: number;
  readonly status: string;
  readonly overdue: boolean;
  readonly vector: Readonly<Record<string, number>>;
  readonly password?: { readonly origin: string; readonly setAt: number };
  readonly connections: readonly { clientId: string; address: string; since: number; by: string }[];
  readonly mode: string;
  readonly held: readonly { code: string; since: number; brake?: number; deadline?: number }[];
  readonly findings?: readonly FindingAnswer[];
}

interface DenialAnswer {
  readonly at: number;
  readonly action: string;
  readonly topic: string;
  readonly policies: readonly string[];
  readonly repeated: number;
  readonly enforced: boolean;
  readonly stream?: string;
  readonly finding?: string;
}

export function deviceCommands(program: Command, environment: Environment): void {
  const device = program.command('device').description('the devices of a site, and what may be done to one');

  deviceImportCommand(device, environment);

  withSite(device.command('list'))
    .description('all devices by trust')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { devices } = await client.get<{ devices: DeviceAnswer[] }>('/devices?limit=10000');
      if (options.json) return printJson(devices);
      printTable(['DEVICE', 'GROUPS', 'STANDING', 'STATUS', 'CLAIMS', 'CONNECTIONS'], devices.map(row));
      return print(legend);
    });

  withSite(device.command('show <id>'))
    .description('one device, its findings and connections')
    .action(async (id: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.get<DeviceAnswer>(`/devices/${encodeURIComponent(id)}`);
      if (options.json) return printJson(answer);
      return printDevice(answer);
    });

  withSite(device.command('denials <id>'))
    .description('what was refused to a device, or would have been if its group enforced, newest first')
    .action(async (id: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { denials } = await client.get<{ denials: DenialAnswer[] }>(
        `/devices/${encodeURIComponent(id)}/denials`,
      );
      if (options.json) return printJson(denials);
      return printTable(
        ['TIME (UTC)', 'ACTION', 'TOPIC', 'TIMES', 'OUTCOME', 'FORBIDDEN BY'],
        denials.map(({ at, action, topic, repeated, policies, enforced, stream, finding }) => [
          showTime(at),
          action,
          topic || '–',
          String(repeated),
          enforced ? 'denied' : 'would have been denied',
          (policies.join(' ') || '(no policy permits it)') +
            (stream === undefined ? '' : `: ${stream}, ${finding}`),
        ]),
      );
    });

  devicePasswordCommand(device, environment);
  deviceAttestationCommands(device, environment);

  for (const [verb, description] of verbs) {
    withSite(device.command(`${verb} <id>`))
      .description(description)
      .requiredOption('--reason <text>', 'why; it stands in the log')
      .action(async (id: string, options: SiteOptions & { reason: string }) => {
        const client = await openClient(options, environment);
        const path = `/devices/${encodeURIComponent(id)}/${verb}`;
        const answer = await client.send<DeviceAnswer>('POST', path, { reason: options.reason });
        if (isWaiting(answer, options)) return options.json ? printJson(answer) : undefined;
        if (options.json) return printJson(answer);
        return print(`${answer.id} is now ${answer.standing}.`);
      });
  }

  withSite(device.command('clear <id>'))
    .description('take a finding off a device’s verdict, on record')
    .requiredOption('--finding <code>', 'the finding’s code')
    .option('--part <part>', 'which part of the device it is on, where it is on several: stream:pump-1/tank')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: SiteOptions & { finding: string; part?: string; reason: string }) => {
      const client = await openClient(options, environment);
      const body = { code: options.finding, part: options.part, reason: options.reason };
      const answer = await client.send<DeviceAnswer>(
        'POST',
        `/devices/${encodeURIComponent(id)}/clear`,
        body,
      );
      if (options.json) return printJson(answer);
      return print(`${options.finding} no longer counts on ${answer.id}; its status is ${answer.status}.`);
    });
}

const verbs = [
  ['quarantine', 'cut it off; on reconnecting it may attest and be updated, nothing else'],
  ['release', 'give a quarantined device its rights back'],
  ['revoke', 'cut it off and refuse every handshake until it enrols anew'],
] as const;

const legend = `claims, in order: ${claimNames.join(', ')}\n● affirming  ○ nothing known  ▲ warning  ✖ contraindicated`;

function row(device: DeviceAnswer): readonly string[] {
  const claims = claimNames.map((name) => tierMark(device.vector[name] ?? 0)).join('');
  const status = device.overdue ? `${device.status}, overdue` : device.status;
  const connections = device.connections
    .map(({ clientId, address }) => `${clientId} from ${address}`)
    .join(', ');
  return [device.id, device.groups.join(' '), device.standing, status, claims, connections || '–'];
}

function printDevice(device: DeviceAnswer): void {
  print(`${device.id}   ${device.standing}, ${device.status}${device.overdue ? ', overdue' : ''}`);
  if (device.standingReason !== undefined) {
    print(
      `  ${device.standing} ${showTime(device.standingAt)} by ${device.standingBy}: ${device.standingReason}`,
    );
  }
  if (device.mode === 'observe') print('  observed: what policy refuses to it passes, and is shown');
  for (const { code, since, brake, deadline } of device.held) {
    const by = brake === undefined ? `by its playbook until ${showTime(deadline)}` : `by brake ${brake}`;
    print(`  ${code} is held since ${showTime(since)} ${by}: it is not enforced`);
  }
  if (device.password !== undefined)
    print(`  knows only a password, ${device.password.origin} ${showTime(device.password.setAt)}`);
  for (const { clientId, address, since, by } of device.connections)
    print(`  connected as ${clientId} from ${address} since ${showTime(since)}, by ${by}`);
  printFindings(device.findings ?? []);
}
