import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { parseVerifierKey } from '@kiten/ledger';
import { readIfThere } from './files.ts';

/** The file of an export that names the log's key. It convinces nobody; a key that one has from elsewhere does. */
export const exportedKeyFile = 'log.vkey';

/** The keys that were given, or those that an export brings along itself. */
export async function keysOf(
  given: readonly string[],
  directory: string | undefined,
): Promise<readonly string[]> {
  if (given.length > 0 || directory === undefined) return given;
  const brought = await readIfThere(join(directory, exportedKeyFile));
  process.stderr.write(
    'kiten: verifying under the key that the export brings along; give --key to know whose log it is\n',
  );
  return brought?.split('\n').filter((line) => line !== '') ?? [];
}

/** A log by its verifier keys. @throws KitenError `kiten/log-keys`, `ledger/verifier-key-malformed` */
export function onlyKey(keys: readonly string[]): { origin: string; publicKeys: readonly Uint8Array[] } {
  const parsed = keys.map(parseVerifierKey);
  const [first] = parsed;
  if (first === undefined || parsed.some(({ name, kind }) => name !== first.name || kind !== 'ed25519')) {
    throw new KitenError(
      'kiten/log-keys',
      'Give the verifier keys of one log with --key, as `kiten log key` prints them.',
    );
  }
  return { origin: first.name, publicKeys: parsed.map(({ publicKey }) => publicKey) };
}
