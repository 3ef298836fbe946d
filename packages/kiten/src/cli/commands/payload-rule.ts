import { KitenError, parseJsonStrict } from '@kiten/codec';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { readText } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable } from '../output.ts';

interface RuleAnswer {
  readonly id: string;
  readonly filter: string;
  readonly devices?: readonly string[];
  readonly groups?: readonly string[];
  readonly format?: string;
  readonly schema?: unknown;
  readonly cddl?: string;
  readonly maximumSize?: number;
  readonly perMinute?: number;
}

interface SetOptions extends SiteOptions {
  readonly filter: string;
  readonly device?: readonly string[];
  readonly group?: readonly string[];
  readonly format?: string;
  readonly schema?: string;
  readonly cddl?: string;
  readonly maximumSize?: number;
  readonly perMinute?: number;
  readonly reason: string;
}

/** What the payloads of devices have to be. */
export function payloadRuleCommands(program: Command, environment: Environment): void {
  const rule = program
    .command('payload-rule')
    .description('what the payloads that devices publish have to be: form, size, rate');

  withSite(rule.command('list'))
    .description('the rules in force')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { rules } = await client.get<{ rules: RuleAnswer[] }>('/payload-rules');
      if (options.json) return printJson(rules);
      return printTable(['RULE', 'TOPICS', 'OF', 'HAS TO BE'], rules.map(row));
    });

  withSite(rule.command('set <id>'))
    .description('put a rule in force at once, in place of the one of this id')
    .requiredOption('--filter <filter>', 'the topics, as an MQTT filter: d/+/temperature')
    .option('--device <id...>', 'the devices that it binds (default all)')
    .option('--group <name...>', 'the groups of devices that it binds')
    .addOption(new Option('--format <format>', 'what payloads are').choices(['text', 'json', 'cbor']))
    .option('--schema <file>', 'a JSON Schema (2020-12, without references) of the value; for json and cbor')
    .option('--cddl <file>', 'CDDL (RFC 8610, a bounded part of it) of the value; for cbor')
    .option('--maximum-size <bytes>', 'the largest payload', parseBound)
    .option('--per-minute <messages>', 'messages of one device within a minute', parseBound)
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: SetOptions) => {
      const client = await openClient(options, environment);
      const { filter, device: devices, group: groups, format, maximumSize, perMinute, reason } = options;
      const schema = options.schema === undefined ? undefined : await readSchema(options.schema);
      const cddl = options.cddl === undefined ? undefined : await readText(options.cddl);
      const body = { filter, devices, groups, format, schema, cddl, maximumSize, perMinute, reason };
      const answer = await client.send<RuleAnswer>('PUT', `/payload-rules/${encodeURIComponent(id)}`, body);
      if (options.json) return printJson(answer);
      return print(`${answer.id} is in force: ${row(answer).slice(1).join(', ')}.`);
    });

  withSite(rule.command('remove <id>'))
    .description('take a rule out of force at once')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: SiteOptions & { reason: string }) => {
      const client = await openClient(options, environment);
      const query = new URLSearchParams({ reason: options.reason });
      await client.send('DELETE', `/payload-rules/${encodeURIComponent(id)}?${query}`);
      if (options.json) printJson({ removed: id });
      else print(`${id} is not in force any more.`);
    });
}

function row({
  id,
  filter,
  devices,
  groups,
  format,
  schema,
  cddl,
  maximumSize,
  perMinute,
}: RuleAnswer): string[] {
  const whom = [...(devices ?? []), ...(groups ?? []).map((group) => `group ${group}`)];
  const what = [
    ...(format === undefined
      ? []
      : [`${format}${schema === undefined ? '' : ' by a schema'}${cddl === undefined ? '' : ' by CDDL'}`]),
    ...(maximumSize === undefined ? [] : [`${maximumSize} bytes at most`]),
    ...(perMinute === undefined ? [] : [`${perMinute} a minute`]),
  ];
  return [id, filter, whom.join(' ') || 'all devices', what.join(', ') || 'anything'];
}

function parseBound(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number.');
}

async function readSchema(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return parseJsonStrict(text);
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    throw new KitenError('kiten/schema-unreadable', `${file} holds no JSON: ${cause.message}`, { cause });
  }
}
