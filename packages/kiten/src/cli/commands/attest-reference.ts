import type { Command } from 'commander';
import { type Client, openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { readBytes, readText, writeBytes } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson, printTable, showTime } from '../output.ts';

interface ReferenceAnswer {
  readonly digest: string;
  readonly name: string;
  readonly signedBy?: string;
  readonly addedAt: number;
  readonly states: number;
  readonly files: number;
  readonly targets: readonly string[];
}

interface ChangeAnswer {
  readonly devices: number;
  readonly fallen: number;
  readonly falls: readonly { readonly device: string; readonly codes: readonly string[] }[];
}

type Changing = SiteOptions & { reason: string; dryRun?: boolean };

const changing = (command: Command) =>
  withSite(command)
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .option('--dry-run', 'change nothing, and say who would fall');

const path = (digest: string, rest = '') => `/references/${encodeURIComponent(digest)}${rest}`;

/** What devices are held against at a site. */
export function attestReferenceCommands(attest: Command, environment: Environment): void {
  const reference = attest
    .command('reference')
    .description('reference values at a site: what devices are held against');

  withSite(reference.command('list'))
    .description('all of them, with whom they are assigned to')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { references } = await client.get<{ references: ReferenceAnswer[] }>('/references');
      if (options.json) return printJson(references);
      return printTable(
        ['DIGEST', 'NAME', 'SIGNED BY', 'ADDED (UTC)', 'STATES', 'FILES', 'FOR'],
        references.map(({ digest, name, signedBy, addedAt, states, files, targets }) => [
          ...[digest, name, signedBy ?? '–', showTime(addedAt), String(states), String(files)],
          targets.join(' ') || '– (assign them)',
        ]),
      );
    });

  changing(reference.command('add <file>'))
    .description('add reference values (CoRIM), and hold devices against them')
    .requiredOption('--to <target...>', 'whom: site, group:NAME, model:NAME, lot:NAME or device:ID')
    .action(async (file: string, options: Changing & { to: readonly string[] }) => {
      const client = await openClient(options, environment);
      const type = 'application/rim+cbor';
      const added = await client.post<{ digest: string; name: string }>(
        '/references',
        type,
        await readBytes(file),
      );
      const changes: ChangeAnswer[] = [];
      for (const target of options.to) changes.push(await assign(client, added.digest, target, options));
      if (options.json) return printJson({ ...added, changes });
      print(`${added.digest} (${added.name})`);
      for (const change of changes) printChange(change, options);
      return undefined;
    });

  withSite(reference.command('export <digest>'))
    .description('a CoRIM as it came')
    .requiredOption('--out <file>', 'where to write it')
    .action(async (digest: string, options: SiteOptions & { out: string }) => {
      const client = await openClient(options, environment);
      const content = await client.bytes(path(digest));
      await writeBytes(options.out, content);
      if (options.json) printJson({ file: options.out, bytes: content.length });
      else print(`${options.out}: ${counted(content.length, 'byte', 'bytes')}`);
    });

  changing(reference.command('assign <digest>'))
    .description('hold more devices against reference values')
    .requiredOption('--to <target>', 'whom')
    .action(async (digest: string, options: Changing & { to: string }) => {
      const client = await openClient(options, environment);
      return printChange(await assign(client, digest, options.to, options), options);
    });

  changing(reference.command('unassign <digest>'))
    .description('hold devices against reference values no more')
    .requiredOption('--from <target>', 'whom')
    .action(async (digest: string, options: Changing & { from: string }) => {
      const client = await openClient(options, environment);
      const body = { target: options.from, reason: options.reason, dryRun: options.dryRun };
      return printChange(await client.send<ChangeAnswer>('POST', path(digest, '/unassign'), body), options);
    });

  changing(reference.command('remove <digest>'))
    .description('remove reference values')
    .action(async (digest: string, options: Changing) => {
      const client = await openClient(options, environment);
      const query = new URLSearchParams({ reason: options.reason });
      if (options.dryRun === true) query.set('dryRun', 'true');
      return printChange(await client.send<ChangeAnswer>('DELETE', `${path(digest)}?${query}`), options);
    });

  keyCommands(reference, environment);
}

function keyCommands(reference: Command, environment: Environment): void {
  const key = reference.command('key').description('whose signature on reference values counts');

  withSite(key.command('list'))
    .description('all of them')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { keys } = await client.get<{ keys: { name: string; key: string; addedAt: number }[] }>(
        '/reference-keys',
      );
      if (options.json) return printJson(keys);
      return printTable(
        ['NAME', 'KEY', 'ADDED (UTC)'],
        keys.map(({ name, key, addedAt }) => [name, key, showTime(addedAt)]),
      );
    });

  withSite(key.command('add <name>'))
    .description('let somebody’s signature on reference values count')
    .requiredOption('--key <file>', 'the public key, PEM')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (name: string, options: SiteOptions & { key: string; reason: string }) => {
      const client = await openClient(options, environment);
      const body = { name, key: await readText(options.key), reason: options.reason };
      await client.send('POST', '/reference-keys', body);
      if (options.json) printJson({ name });
      else print(`What ${name} signs may be added from now on.`);
    });

  withSite(key.command('remove <name>'))
    .description('let somebody’s signature on reference values count no more')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (name: string, options: SiteOptions & { reason: string }) => {
      const client = await openClient(options, environment);
      const query = new URLSearchParams({ reason: options.reason });
      await client.send('DELETE', `/reference-keys/${encodeURIComponent(name)}?${query}`);
      if (options.json) printJson({ removed: name });
      else print(`What ${name} signs may be added no more.`);
    });
}

const assign = (client: Client, digest: string, target: string, { reason, dryRun }: Changing) =>
  client.send<ChangeAnswer>('POST', path(digest, '/assign'), { target, reason, dryRun });

/** What a change came to, or would come to. */
export function printChange(change: ChangeAnswer, options: { json?: boolean; dryRun?: boolean }): void {
  if (options.json) {
    printJson(change);
    return;
  }
  const { devices, fallen, falls } = change;
  const would = options.dryRun === true ? 'would fall' : 'fell, or are held by the brake (kiten brake list)';
  print(`${counted(devices, 'device is', 'devices are')} concerned; ${fallen} ${would}.`);
  for (const { device, codes } of falls) print(`  ${device}: ${codes.join(', ')}`);
}
