import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import type { ClientOutcome } from './report.ts';
import type { RehearsalClient } from './stage.ts';

/** What a client should make of what it is served: take it, or refuse it, perhaps with one of these codes. */
export type Expectation = 'accepts' | 'refuses' | readonly string[];

/** Has a client look for updates, and says what it makes of them. */
export async function look(
  client: RehearsalClient,
  repository: string,
  expected: Expectation,
): Promise<ClientOutcome> {
  const before = await digestOf(client.directory);
  try {
    const accepts = await client.of(repository).refresh();
    return { client: client.name, accepts, expected: expected === 'accepts' };
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    return {
      ...{ client: client.name, refuses: error.code, why: error.message },
      unchanged: (await digestOf(client.directory)) === before,
      expected: expected === 'refuses' || (Array.isArray(expected) && expected.includes(error.code)),
    };
  }
}

/** Has a client look for a target, and says whether it finds it. */
export async function find(
  client: RehearsalClient,
  repository: string,
  path: string,
  expected: 'accepts' | string,
): Promise<ClientOutcome> {
  const before = await digestOf(client.directory);
  try {
    const tuf = client.of(repository);
    const accepts = await tuf.refresh();
    await tuf.find(path);
    return { client: client.name, accepts, expected: expected === 'accepts' };
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    const { code: refuses, message: why } = error;
    const unchanged = (await digestOf(client.directory)) === before;
    return { client: client.name, refuses, why, unchanged, expected: expected === refuses };
  }
}

/** One hash over all that a client keeps. */
async function digestOf(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(directory)).sort()) {
    if (name === '.lock') continue;
    hash.update(`${name}\n`).update(await readFile(join(directory, name)));
  }
  return hash.digest('hex');
}
