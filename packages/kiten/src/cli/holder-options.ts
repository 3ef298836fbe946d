import { basename, extname } from 'node:path';
import { decodePem, KitenError } from '@kiten/codec';
import { type Holders, isHolderName, type PublicKey, type TopLevelRole } from '@kiten/update';
import { type Command, InvalidArgumentError } from 'commander';
import { algorithmOfKey } from '../site/key-algorithm.ts';
import { readText } from './files.ts';

export type RoleFile = readonly [role: string, file: string];
export type RoleCount = readonly [role: string, count: number];

/** Who holds the keys of which role: the options of commands that make a root. */
export interface HoldersOptions {
  readonly holder?: readonly RoleFile[];
  readonly threshold?: readonly RoleCount[];
  readonly json?: boolean;
}

export const topLevelRoles: readonly TopLevelRole[] = ['root', 'timestamp', 'snapshot', 'targets'];

export function withHolders(command: Command): Command {
  return command
    .option(
      '--holder <role=file>',
      'a public key of a role, PEM; as often as there are',
      collect(parseRoleFile),
    )
    .option(
      '--threshold <role=n>',
      'how many holders of a role have to sign; 1 by default',
      collect(parseRoleCount),
    )
    .option('--json', 'print JSON');
}

export async function holdersOf({
  holder = [],
  threshold = [],
}: HoldersOptions): Promise<Partial<Record<TopLevelRole, Holders>>> {
  const counts = new Map(threshold);
  const holders: Partial<Record<TopLevelRole, Holders>> = {};
  for (const role of topLevelRoles) {
    const files = holder.filter(([name]) => name === role).map(([, file]) => file);
    if (files.length === 0) continue;
    holders[role] = { keys: await Promise.all(files.map(readHolder)), threshold: counts.get(role) ?? 1 };
  }
  return holders;
}

/** As {@link holdersOf}, for a root that has none yet. @throws KitenError `kiten/option-missing` for a role without a holder */
export async function allHoldersOf(
  options: HoldersOptions,
): Promise<Readonly<Record<TopLevelRole, Holders>>> {
  const holders = await holdersOf(options);
  const missing = topLevelRoles.find((role) => holders[role] === undefined);
  if (missing === undefined) return holders as Readonly<Record<TopLevelRole, Holders>>;
  throw new KitenError('kiten/option-missing', `Every role has a holder: --holder ${missing}=FILE.`);
}

/** A public key under its holder’s name, which is that of the file: `ann.pub` is Ann’s. */
export async function readHolder(file: string): Promise<PublicKey> {
  const holder = basename(file, extname(file));
  return { ...(await readPublicKey(file)), ...(isHolderName(holder) && { holder }) };
}

/** @throws KitenError `kiten/public-key-malformed` */
export async function readPublicKey(file: string): Promise<PublicKey> {
  const [block, ...others] = decodePem(await readText(file));
  if (block?.label === 'PUBLIC KEY' && others.length === 0) {
    const algorithm = algorithmOfKey(block.der);
    if (algorithm !== undefined) return { algorithm, publicKey: block.der };
  }
  throw new KitenError(
    'kiten/public-key-malformed',
    `${file} has no public key ("-----BEGIN PUBLIC KEY-----") of Ed25519, P-256, P-384, P-521 or RSA.`,
  );
}

export const collect =
  <T>(parse: (text: string) => T) =>
  (text: string, before: readonly T[] = []): readonly T[] => [...before, parse(text)];

export function parseRoleFile(text: string): RoleFile {
  const [role = '', file = ''] = splitOnce(text);
  if ((topLevelRoles as readonly string[]).includes(role) && file !== '') return [role, file];
  throw new InvalidArgumentError(`Write ROLE=FILE; the roles are ${topLevelRoles.join(', ')}.`);
}

export function parseRoleCount(text: string): RoleCount {
  const [role = '', count = ''] = splitOnce(text);
  if ((topLevelRoles as readonly string[]).includes(role)) return [role, parseThreshold(count)];
  throw new InvalidArgumentError(`Write ROLE=N; the roles are ${topLevelRoles.join(', ')}.`);
}

export function splitOnce(text: string): readonly string[] {
  const at = text.indexOf('=');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** @returns a whole number from 1 */
export function parseThreshold(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 1.');
}
