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
