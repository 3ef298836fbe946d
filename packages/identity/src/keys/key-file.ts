import { createPrivateKey, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KitenError, type Signer } from '@kiten/codec';
import { exportPrivateKey, releaseSignerOf, signerOf } from './signer.ts';

const largestKeyFile = 64 * 1024;

/**
 * Reads a private key from an owner-only PKCS#8 PEM file.
 *
 * @throws KitenError `identity/key-file-missing`, `-unreadable`, `-exposed` (group or others may do anything with
 * it), `-malformed`, `-encrypted`, or `identity/key-unsupported`.
 */
export async function loadSigner(file: string): Promise<Signer> {
  return signerOf(parsePrivateKey(await readOwnerOnly(file), file));
}

/**
 * Reads the private key of somebody who signs releases from an owner-only PKCS#8 PEM file, of any kind that
 * {@link releaseSignerOf} takes.
 *
 * @param passphrase for a key that is encrypted.
 * @throws KitenError as {@link loadSigner}; `identity/key-passphrase` when the passphrase isn’t the right one.
 */
export async function loadReleaseSigner(file: string, passphrase?: string): Promise<Signer> {
  return releaseSignerOf(parsePrivateKey(await readOwnerOnly(file), file, passphrase));
}

/** The first line of an owner-only file: a passphrase or PIN. @throws KitenError as {@link loadSigner} */
export async function loadSecretLine(file: string): Promise<string> {
  const [line = ''] = (await readOwnerOnly(file)).split(/\r?\n/, 1);
  if (line !== '') return line;
  throw new KitenError('identity/key-file-malformed', `${file} has nothing on its first line.`);
}

/**
 * Writes a private key as PKCS#8 PEM for its owner only (0600): complete and on disk when this resolves, or not
 * there at all. An existing file is kept unless `replace` says otherwise, since a lost CA key cannot be made again.
 *
 * @throws KitenError `identity/key-file-exists`, `identity/key-file-unwritable`, `identity/key-not-exportable`.
 */
export async function storeSigner(
  file: string,
  signer: Signer,
  options: { replace?: boolean; passphrase?: string | undefined } = {},
): Promise<void> {
  const pem = exportPrivateKey(signer, options.passphrase);
  const temporary = join(dirname(file), `.${basename(file)}.new`);
  try {
    await writeDurably(temporary, pem);
    if (options.replace === true) await rename(temporary, file);
    else await link(temporary, file);
    await syncFolder(dirname(file));
  } catch (cause) {
    throw writeFailure(file, cause);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function readOwnerOnly(file: string): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    // The open file is judged, not its name: the name may point elsewhere a moment later.
    const { mode, size } = await handle.stat();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || size > largestKeyFile) {
      throw new KitenError('identity/key-file-malformed', `${file} is not a file with a private key.`);
    }
    if ((mode & 0o077) !== 0) {
      throw new KitenError(
        'identity/key-file-exposed',
        `${file} is open to other users. Run "chmod 600 ${file}"; if they may have read it, replace the key.`,
        { detail: { mode: (mode & 0o777).toString(8) } },
      );
    }
    return await handle.readFile('utf8');
  } catch (cause) {
    if (cause instanceof KitenError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new KitenError('identity/key-file-missing', `There is no key file ${file}.`, { cause });
    }
    throw new KitenError('identity/key-file-unreadable', `The key file ${file} cannot be read.`, { cause });
  } finally {
    await handle?.close();
  }
}

function parsePrivateKey(pem: string, file: string, passphrase?: string): KeyObject {
  const isEncrypted = pem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----');
  if (isEncrypted && passphrase === undefined) {
    throw new KitenError(
      'identity/key-file-encrypted',
      `${file} asks for a passphrase, which a site cannot type.`,
    );
  }
  if (isEncrypted || /^-----BEGIN PRIVATE KEY-----$/m.test(pem)) {
    try {
      return createPrivateKey({ key: pem, format: 'pem', ...(isEncrypted && { passphrase }) });
    } catch (cause) {
      if (isEncrypted) {
        throw new KitenError('identity/key-passphrase', `The passphrase does not open ${file}.`, { cause });
      }
      throw new KitenError('identity/key-file-malformed', `The private key in ${file} cannot be parsed.`, {
        cause,
      });
    }
  }
  throw new KitenError(
    'identity/key-file-malformed',
    `${file} has no PKCS#8 key ("-----BEGIN PRIVATE KEY-----").`,
  );
}

async function writeDurably(file: string, text: string): Promise<void> {
  await rm(file, { force: true });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

// Without it the name of the new file may be lost in a power cut although its content is on disk.
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function writeFailure(file: string, cause: unknown): KitenError {
  if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
    return new KitenError('identity/key-file-exists', `${file} already exists and was left as it is.`, {
      cause,
    });
  }
  return new KitenError('identity/key-file-unwritable', `The key file ${file} cannot be written.`, { cause });
}
