import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { readText } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable, showTime } from '../output.ts';

interface VendorAnswer {
  readonly fingerprint: string;
  readonly name: string;
  readonly subject: string;
  readonly notAfter: number;
  readonly target: string;
}

/** Vendors whose TPMs are genuine at a site. */
export function attestVendorCommands(attest: Command, environment: Environment): void {
  const vendor = attest.command('vendor').description('vendors whose endorsement of TPMs counts at a site');

  withSite(vendor.command('list'))
    .description('all of them')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { vendors } = await client.get<{ vendors: VendorAnswer[] }>('/tpm-vendors');
      if (options.json) return printJson(vendors);
      return printTable(
        ['NAME', 'ROOT', 'VALID UNTIL (UTC)', 'FOR', 'FINGERPRINT'],
        vendors.map(({ name, subject, notAfter, target, fingerprint }) => [
          ...[name, subject, showTime(notAfter), target, fingerprint],
        ]),
      );
    });

  withSite(vendor.command('add <name>'))
    .description('trust a vendor’s root')
    .requiredOption('--root <file>', 'its root certificate, PEM')
    .option('--to <target>', 'for whom: site, group:NAME, model:NAME, lot:NAME or device:ID', 'site')
    .action(async (name: string, options: SiteOptions & { root: string; to: string }) => {
      const client = await openClient(options, environment);
      const body = { name, root: await readText(options.root), target: options.to };
      const added = await client.send<VendorAnswer>('POST', '/tpm-vendors', body);
      if (options.json) printJson(added);
      else print(`TPMs that ${added.subject} vouches for are genuine for ${added.target}.`);
    });

  withSite(vendor.command('remove <fingerprint>'))
    .description('trust a vendor’s root no more')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (fingerprint: string, options: SiteOptions & { reason: string }) => {
      const client = await openClient(options, environment);
      const query = new URLSearchParams({ reason: options.reason });
      await client.send('DELETE', `/tpm-vendors/${encodeURIComponent(fingerprint)}?${query}`);
      if (options.json) printJson({ removed: fingerprint });
      else print(`The root ${fingerprint} is trusted no more.`);
    });
}
