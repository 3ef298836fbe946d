import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeVerify } from '@kiten/identity';
import {
  type EcuState,
  formatOf,
  initialiseTufClient,
  type PartiallyVerified,
  readMetadataFile,
  type UptaneProfile,
  verifyPartially,
} from '@kiten/update';
import { makeDirectory, readBytes, readIfThere, writeBytes } from './files.ts';
import { systemSources } from './system.ts';
import { firstRootOf, publishedIn } from './uptane-files.ts';

/** More roots in one update are refused by nobody, but fetched by nobody either. */
const mostRoots = 256;

/**
 * What an ECU does that has room for nothing but the Director’s targets: follows its root, verifies its targets, and keeps
 * both. Nothing is written when anything is refused.
 *
 * @throws KitenError as `verifyPartially` says.
 */
export async function verifyAsPartialSecondary(options: {
  readonly director: string;
  readonly directorRoot: string | undefined;
  /** What the ECU trusts: made if it isn’t there. */
  readonly state: string;
  readonly vehicle: string;
  readonly ecu: string;
  readonly known: EcuState;
  readonly profile: UptaneProfile;
}): Promise<PartiallyVerified> {
  const { state, profile, vehicle, ecu } = options;
  const folder = await publishedIn(options.director);
  await makeDirectory(state);
  const root = (await bytesIn(state, 'root.json')) ?? (await begin(folder, options));
  const newerRoots = await rootsAfter(folder, Number(readMetadataFile(root).signed.version));
  const targets = await readBytes(join(folder, await newestTargets(folder)));
  const previousTargets = (await bytesIn(state, 'targets.json')) ?? targets;
  const around = { now: systemSources().clock.now(), verify: nodeVerify, profile };
  const trust = { root, newerRoots, previousTargets };
  const found = verifyPartially(targets, { vehicle, ecu, state: options.known, ...trust, ...around });
  await writeBytes(join(state, 'root.json'), newerRoots.at(-1) ?? root);
  await writeBytes(join(state, 'targets.json'), targets);
  return found;
}

async function begin(
  folder: string,
  {
    directorRoot,
    state,
    profile,
  }: { directorRoot: string | undefined; state: string; profile: UptaneProfile },
): Promise<Uint8Array> {
  const root = directorRoot === undefined ? await firstRootOf(folder) : await readBytes(directorRoot);
  await initialiseTufClient(state, root, { verify: nodeVerify, format: formatOf(profile) });
  return root;
}

async function rootsAfter(folder: string, version: number): Promise<readonly Uint8Array[]> {
  const roots: Uint8Array[] = [];
  while (roots.length < mostRoots) {
    const next = await bytesIn(folder, `${version + roots.length + 1}.root.json`);
    if (next === undefined) break;
    roots.push(next);
  }
  return roots;
}

/** With consistent snapshots the file of the highest version, without them the one without. */
async function newestTargets(folder: string): Promise<string> {
  const versions = (await readdir(folder)).map((name) =>
    Number(/^(\d+)\.targets\.json$/.exec(name)?.[1] ?? 0),
  );
  const newest = Math.max(0, ...versions);
  return newest === 0 ? 'targets.json' : `${newest}.targets.json`;
}

async function bytesIn(folder: string, name: string): Promise<Uint8Array | undefined> {
  const text = await readIfThere(join(folder, name));
  return text === undefined ? undefined : Buffer.from(text);
}
