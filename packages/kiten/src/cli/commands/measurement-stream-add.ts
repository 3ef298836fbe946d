import { basename, join } from 'node:path';
import type { FoundStreams } from '@kiten/measurement';
import { type Command, Option } from 'commander';
import { openClient } from '../client.ts';
import { type DriftRuleOptions, followRulesOf, withDriftRules } from '../drift-options.ts';
import type { Environment } from '../environment.ts';
import { readNames, readText } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson } from '../output.ts';
import { parseUnit } from '../table-options.ts';
import { foundAs } from './measurement-discovered.ts';
import { parseAmount } from './measurement-learn.ts';

interface DeclarationAnswer {
  readonly id: string;
  readonly filter: string;
  readonly form: string;
  readonly fields: readonly string[];
}

interface AddOptions extends SiteOptions, DriftRuleOptions {
  readonly found?: boolean;
  readonly filter?: string;
  readonly form?: string;
  readonly field?: readonly string[];
  readonly unit?: ReadonlyMap<string, string>;
  readonly learn?: number;
  readonly bin?: number;
  readonly sequence?: string;
  readonly time?: string;
  readonly key?: string;
  readonly keys?: string;
  readonly alarmsPerDay?: number;
  readonly silence?: number;
  readonly recover?: number;
  readonly follow?: true;
  readonly reason: string;
}

/** Declares which messages are readings. */
export function addCommand(stream: Command, environment: Environment): void {
  const command = withSite(stream.command('add <id>'))
    .description(
      'declare which messages are readings: each device that publishes some has a stream of its own',
    )
    .option('--found', 'topics, form and channels as `stream discovered` shows them under this name')
    .option('--filter <filter>', 'the topics, as an MQTT filter: d/+/vibration')
    .option(
      '--field <field...>',
      'the channels: JSON pointers, names in SenML, last levels of the topics, or columns of CSV',
    )
    .addOption(
      new Option('--form <form>', 'how a message holds readings (default json)').choices([
        ...['json', 'senml', 'pack', 'number', 'csv'],
      ]),
    )
    .option(
      '--unit <channel=unit>',
      'what a channel is measured in (level=m), where neither messages nor its name say; may be given again',
      parseUnit,
    )
    .option('--learn <seconds>', 'learn each stream for so long as soon as it appears', parseAmount)
    .option('--bin <seconds>', 'what comes within so many seconds is one row', parseAmount)
    .option('--sequence <pointer>', 'in JSON, where a number stands that grows by one each time')
    .option('--time <pointer>', 'in JSON, where the time stands, in seconds since 1970')
    .option('--key <file>', 'the public key (PEM) that packs are signed with (default the certificate’s)')
    .option(
      '--keys <directory>',
      'the public key (PEM) of each device that has one of its own for packs, as DEVICE.pem',
    )
    .option(
      '--alarms-per-day <n>',
      'false alarms of one stream that are put up with (default 0.1)',
      parseAmount,
    )
    .option('--silence <seconds>', 'without readings for so long it is silent (default 300)', parseAmount)
    .option(
      '--recover <seconds>',
      'so long of normal readings takes an alarm back (default never)',
      parseAmount,
    )
    .option('--follow', 'follow what is normal of each stream where it wanders slowly');
  withDriftRules(command)
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: AddOptions) => {
      const client = await openClient(options, environment);
      const { alarmsPerDay, reason } = options;
      const key = options.key === undefined ? undefined : keyIn(await readText(options.key));
      const keys = options.keys === undefined ? undefined : await keysIn(options.keys);
      const seconds = {
        ...{ silenceSeconds: options.silence, recoverSeconds: options.recover },
        learnSeconds: options.learn,
      };
      const found = options.found === true ? await foundAs(client, id, (key ?? keys) !== undefined) : {};
      const follow = followRulesOf(options);
      const body = {
        form: 'json',
        ...found,
        ...said(options, found),
        ...{ key, keys },
        alarmsPerDay,
        follow,
        reason,
        ...seconds,
      };
      const path = `/stream-declarations/${encodeURIComponent(id)}`;
      const answer = await client.send<DeclarationAnswer>('PUT', path, body);
      if (options.json) return printJson(answer);
      const channels = counted(answer.fields.length, 'channel', 'channels');
      return print(`${answer.id} is declared: ${channels} in ${answer.form} on ${answer.filter}.`);
    });
}

/** What the command line says of where readings stand; what it doesn't say is not in it. */
function said(
  { filter, form, field: fields, unit, bin: binSeconds, sequence, time }: AddOptions,
  found: Partial<FoundStreams>,
) {
  const foundUnits = Object.entries(found.units ?? {}).filter(([field]) => fields?.includes(field) ?? true);
  const known = [...foundUnits, ...(unit ?? [])];
  const units = known.length === 0 && found.units === undefined ? undefined : Object.fromEntries(known);
  const all = { filter, form, fields, units, binSeconds, sequence, time };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** The keys in a directory, by the devices that its files are named after. */
async function keysIn(directory: string): Promise<Readonly<Record<string, string>>> {
  const files = (await readNames(directory)).filter((name) => name.endsWith('.pem'));
  const keys = files.map(async (name) => [
    basename(name, '.pem'),
    keyIn(await readText(join(directory, name))),
  ]);
  return Object.fromEntries(await Promise.all(keys));
}

/** The key as the site takes it: what stands between the lines of a PEM file. */
function keyIn(text: string): string {
  return text.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');
}
