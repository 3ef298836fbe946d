import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { KitenError, toBase64 } from '@kiten/codec';
import { byteProgress } from './byte-progress.ts';
import type { Client } from './client.ts';
import { readBytes } from './files.ts';
import { print } from './output.ts';

/** What a site says of what was brought to it. */
export interface BroughtAnswer {
  readonly root: number;
  readonly timestamp: number;
  readonly snapshot: number;
  readonly files: number;
  readonly releases: readonly string[];
  readonly withdrawn: readonly string[];
}

/** Reference values, and whose they are. */
export interface BroughtReference {
  readonly digest: string;
  readonly name: string;
}

/**
 * Brings what a repository serves to a site: the files of targets that are not there yet, reference values, and last the
 * metadata, which the site verifies before a device sees any of it.
 */
export async function bringToSite(
  client: Client,
  directory: string,
  { reason, references }: { readonly reason: string; readonly references: readonly string[] },
): Promise<BroughtAnswer & { readonly references: readonly BroughtReference[] }> {
  const targets = join(directory, 'targets');
  for (const file of await filesBelow(targets)) await bringTarget(client, targets, file);
  const added: BroughtReference[] = [];
  for (const file of references)
    added.push(
      await client.post<BroughtReference>('/references', 'application/rim+cbor', await readBytes(file)),
    );
  const metadata = join(directory, 'metadata');
  const names = await filesBelow(metadata);
  const files: Record<string, string> = {};
  for (const name of await newest(names, metadata))
    files[name] = toBase64(await readBytes(join(metadata, name)));
  const answer = await client.send<BroughtAnswer>('POST', '/update/images/metadata', { files, reason });
  return { ...answer, references: added };
}

/** What came of it, for people. */
export function printBrought({
  releases,
  withdrawn,
  timestamp,
  references,
}: Awaited<ReturnType<typeof bringToSite>>): void {
  print(`The site serves timestamp ${timestamp}.`);
  for (const target of releases) print(`  release ${target}`);
  for (const target of withdrawn) print(`  withdrawn ${target}`);
  for (const { digest, name } of references) print(`  reference values ${digest} (${name})`);
}

async function bringTarget(client: Client, targets: string, file: string): Promise<void> {
  const query = new URLSearchParams({ path: file });
  const { here } = await client.get<{ here: boolean }>(`/update/images/target?${query}`);
  if (here) return;
  const whole = join(targets, file);
  const { size } = await stat(whole);
  const progress = byteProgress(`sending ${file.replace(/^.*?\./, '')}`, size);
  try {
    await client.stream(`/update/images/target?${query}`, counted(createReadStream(whole), progress));
  } finally {
    progress.end();
  }
}

async function* counted(pieces: AsyncIterable<Uint8Array>, progress: ReturnType<typeof byteProgress>) {
  for await (const piece of pieces) {
    progress.add(piece.length);
    yield piece;
  }
}

/** All roots, and of every other role its newest file: what it said before nobody asks for any more. */
async function newest(names: readonly string[], directory: string): Promise<readonly string[]> {
  const latest = new Map<string, number>();
  const versioned = names.flatMap((name) => {
    const [, version = '', role = ''] = /^([1-9]\d*)\.(.+)\.json$/.exec(name) ?? [];
    return role === '' ? [] : [{ name, role, version: Number(version) }];
  });
  for (const { role, version } of versioned) latest.set(role, Math.max(version, latest.get(role) ?? 0));
  if (!names.includes('timestamp.json'))
    throw new KitenError('kiten/file-unreadable', `${directory} has no timestamp.json: publish first.`);
  const kept = versioned.filter(({ role, version }) => role === 'root' || latest.get(role) === version);
  return [...kept.map(({ name }) => name), 'timestamp.json'];
}

/** Names of files below a directory, as in a URL; hidden ones were never finished. */
async function filesBelow(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'));
  } catch (cause) {
    throw new KitenError('kiten/file-unreadable', `${directory} cannot be read.`, { cause });
  }
}
