import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** Where a site is looked for unless `--data` or KITEN_DATA says otherwise. */
export const defaultData = 'kiten-data';

/** The help text of `--data`, everywhere. */
export const dataHelp = `the site’s data directory (or KITEN_DATA; default ${defaultData})`;

export interface SiteOptions {
  readonly data?: string;
  readonly site?: string;
  readonly json?: boolean;
}

/** The options of every command that speaks to a running site. */
export function withSite(command: Command): Command {
  return command
    .option('--data <directory>', dataHelp)
    .option('--site <url>', 'a site’s API address instead; its token comes from KITEN_TOKEN')
    .option('--json', 'print JSON');
}

/** What the policies of a Cedar text are called in an answer. */
export function policyIdsOption(): Option {
  return new Option(
    '--ids <how>',
    'what policies of a text are called: policy0, policy1 … as by Cedar’s engine, or by their @id',
  ).choices(['cedar', 'annotation']);
}

export function dataDirectory(
  given: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return resolve(given ?? environment.KITEN_DATA ?? defaultData);
}

/** @returns a whole number from 1 to 1000 */
export function parseCount(text: string): number {
  if (/^[1-9]\d{0,2}$|^1000$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 1 to 1000.');
}

/** @returns a whole number from 1 to 100 */
export function parsePercent(text: string): number {
  if (/^[1-9]\d?$|^100$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 1 to 100.');
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `90s`, `15m`, `1h`, `7d`. @returns seconds */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Write a number and a unit: 90s, 15m, 1h, 7d.');
  return Number(match[1]) * (units[match[2] ?? ''] ?? 1);
}

/** @returns a whole number that is not negative */
export function parseWhole(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number.');
}
