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
      const [{ name } = { name: '' }] = found;
      return print(
        `\nTo have one judged: kiten measurement stream add ${name} --found --learn 604800 --reason '…'`,
      );
    });
}

/** What declares what was found under a name. @throws KitenError `kiten/stream-not-found` */
export async function foundAs(client: Client, name: string): Promise<Partial<FoundStreams>> {
  const one = (await allFound(client)).find((found) => found.name === name);
  if (one === undefined)
    throw new KitenError(
      'kiten/stream-not-found',
      `Nothing was found under the name ${name}: \`kiten measurement stream discovered\` shows what was.`,
    );
  const { filter, form, fields, binSeconds, sequence, time } = one;
  return {
    ...{ filter, form, fields },
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
  everySeconds,
  devices,
  unlike,
  messages,
}: FoundStreams): string[] {
  const shown = fields.slice(0, 6).join(' ') + (fields.length > 6 ? ` … (${fields.length})` : '');
  const every = everySeconds === undefined ? '' : `${Number(everySeconds.toPrecision(2))} s`;
  const others = unlike === 0 ? '' : ` (${unlike} unlike)`;
  return [name, filter, form, shown, every, `${devices}${others}`, String(messages)];
}
