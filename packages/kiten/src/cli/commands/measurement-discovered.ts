import { KitenError } from '@kiten/codec';
import type { FoundStreams } from '@kiten/measurement';
import type { Command } from 'commander';
import { type Client, openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable } from '../output.ts';

/** What devices publish that could be declared. */
export function discoveredCommand(stream: Command, environment: Environment): void {
  withSite(stream.command('discovered'))
    .description('readings that devices publish and that are not declared, with what would declare them')
    .action(async (options: SiteOptions) => {
      const found = await allFound(await openClient(options, environment));
      if (options.json) return printJson(found);
      if (found.length === 0) return print('No readings were found that are not declared.');
      const heads = ['NAME', 'TOPICS', 'FORM', 'CHANNELS', 'EVERY', 'DEVICES', 'MESSAGES'];
      printTable(heads, found.map(row));
      for (const one of found)
        for (const need of one.pack?.needs ?? []) print(`\n${refusals[need](one).message}`);
      const one = found.find(({ pack }) => pack?.needs.includes('name') !== true);
      if (one === undefined) return undefined;
      const key = one.pack?.needs.includes('key') === true ? ' --key FILE' : '';
      const command = `kiten measurement stream add ${one.name} --found${key} --learn 604800`;
      return print(`\nTo have one judged: ${command} --reason '…'`);
    });
}

/** Why packs cannot be judged by what is known of them. */
const refusals = {
  key: ({ name }: FoundStreams) =>
    new KitenError(
      'kiten/stream-key-needed',
      `The packs of ${name} are not signed with the key of their device’s certificate: give the one that they are signed with as --key FILE, or those of several devices as --keys DIRECTORY.`,
    ),
  name: ({ name, pack }: FoundStreams) =>
    new KitenError(
      'kiten/stream-name-needed',
      `The packs of ${name} call their stream ${pack?.stream ?? 'now this, now that'}: they have to call it DEVICE/NAME, by a name that no other declaration has.`,
    ),
};

/**
 * What declares what was found under a name.
 *
 * @param hasKey whether the key is given that its packs are signed with
 * @throws KitenError `kiten/stream-not-found`, `kiten/stream-name-needed`, `kiten/stream-key-needed`
 */
export async function foundAs(client: Client, name: string, hasKey: boolean): Promise<Partial<FoundStreams>> {
  const one = (await allFound(client)).find((found) => found.name === name);
  if (one === undefined)
    throw new KitenError(
      'kiten/stream-not-found',
      `Nothing was found under the name ${name}: \`kiten measurement stream discovered\` shows what was.`,
    );
  const needs = one.pack?.needs ?? [];
  if (needs.includes('name')) throw refusals.name(one);
  if (needs.includes('key') && !hasKey) throw refusals.key(one);
  const { filter, form, fields, units, binSeconds, sequence, time } = one;
  return {
    ...{ filter, form, fields },
    ...(units === undefined ? {} : { units }),
    ...(binSeconds === undefined ? {} : { binSeconds }),
    ...(sequence === undefined || time === undefined ? {} : { sequence, time }),
  };
}

async function allFound(client: Client): Promise<readonly FoundStreams[]> {
  return (await client.get<{ found: FoundStreams[] }>('/streams/discovered')).found;
}

function row({
  name,
  filter,
  form,
  fields,
  units = {},
  everySeconds,
  devices,
  unlike,
  messages,
}: FoundStreams): string[] {
  const names = fields.slice(0, 6).map((field) => (units[field] ? `${field} [${units[field]}]` : field));
  const shown = names.join(' ') + (fields.length > 6 ? ` … (${fields.length})` : '');
  const every = everySeconds === undefined ? '' : `${Number(everySeconds.toPrecision(2))} s`;
  const others = unlike === 0 ? '' : ` (${unlike} unlike)`;
  return [name, filter, form, shown, every, `${devices}${others}`, String(messages)];
}
