import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  scryptSync,
} from 'node:crypto';
import { fromBase64Url, KitenError, toBase64Url } from '@kiten/codec';
import type { Random } from '../site/secrets.ts';

/** Whom a backup is sealed for: whoever knows a passphrase, or whoever holds an X25519 private key. */
export type BackupRecipient =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'key'; readonly publicKey: Uint8Array };

/** What opens a backup. */
export type BackupOpener =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'key'; readonly privateKey: KeyObject };

/** The file key, and the bytes from which whoever may can get it again. */
export interface WrappedKey {
  readonly fileKey: Uint8Array;
  readonly stanza: Uint8Array;
}

const methods = { passphrase: 1, key: 2 } as const;
const keyBytes = 32;
const saltBytes = 16;
const tagBytes = 16;
const fewestCharacters = 12;
/** 2^17 × 8 × 128 bytes are 128 MiB of memory, about half a second. */
const logN = 17;
/** What somebody's backup may make us spend. */
const mostLogN = 20;

/** @throws KitenError `kiten/backup-passphrase` if it is too short to keep anybody out */
export function wrapFileKey(recipient: BackupRecipient, random: Random): WrappedKey {
  const fileKey = random(keyBytes);
  if (recipient.kind === 'passphrase') {
    const { passphrase } = recipient;
    if (passphrase.length < fewestCharacters) {
      throw new KitenError(
        'kiten/backup-passphrase',
        `A passphrase for a backup has ${fewestCharacters} characters or more: whoever guesses it has the site’s keys.`,
      );
    }
    const salt = random(saltBytes);
    const head = Buffer.concat([Buffer.of(methods.passphrase, logN), salt]);
    return { fileKey, stanza: Buffer.concat([head, seal(fromPassphrase(passphrase, salt, logN), fileKey)]) };
  }
  const ephemeral = generateKeyPairSync('x25519');
  const own = rawOf(ephemeral.publicKey);
  const shared = diffieHellman({
    privateKey: ephemeral.privateKey,
    publicKey: publicKeyOf(recipient.publicKey),
  });
  const key = fromAgreement(shared, own, recipient.publicKey);
  return { fileKey, stanza: Buffer.concat([Buffer.of(methods.key, 0), own, seal(key, fileKey)]) };
}

/** Bytes of a stanza whose first two are these. Undefined for a method that this version does not know. */
export function stanzaLength(method: number): number | undefined {
  if (method === methods.passphrase) return 2 + saltBytes + keyBytes + tagBytes;
  if (method === methods.key) return 2 + keyBytes + keyBytes + tagBytes;
  return undefined;
}

/** @throws KitenError `kiten/backup-wrong-key`, `kiten/backup-damaged` */
export function unwrapFileKey(stanza: Uint8Array, opener: BackupOpener): Uint8Array {
  const [method, cost = 0] = stanza;
  if (method !== methods[opener.kind]) {
    const needed = method === methods.passphrase ? 'a passphrase' : 'a key';
    throw new KitenError('kiten/backup-wrong-key', `This backup is sealed with ${needed}.`);
  }
  if (opener.kind === 'passphrase') {
    if (cost < 10 || cost > mostLogN)
      throw new KitenError('kiten/backup-damaged', 'The head of the backup asks for an impossible effort.');
    const salt = stanza.subarray(2, 2 + saltBytes);
    return unseal(fromPassphrase(opener.passphrase, salt, cost), stanza.subarray(2 + saltBytes));
  }
  const ephemeral = stanza.subarray(2, 2 + keyBytes);
  const shared = diffieHellman({ privateKey: opener.privateKey, publicKey: publicKeyOf(ephemeral) });
  const own = rawOf(createPublicKey(opener.privateKey));
  return unseal(fromAgreement(shared, ephemeral, own), stanza.subarray(2 + keyBytes));
}

const recipientPrefix = 'kiten-backup-';

/** A recipient's public key as text that can be read out: `kiten-backup-…`. */
export function formatRecipient(publicKey: Uint8Array): string {
  return recipientPrefix + toBase64Url(publicKey);
}

/** @throws KitenError `kiten/backup-recipient` */
export function parseRecipient(text: string): Uint8Array {
  const encoded = text.startsWith(recipientPrefix) ? text.slice(recipientPrefix.length) : '';
  if (/^[A-Za-z0-9_-]{43}$/.test(encoded)) return fromBase64Url(encoded);
  throw new KitenError(
    'kiten/backup-recipient',
    'A recipient looks like kiten-backup-…: `kiten backup key` makes one.',
  );
}

/** The 32 bytes of an X25519 public key (RFC 7748 §5). */
export function rawOf(publicKey: KeyObject): Uint8Array {
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(-keyBytes);
}

/** SubjectPublicKeyInfo of X25519 up to the key (RFC 8410 §4). */
const spkiHead = Buffer.from('302a300506032b656e032100', 'hex');

function publicKeyOf(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiHead, raw]), format: 'der', type: 'spki' });
}

function fromPassphrase(passphrase: string, salt: Uint8Array, cost: number): Uint8Array {
  return scryptSync(passphrase.normalize('NFKC'), salt, keyBytes, {
    N: 2 ** cost,
    r: 8,
    p: 1,
    maxmem: 2 ** cost * 8 * 128 + 1_048_576,
  });
}

function fromAgreement(shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): Uint8Array {
  const salt = Buffer.concat([ephemeral, recipient]);
  return new Uint8Array(hkdfSync('sha256', shared, salt, 'kiten backup recipient', keyBytes));
}

/** Each key seals one thing only, so the nonce may stay the same. */
const nonce = Buffer.alloc(12);

function seal(key: Uint8Array, secret: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAuthTag(sealed.subarray(keyBytes, keyBytes + tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, keyBytes)), decipher.final()]);
  } catch (cause) {
    throw new KitenError('kiten/backup-wrong-key', 'This passphrase or key does not open the backup.', {
      cause,
    });
  }
}
