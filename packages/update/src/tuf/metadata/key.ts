import { createHash } from 'node:crypto';
import { type AlgorithmName, encodePem, KitenError, publicKeyFits, toHex } from '@kiten/codec';
import { canonicalMetadata } from './canonical-json.ts';
import { asFields, type Fields, fieldsAt, member, textAt } from './fields.ts';
import { ed25519Prefix, materialOf } from './key-material.ts';
import type { TufKey, TufKeys } from './model.ts';

/** Reads the keys of a root or of delegations, by their ids. */
export type KeyReader = (fields: Fields) => TufKeys;

/**
 * Reads the keys of a root or of delegations and recomputes their ids (TUF §4.3).
 *
 * An id is the SHA-256 of the key in canonical JSON: of the whole object, or of its `keytype`, `scheme` and `keyval`
 * alone, for what else stands in a key is made out by nobody in the same way. python-tuf until its version 3 took the
 * `keyid_hash_algorithms` in that it then left out of the file.
 *
 * @throws KitenError `update/key-id-mismatch`, `update/metadata-malformed`.
 */
export function parseKeys(fields: Fields): TufKeys {
  return new Map(
    Object.entries(fieldsAt(fields, 'keys')).map(([keyId, key]) => [keyId, parseKey(keyId, key)]),
  );
}

const keyid_hash_algorithms = ['sha256', 'sha512'];

function parseKey(keyId: string, value: unknown): TufKey {
  const key = asFields(value, 'keys');
  const keyType = textAt(key, 'keytype');
  const scheme = textAt(key, 'scheme');
  const keyval = fieldsAt(key, 'keyval');
  const alone = { keytype: keyType, scheme, keyval };
  if (![key, alone, { ...alone, keyid_hash_algorithms }].some((form) => keyId === keyIdOf(form))) {
    throw new KitenError(
      'update/key-id-mismatch',
      `The key id ${keyId.slice(0, 80)} is not that of its key.`,
      {
        detail: { keyId },
      },
    );
  }
  const holder = member(key, holderMember);
  return {
    ...keyUnder(keyId, keyType, scheme, member(keyval, 'public')),
    ...(typeof holder === 'string' && isHolderName(holder) && { holder }),
  };
}

/** A key under an id that is not recomputed. */
export function keyUnder(keyId: string, keyType: string, scheme: string, spoken: unknown): TufKey {
  const material = materialOf(keyType, scheme, spoken);
  return { keyId, keyType, scheme, ...(material && { material }) };
}

/** Beside a key’s own members it may have the name of who holds it, for people: in no part of its id. */
export const holderMember = 'x-kiten-holder';

/** 1 to 64 characters, no control characters, nothing that reads another way round. */
export const isHolderName = (text: string): boolean => /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u.test(text);

/** The SHA-256 of a key in canonical JSON, in hexadecimal. */
export function keyIdOf(key: Fields): string {
  return createHash('sha256').update(canonicalMetadata(key)).digest('hex');
}

const kinds: Partial<Record<AlgorithmName, { readonly keytype: string; readonly scheme: string }>> = {
  EdDSA: { keytype: 'ed25519', scheme: 'ed25519' },
  ES256: { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256' },
  ES384: { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp384' },
  ES512: { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp521' },
  PS256: { keytype: 'rsa', scheme: 'rsassa-pss-sha256' },
  PS384: { keytype: 'rsa', scheme: 'rsassa-pss-sha384' },
  PS512: { keytype: 'rsa', scheme: 'rsassa-pss-sha512' },
};

/** A public key as metadata has it. */
export interface KeyObject {
  readonly keytype: string;
  readonly scheme: string;
  readonly keyval: { readonly public: string };
}

/**
 * A public key as metadata writes it (TUF §4.2.2).
 *
 * @param publicKey DER SubjectPublicKeyInfo.
 * @throws KitenError `update/key-unsupported` when TUF has no scheme for the algorithm, or the key isn't one for it.
 */
export function keyObjectOf(algorithm: AlgorithmName, publicKey: Uint8Array): KeyObject {
  const kind = kinds[algorithm];
  if (kind === undefined || !publicKeyFits(algorithm, publicKey)) {
    throw new KitenError(
      'update/key-unsupported',
      `TUF has no signature scheme for this key and ${algorithm}.`,
    );
  }
  const spoken =
    algorithm === 'EdDSA' ? toHex(publicKey).slice(ed25519Prefix.length) : encodePem('PUBLIC KEY', publicKey);
  return { ...kind, keyval: { public: spoken } };
}
