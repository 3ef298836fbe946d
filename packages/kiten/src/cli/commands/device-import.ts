import { open } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';
import { isDeviceId } from '@kiten/trust';
import type { Command } from 'commander';
import { type Client, openClient } from '../client.ts';
import { parseCsv } from '../csv.ts';
import type { Environment } from '../environment.ts';
import { exitCodes } from '../exit-codes.ts';
import { readText } from '../files.ts';
import { parseDuration, type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson } from '../output.ts';

interface ImportOptions extends SiteOptions {
  readonly dryRun?: boolean;
  readonly tokens?: string;
  readonly ttl: number;
}

/** A device that is to come. */
interface Wanted {
  readonly line: number;
  readonly id: string;
  readonly group: string;
}

/** What is wrong with a line. */
interface LineProblem {
  readonly line: number;
  readonly message: string;
}

const mostDevices = 100_000;
const atOnce = 8;

/** `kiten device import`: a token for each device of a list. */
export function deviceImportCommand(device: Command, environment: Environment): void {
  withSite(device.command('import <file>'))
    .description('make an enrolment token for each device of a CSV file with the columns id and group')
    .option('--dry-run', 'only say what is wrong with the file, and what would be done')
    .option(
      '--tokens <file>',
      'where the tokens go, readable by its owner alone; FILE.tokens.csv unless given',
    )
    .option(
      '--ttl <duration>',
      'how long the tokens last: 15m, 1h, 7d; at most 30d',
      parseDuration,
      7 * 86_400,
    )
    .action(async (file: string, options: ImportOptions) => {
      const client = await openClient(options, environment);
      const { wanted, problems } = await examine(await readText(file), client);
      if (problems.length > 0 || options.dryRun === true) {
        report(file, wanted, problems, options.json === true);
        if (problems.length > 0) process.exitCode = exitCodes.refused;
        return;
      }
      const tokens = options.tokens ?? `${file}.tokens.csv`;
      await makeTokens(client, wanted, tokens, options.ttl);
      if (options.json) printJson({ devices: wanted.length, tokens });
      else print(`${tokens}: ${counted(wanted.length, 'token', 'tokens')}, each enrols its device once`);
    });
}

/** All that can be said about the file before anything is done. */
async function examine(
  text: string,
  client: Client,
): Promise<{ wanted: readonly Wanted[]; problems: readonly LineProblem[] }> {
  const records = parseCsv(text);
  if ('brokenAt' in records)
    return {
      wanted: [],
      problems: [
        { line: records.brokenAt, message: 'a double quote is not closed, or stands within a field' },
      ],
    };
  const [head, ...rest] = records;
  const columns = head?.fields.map((name) => name.toLowerCase()) ?? [];
  const [idAt, groupAt] = [columns.indexOf('id'), columns.indexOf('group')];
  if (idAt < 0)
    return {
      wanted: [],
      problems: [
        { line: head?.line ?? 1, message: 'the first line must name the columns: id, and group if you like' },
      ],
    };
  if (rest.length > mostDevices)
    return {
      wanted: [],
      problems: [{ line: rest[mostDevices]?.line ?? 0, message: `a file may have ${mostDevices} devices` }],
    };
  const { groups } = await client.get<{ groups: { name: string }[] }>('/groups');
  const known = new Set(groups.map(({ name }) => name));
  const seen = new Map<string, number>();
  const problems: LineProblem[] = [];
  const wanted: Wanted[] = [];
  for (const { line, fields } of rest) {
    const [id = '', group = ''] = [fields[idAt], groupAt < 0 ? '' : fields[groupAt]];
    const message = problemOf({ id, group, width: fields.length }, columns.length, known, seen.get(id));
    if (message === undefined) wanted.push({ line, id, group: group === '' ? 'default' : group });
    else problems.push({ line, message });
    if (!seen.has(id)) seen.set(id, line);
  }
  return { wanted, problems };
}

function problemOf(
  { id, group, width }: { id: string; group: string; width: number },
  columns: number,
  groups: ReadonlySet<string>,
  before: number | undefined,
): string | undefined {
  if (width !== columns) return `${counted(width, 'field', 'fields')} where the first line has ${columns}`;
  if (!isDeviceId(id)) return `“${id.slice(0, 80)}” is no device id: 1–64 of A–Z a–z 0–9 . _ -`;
  if (before !== undefined) return `“${id}” stands in line ${before} already`;
  if (group !== '' && !groups.has(group)) return `there is no group “${group.slice(0, 80)}”`;
  return undefined;
}

function report(
  file: string,
  wanted: readonly Wanted[],
  problems: readonly LineProblem[],
  json: boolean,
): void {
  if (json) {
    printJson({ devices: wanted.length, problems });
    return;
  }
  for (const { line, message } of problems) process.stderr.write(`${file}:${line}: ${message}\n`);
  if (problems.length > 0) process.stderr.write('Nothing was done.\n');
  else print(`${counted(wanted.length, 'device', 'devices')} would get a token.`);
}

/** Each token is in the file before the next ones are asked for: what the site made is not lost if this ends early. */
async function makeTokens(
  client: Client,
  wanted: readonly Wanted[],
  file: string,
  ttlSeconds: number,
): Promise<void> {
  const handle = await open(file, 'wx', 0o600).catch((cause: unknown) => {
    throw new KitenError('kiten/file-unwritable', `${file} cannot be written, or is there.`, { cause });
  });
  try {
    await handle.writeFile('id,group,token\n');
    for (let at = 0; at < wanted.length; at += atOnce) {
      const batch = wanted.slice(at, at + atOnce);
      const made = await Promise.allSettled(
        batch.map(({ id: device, group }) =>
          client.send<{ token: string }>('POST', '/tokens', { device, group, ttlSeconds }),
        ),
      );
      const lines = made.map((one, index) =>
        one.status === 'fulfilled' ? `${batch[index]?.id},${batch[index]?.group},${one.value.token}\n` : '',
      );
      await handle.writeFile(lines.join(''));
      for (const [index, one] of made.entries())
        if (one.status === 'rejected') throw stopped(batch[index]?.line ?? 0, file, one.reason);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function stopped(line: number, file: string, cause: unknown): KitenError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KitenError(
    'kiten/import-stopped',
    `Line ${line}: ${why} The tokens made so far are in ${file}.`,
    { cause },
  );
}
