import { createHash, pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';
import { fromBase64, KitenError, toBase64 } from '@kiten/codec';
import type { PasswordOrigin } from './password.ts';

/** What deriving a key costs (RFC 7914 §2): memory is 128·r·2^ln bytes. */
interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** How a stored password is kept. `sha512` and `pbkdf2-sha512` came from Mosquitto. */
export type PasswordScheme = 'scrypt' | 'sha512' | 'pbkdf2-sha512';

type StoredPassword =
  | {
      readonly scheme: 'scrypt';
      readonly cost: ScryptCost;
      readonly salt: Uint8Array;
      readonly key: Uint8Array;
    }
  | { readonly scheme: 'sha512'; readonly salt: Uint8Array; readonly key: Uint8Array }
  | {
      readonly scheme: 'pbkdf2-sha512';
      readonly iterations: number;
      readonly salt: Uint8Array;
      readonly key: Uint8Array;
    };

/** 192 random bits need no stretching beyond making a stolen store useless; what somebody chose needs all it gets. */
const costs: Readonly<Record<PasswordOrigin, ScryptCost>> = {
  generated: { ln: 14, r: 8, p: 1 },
  imported: { ln: 15, r: 8, p: 3 },
};

const keyBytes = 32;
/** Of the salt that {@link hashPassword} wants. */
export const saltBytes = 16;
const longestHash = 512;
const mostIterations = 1_000_000;
/** Neither a store nor an import may make verifying cost more than this: 64 MiB. */
const mostMemory = 64 * 1024 * 1024;

/** Hashes a password for the store, as a PHC string. Takes tens of milliseconds: not for a loop that serves others. */
export function hashPassword(password: Uint8Array, salt: Uint8Array, origin: PasswordOrigin): string {
  const cost = costs[origin];
  const key = derive(password, salt, cost, keyBytes);
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(key)}`;
}

/**
 * Whether a password is the one that was hashed. Takes as long as {@link hashPassword} did.
 *
 * @throws KitenError `identity/password-hash`
 */
export function verifyPassword(stored: string, password: Uint8Array): boolean {
  const hash = parsePasswordHash(stored);
  const key = keyOf(hash, password);
  return key.length === hash.key.length && timingSafeEqual(key, hash.key);
}

/** How a stored password is kept. @throws KitenError `identity/password-hash` */
export function passwordScheme(stored: string): PasswordScheme {
  return parsePasswordHash(stored).scheme;
}

function keyOf(hash: StoredPassword, password: Uint8Array): Uint8Array {
  switch (hash.scheme) {
    case 'scrypt':
      return derive(password, hash.salt, hash.cost, hash.key.length);
    case 'sha512':
      return createHash('sha512').update(password).update(hash.salt).digest();
    case 'pbkdf2-sha512':
      return pbkdf2Sync(password, hash.salt, hash.iterations, hash.key.length, 'sha512');
  }
}

function derive(
  password: Uint8Array,
  salt: Uint8Array,
  { ln, r, p }: ScryptCost,
  length: number,
): Uint8Array {
  // OpenSSL counts the whole working memory, blocks for each of p included.
  return scryptSync(password, salt, length, { N: 2 ** ln, r, p, maxmem: 2 * mostMemory });
}

/**
 * Reads a stored password: our own PHC string, and what `mosquitto_passwd` writes (`$6$salt$hash` is one SHA-512 over
 * password and salt, `$7$iterations$salt$hash` is PBKDF2 with HMAC-SHA-512).
 */
function parsePasswordHash(stored: string): StoredPassword {
  const parts = stored.length <= longestHash ? stored.split('$') : [];
  const [empty, scheme, ...rest] = parts;
  if (empty !== '') throw unreadable();
  if (scheme === 'scrypt' && rest.length === 3) return scryptFrom(rest as [string, string, string]);
  if (scheme === '6' && rest.length === 2) return { scheme: 'sha512', ...saltAndKey(rest[0], rest[1], 64) };
  if (scheme === '7' && rest.length === 3) {
    const iterations = /^[1-9]\d{0,6}$/.test(rest[0] ?? '') ? Number(rest[0]) : 0;
    if (iterations < 1 || iterations > mostIterations) throw unreadable();
    return { scheme: 'pbkdf2-sha512', iterations, ...saltAndKey(rest[1], rest[2], 64) };
  }
  throw unreadable();
}

function scryptFrom([parameters, salt, key]: [string, string, string]): StoredPassword {
  const found = /^ln=(\d{1,2}),r=(\d{1,2}),p=(\d)$/.exec(parameters);
  const [ln = 0, r = 0, p = 0] = found?.slice(1).map(Number) ?? [];
  if (ln < 1 || r < 1 || p < 1 || 128 * r * 2 ** ln > mostMemory) throw unreadable();
  return { scheme: 'scrypt', cost: { ln, r, p }, ...saltAndKey(salt, key, keyBytes) };
}

function saltAndKey(salt = '', key = '', length: number): { salt: Uint8Array; key: Uint8Array } {
  try {
    const read = { salt: fromBase64(padded(salt)), key: fromBase64(padded(key)) };
    if (read.salt.length >= 8 && read.salt.length <= 128 && read.key.length === length) return read;
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
  }
  throw unreadable();
}

const unpadded = (bytes: Uint8Array): string => toBase64(bytes).replace(/=+$/, '');
const padded = (text: string): string =>
  text.replace(/=+$/, '').padEnd(Math.ceil(text.replace(/=+$/, '').length / 4) * 4, '=');

function unreadable(): KitenError {
  return new KitenError(
    'identity/password-hash',
    'A stored password is $scrypt$…, or $6$… or $7$… as mosquitto_passwd writes it.',
  );
}
