import { KitenError, parseJsonStrict } from '@kiten/codec';
import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { readText } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable, showTime } from '../output.ts';

type Reasoned = SiteOptions & { readonly reason: string };

/** `kiten update release list`, `kiten update device set`: what campaigns are made of. */
export function releaseCommands(update: Command, environment: Environment): void {
  withSite(update.command('release').description('releases at a site').command('list'))
    .description('what the Image repository of the site speaks for, the newest first')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { releases } = await client.get<{ releases: ReleaseAnswer[] }>('/update/releases');
      if (options.json) return printJson(releases);
      return printTable(
        ['TARGET', 'VERSION', 'COUNTER', 'HARDWARE', 'BYTES', 'PUBLISHED (UTC)'],
        releases.map(({ target, version, releaseCounter, hardwareIds, length, publishedAt, withdrawnAt }) => [
          ...[target, version, String(releaseCounter), hardwareIds.join(' '), String(length)],
          withdrawnAt === undefined ? showTime(publishedAt) : 'withdrawn',
        ]),
      );
    });

  withSite(update.command('device').description('devices as vehicles').command('set <device>'))
    .description('say what hardware a device is, or what ECUs it has; images are made for hardware')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .option('--hardware <model>', 'the device is one ECU of this hardware')
    .option('--ecus <file>', 'its ECUs, a list in JSON: [{"ecu", "hardwareId", "key"?, "primary"?}, …]')
    .action(async (device: string, options: Reasoned & { hardware?: string; ecus?: string }) => {
      if ((options.hardware === undefined) === (options.ecus === undefined))
        throw new KitenError('kiten/option-missing', 'Say --hardware MODEL or --ecus FILE.');
      const client = await openClient(options, environment);
      const id = encodeURIComponent(device);
      const { reason } = options;
      if (options.hardware !== undefined)
        await client.send('PUT', `/devices/${id}/make`, { model: options.hardware, reason });
      else {
        const ecus = parseJsonStrict(await readText(options.ecus ?? ''), { maxBytes: 1 << 20 });
        await client.send('PUT', `/devices/${id}/inventory`, { ecus, reason });
      }
      if (options.json) printJson({ device });
      else print(`${device}: kept.`);
    });
}

interface ReleaseAnswer {
  readonly target: string;
  readonly version: string;
  readonly releaseCounter: number;
  readonly hardwareIds: readonly string[];
  readonly length: number;
  readonly publishedAt: number;
  readonly withdrawnAt?: number;
}
