import { createPrivateKey } from 'node:crypto';
import { KitenError } from '@kiten/codec';
import type { Command } from 'commander';
import { type BackupOpener, type BackupRecipient, parseRecipient } from '../backup/backup-key.ts';
import { readText } from './files.ts';

/** What seals a backup. */
export interface SealOptions {
  readonly passphraseFile?: string;
  readonly recipient?: string;
}

/** What opens one. */
export interface OpenOptions {
  readonly passphraseFile?: string;
  readonly key?: string;
}

export function withOpener(command: Command): Command {
  return command
    .option('--passphrase-file <file>', 'a file whose first line is the passphrase')
    .option('--key <file>', 'the private key that `kiten backup key` wrote');
}

/** @throws KitenError `kiten/backup-unsealed`, `kiten/backup-recipient`, `kiten/file-unreadable` */
export async function recipientOf({ passphraseFile, recipient }: SealOptions): Promise<BackupRecipient> {
  if (passphraseFile !== undefined && recipient === undefined)
    return { kind: 'passphrase', passphrase: await firstLine(passphraseFile) };
  if (recipient !== undefined && passphraseFile === undefined)
    return { kind: 'key', publicKey: parseRecipient(recipient) };
  throw new KitenError(
    'kiten/backup-unsealed',
    'A backup holds the site’s keys, so it is sealed: give either --passphrase-file or --recipient.',
  );
}

/** @throws KitenError `kiten/backup-unsealed`, `kiten/backup-recipient`, `kiten/file-unreadable` */
export async function openerOf({ passphraseFile, key }: OpenOptions): Promise<BackupOpener> {
  if (passphraseFile !== undefined && key === undefined)
    return { kind: 'passphrase', passphrase: await firstLine(passphraseFile) };
  if (key === undefined || passphraseFile !== undefined)
    throw new KitenError(
      'kiten/backup-unsealed',
      'Give what opens the backup: either --passphrase-file or --key.',
    );
  const pem = await readText(key);
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType === 'x25519') return { kind: 'key', privateKey };
  } catch (cause) {
    throw new KitenError('kiten/backup-recipient', `${key} holds no private key in PEM.`, { cause });
  }
  throw new KitenError('kiten/backup-recipient', `${key} is no X25519 key: \`kiten backup key\` makes one.`);
}

async function firstLine(file: string): Promise<string> {
  return (await readText(file)).split(/\r?\n/, 1)[0] ?? '';
}
