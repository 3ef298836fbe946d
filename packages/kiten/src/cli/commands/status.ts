import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, showTime } from '../output.ts';

interface SiteAnswer {
  readonly site: string;
  readonly version: string;
  readonly startedAt: number;
  readonly caFingerprint: string;
  readonly device: string;
  readonly mqtts: string;
  readonly passwords?: string;
  readonly plainPasswords?: string;
  readonly devices: number;
  readonly connected: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly logSize: number;
  readonly warnings: readonly { code: string; message: string }[];
}

export function statusCommand(program: Command, environment: Environment): void {
  withSite(program.command('status'))
    .description('a running site at a glance')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const site = await client.get<SiteAnswer>('/site');
      if (options.json) printJson(site);
      else printSite(site);
    });
}

function printSite(site: SiteAnswer): void {
  const shares = Object.entries(site.byStatus)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`);
  print(`${site.site}   Kiten ${site.version}, up since ${showTime(site.startedAt)} UTC`);
  print(`  devices        ${site.devices} (${shares.join(', ') || 'none yet'}), ${site.connected} connected`);
  print(`  enrolment      ${site.device}`);
  print(`  MQTT over TLS  ${site.mqtts}`);
  if (site.passwords !== undefined) print(`  by password    ${site.passwords} (TLS)`);
  if (site.plainPasswords !== undefined) print(`  by password    ${site.plainPasswords} (no TLS)`);
  print(`  CA SHA-256     ${site.caFingerprint}`);
  print(`  log            ${site.logSize} entries`);
  for (const { message, code } of site.warnings) print(`  ▲ ${message} (${code})`);
}
