import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError, toHex } from '@kiten/codec';
import { nodeVerify, sha256 } from '@kiten/identity';
import {
  expiryWarnings,
  keyIdOf,
  keyObjectOf,
  parseMetadata,
  type RehearsalPorts,
  type RootMetadata,
  roleStates,
  rootWarnings,
  type TopLevelRole,
} from '@kiten/update';
import { withScratch as scratched } from '../rehearsal-scratch.ts';
import { warningText } from './ceremony-output.ts';
import { isDirectory, readBytes, readIfThere } from './files.ts';
import { readPublicKey } from './holder-options.ts';
import { systemSources } from './system.ts';

const maxBytes = 64 * 1024 * 1024;
const day = 86_400_000;

/** How long before its end root and targets are spoken of: holders have to be found and to meet. */
export const warnWithin = { root: 60 * day, targets: 30 * day };

/** By what a proposal is judged. */
export const succession = { verify: nodeVerify, sha256 };

export const parseRoot = (bytes: Uint8Array): RootMetadata => parseMetadata('root', bytes, maxBytes).metadata;

/** A root, or the newest of a repository. @throws KitenError `update/role-file-missing`, `kiten/file-unreadable` */
export async function readRoot(path: string): Promise<Buffer> {
  return readBytes((await isDirectory(path)) ? await newestRoot(path) : path);
}

/** The file of the newest root that a repository serves. */
export async function newestRoot(directory: string): Promise<string> {
  const metadata = join(directory, 'metadata');
  const versions = (await namesIn(metadata)).map((name) =>
    Number(/^([1-9]\d*)\.root\.json$/.exec(name)?.[1] ?? 0),
  );
  const newest = Math.max(0, ...versions);
  if (newest > 0) return join(metadata, `${newest}.root.json`);
  throw new KitenError('update/role-file-missing', `${directory} serves no root yet.`);
}

/** The root that a proposal of a repository follows, or nothing for its first. */
export async function rootBefore(directory: string): Promise<Uint8Array | undefined> {
  try {
    return await readBytes(await newestRoot(directory));
  } catch (error) {
    if (error instanceof KitenError && error.code === 'update/role-file-missing') return undefined;
    throw error;
  }
}

/** Says on standard error what will end before its holders meet again. */
export async function warnOfExpiry(directory: string): Promise<void> {
  const now = systemSources().clock.now();
  const root = parseRoot(await readRoot(directory));
  const targets = await newestTargets(directory);
  const warnings = [
    ...rootWarnings(root, { now, within: warnWithin.root }).filter(({ kind }) => kind.startsWith('expire')),
    ...(targets === undefined ? [] : expiryWarnings('targets', targets, { now, within: warnWithin.targets })),
  ];
  for (const warning of warnings) process.stderr.write(`kiten: ${warningText(warning)}\n`);
}

/** Until when the newest targets hold. */
async function newestTargets(directory: string): Promise<number | undefined> {
  const metadata = join(directory, 'metadata');
  const timestamp = await readIfThere(join(metadata, 'timestamp.json'));
  if (timestamp === undefined) return undefined;
  const { version } = parseMetadata('timestamp', Buffer.from(timestamp), maxBytes).metadata.snapshot;
  const snapshot = parseMetadata(
    'snapshot',
    await readBytes(join(metadata, `${version}.snapshot.json`)),
    maxBytes,
  );
  const listed = snapshot.metadata.meta.get('targets.json')?.version;
  const bytes = await readBytes(join(metadata, `${listed}.targets.json`));
  return parseMetadata('targets', bytes, maxBytes).metadata.expires;
}

/**
 * The key id of a holder of a role: by the name in the root, the beginning of the key id, or the file of the public key.
 *
 * @throws KitenError `kiten/holder-unknown`, `kiten/holder-ambiguous`
 */
export async function keyIdOfHolder(root: RootMetadata, role: TopLevelRole, text: string): Promise<string> {
  const { holders } = roleStates(root).find((state) => state.role === role)!;
  const named = holders.filter(
    ({ holder, keyId }) => holder === text || (text.length >= 8 && keyId.startsWith(text)),
  );
  if (named.length === 1) return named[0]!.keyId;
  if (named.length > 1) {
    throw new KitenError(
      'kiten/holder-ambiguous',
      `Several keys of ${role} are called ${text}: give the key id.`,
    );
  }
  const known = holders.map(({ holder, keyId }) => holder ?? keyId.slice(0, 8)).join(', ');
  if ((await readIfThere(text)) !== undefined) {
    const { publicKey } = await readPublicKey(text);
    const found = holders.find(({ keyId }) => {
      const material = root.keys.get(keyId)?.material;
      return material !== undefined && toHex(material.publicKey) === toHex(publicKey);
    });
    if (found !== undefined) return found.keyId;
  }
  throw new KitenError('kiten/holder-unknown', `Nobody called ${text} holds ${role}; there are ${known}.`);
}

/** The id under which metadata has a public key. */
export const keyIdOfKey = (key: {
  algorithm: Parameters<typeof keyObjectOf>[0];
  publicKey: Uint8Array;
}): string => keyIdOf({ ...keyObjectOf(key.algorithm, key.publicKey) });

/** A rehearsal in a directory that goes with it. */
export const withScratch = <T>(directory: string, play: (ports: RehearsalPorts) => Promise<T>): Promise<T> =>
  scratched(directory, systemSources().clock, play);

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    throw new KitenError('kiten/file-unreadable', `${directory} cannot be read.`, { cause });
  }
}
