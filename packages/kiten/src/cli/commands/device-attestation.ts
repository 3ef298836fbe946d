import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, showTime } from '../output.ts';
import { isWaiting } from '../waiting.ts';
import { printChange } from './attest-reference.ts';

interface AttesterAnswer {
  readonly device: string;
  readonly attestationKey: string;
  readonly endorsementKey: string;
  readonly endorsement: string;
  readonly activatedAt: number;
  readonly last?: { readonly evidence: string; readonly receivedAt: number; readonly nextBefore: number };
}

type Described = SiteOptions & { model?: string; lot?: string; reason: string; dryRun?: boolean };

/** The TPM that speaks for a device, and what the device is one of. */
export function deviceAttestationCommands(device: Command, environment: Environment): void {
  const key = device.command('attestation-key').description('the TPM and the key that speak for a device');

  withSite(key.command('show <id>'))
    .description('its keys, who vouches for its TPM, and when it attested last')
    .action(async (id: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.get<AttesterAnswer>(`/devices/${encodeURIComponent(id)}/attestation-key`);
      if (options.json) return printJson(answer);
      print(`attestation key  ${answer.attestationKey}`);
      print(`endorsement key  ${answer.endorsementKey} (${answer.endorsement})`);
      print(`activated        ${showTime(answer.activatedAt)}`);
      if (answer.last === undefined) return print('It has not attested yet.');
      const { evidence, receivedAt, nextBefore } = answer.last;
      return print(
        `attested         ${showTime(receivedAt)}, next before ${showTime(nextBefore)} (${evidence})`,
      );
    });

  withSite(key.command('forget <id>'))
    .description('let a device come with another TPM, after its board was replaced')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: SiteOptions & { reason: string }) => {
      const client = await openClient(options, environment);
      const path = `/devices/${encodeURIComponent(id)}/attestation-key/forget`;
      const answer = await client.send<object | undefined>('POST', path, { reason: options.reason });
      if (answer !== undefined && isWaiting(answer, options))
        return options.json ? printJson(answer) : undefined;
      if (options.json) printJson({ forgotten: id });
      else print(`The next TPM that ${id} comes with speaks for it.`);
    });

  withSite(device.command('challenge <id>'))
    .description('have a device attest now; its session is cut if it does not in time')
    .action(async (id: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const path = `/devices/${encodeURIComponent(id)}/challenge`;
      const answer = await client.send<{ connected: boolean; deadline?: number }>('POST', path);
      if (options.json) return printJson(answer);
      return print(
        answer.connected
          ? `${id} has until ${showTime(answer.deadline)} to attest.`
          : `${id} is not connected: it is asked as soon as it is.`,
      );
    });

  withSite(device.command('describe <id>'))
    .description('say what model and lot a device is of: reference values are addressed to these')
    .option('--model <name>', 'Acme/gateway 1.4')
    .option('--lot <name>', '2026-03')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .option('--dry-run', 'change nothing, and say whether it would fall')
    .action(async (id: string, options: Described) => {
      const client = await openClient(options, environment);
      const { model, lot, reason, dryRun } = options;
      const body = { model, lot, reason, dryRun };
      printChange(await client.send('PUT', `/devices/${encodeURIComponent(id)}/make`, body), options);
    });
}
