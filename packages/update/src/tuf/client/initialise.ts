import { createHash } from 'node:crypto';
import { equalBytes, KitenError, type Verify } from '@kiten/codec';
import { defaultTufLimits, type TufLimits } from '../limits.ts';
import type { MetadataFormat } from '../metadata/format.ts';
import { MetadataDirectory } from './metadata-directory.ts';
import { TrustedMetadata } from './trusted-metadata.ts';

/**
 * Begins the trust of a client: with a root that it was given along with the software, out of band (TUF §5.2). A client
 * that has begun already keeps its own, which may be newer, and to which no way leads back.
 *
 * @param directory there, and the client’s own.
 * @returns the version of the root.
 * @throws KitenError `update/already-initialised`, `update/unsigned`, `update/threshold`, `update/file-unwritable`, or
 * what makes the root none.
 */
export async function initialiseTufClient(
  directory: string,
  root: Uint8Array,
  options: {
    readonly verify: Verify;
    readonly limits?: Partial<TufLimits>;
    readonly format?: MetadataFormat;
  },
): Promise<number> {
  const limits = { ...defaultTufLimits, ...options.limits };
  const { version } = new TrustedMetadata(root, { ...options, started: 0, limits }).root;
  const metadata = new MetadataDirectory(directory);
  const present = await metadata.read('root', Number.POSITIVE_INFINITY);
  if (present === undefined) await metadata.write('root', root);
  else if (!equalBytes(present, root)) {
    throw new KitenError(
      'update/already-initialised',
      `${directory} has another root already. Take an empty directory to begin anew.`,
    );
  }
  return version;
}

/**
 * Begins anew with another root, by hand: the only way back after a majority of the root’s keys was stolen. All that was
 * trusted under the one before goes, the protection against rollback with it.
 *
 * @param digest the SHA-256 of the file in hexadecimal, as its holders say it in person or by telephone: whoever could
 * put this root there could have put any.
 * @throws KitenError `update/root-digest`, `update/not-initialised` where there is nothing to replace, and as
 * {@link initialiseTufClient}.
 */
export async function replaceTufRoot(
  directory: string,
  root: Uint8Array,
  options: { readonly verify: Verify; readonly digest: string; readonly limits?: Partial<TufLimits> },
): Promise<number> {
  const limits = { ...defaultTufLimits, ...options.limits };
  if (createHash('sha256').update(root).digest('hex') !== options.digest.toLowerCase()) {
    throw new KitenError(
      'update/root-digest',
      'This is not the root whose SHA-256 was given. Ask its holders again, and not by the way it came.',
    );
  }
  const { version } = new TrustedMetadata(root, { started: 0, limits, verify: options.verify }).root;
  const metadata = new MetadataDirectory(directory);
  if ((await metadata.read('root', Number.POSITIVE_INFINITY)) === undefined) {
    throw new KitenError(
      'update/not-initialised',
      `${directory} has no root to replace: begin with this one.`,
    );
  }
  // First: what is left of the old trust after a power cut is signed by nobody whom this root names.
  await metadata.write('root', root);
  for (const role of await metadata.roles()) if (role !== 'root') await metadata.remove(role);
  return version;
}
