import { createHash } from 'node:crypto';

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The order in which the octets of the result are written, three a group (U. Drepper, SHA-crypt, 22 e). */
const order: Readonly<Record<'sha256' | 'sha512', readonly number[]>> = {
  sha256: [
    0, 10, 20, 21, 1, 11, 12, 22, 2, 3, 13, 23, 24, 4, 14, 15, 25, 5, 6, 16, 26, 27, 7, 17, 18, 28, 8, 9, 19,
    29,
  ],
  sha512: [
    0, 21, 42, 22, 43, 1, 44, 2, 23, 3, 24, 45, 25, 46, 4, 47, 5, 26, 6, 27, 48, 28, 49, 7, 50, 8, 29, 9, 30,
    51, 31, 52, 10, 53, 11, 32, 12, 33, 54, 34, 55, 13, 56, 14, 35, 15, 36, 57, 37, 58, 16, 59, 17, 38, 18,
    39, 60, 40, 61, 19, 62, 20, 41,
  ],
};

const defaultRounds = 5000;
/** A hash of more would take minutes for each password that is tried: nobody's login waits for that. */
const mostRounds = 200_000;

/**
 * crypt(3) for `$5$` and `$6$` (U. Drepper, Unix crypt using SHA-256 and SHA-512, version 0.6).
 *
 * @param setting a whole hash, or its beginning up to the salt
 * @returns the whole hash; undefined for a setting of another kind, or of more rounds than anybody uses
 */
export function shaCrypt(password: string, setting: string): string | undefined {
  const [, kind, rounds, salt] =
    /^\$([56])\$(?:rounds=(\d{1,9})\$)?([^$]{0,16})[^$]*(?:\$.*)?$/.exec(setting) ?? [];
  if (kind === undefined || salt === undefined) return undefined;
  const count = rounds === undefined ? defaultRounds : Math.max(1000, Number(rounds));
  if (count > mostRounds) return undefined;
  const name = kind === '5' ? 'sha256' : 'sha512';
  const result = hashRounds(name, Buffer.from(password), Buffer.from(salt), count);
  const named = rounds === undefined ? '' : `rounds=${count}$`;
  return `$${kind}$${named}${salt}$${encode(result, name)}`;
}

function hashRounds(name: 'sha256' | 'sha512', password: Buffer, salt: Buffer, rounds: number): Buffer {
  const digest = (...parts: readonly Uint8Array[]) => {
    const hash = createHash(name);
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const alternate = digest(password, salt, password);
  const first = createHash(name).update(password).update(salt).update(repeated(alternate, password.length));
  for (let bits = password.length; bits > 0; bits >>= 1) first.update(bits & 1 ? alternate : password);
  let value = first.digest();
  const p = repeated(digest(...Array.from({ length: password.length }, () => password)), password.length);
  const s = repeated(digest(...Array.from({ length: 16 + value[0]! }, () => salt)), salt.length);
  for (let round = 0; round < rounds; round += 1) {
    const parts = [round % 2 === 1 ? p : value];
    if (round % 3 !== 0) parts.push(s);
    if (round % 7 !== 0) parts.push(p);
    parts.push(round % 2 === 1 ? value : p);
    value = digest(...parts);
  }
  return value;
}

/** As many octets as wanted, by beginning again. */
function repeated(octets: Buffer, length: number): Buffer {
  return Buffer.alloc(length, octets);
}

function encode(result: Buffer, name: 'sha256' | 'sha512'): string {
  let text = '';
  const indices = order[name];
  for (let at = 0; at < indices.length; at += 3) {
    const [high, middle, low] = [0, 1, 2].map((offset) => result[indices[at + offset]!]!);
    text += group((high! << 16) | (middle! << 8) | low!, 4);
  }
  if (name === 'sha256') return text + group((result[31]! << 8) | result[30]!, 3);
  return text + group(result[63]!, 2);
}

/** The lowest six bits first. */
function group(value: number, characters: number): string {
  let text = '';
  for (let rest = value, count = 0; count < characters; count += 1, rest >>= 6) text += alphabet[rest & 0x3f];
  return text;
}
