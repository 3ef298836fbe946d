import { createHash } from 'node:crypto';
import {
  type AlgorithmName,
  decodePem,
  encodePem,
  fromHex,
  KitenError,
  publicKeyAlgorithm,
  publicKeyFits,
  toHex,
} from '@kiten/codec';
import { canonicalMetadata } from './canonical-json.ts';
import { asFields, type Fields, fieldsAt, malformed, member, textAt } from './fields.ts';
import type { TufKey, TufKeys } from './model.ts';

/** The DER of a SubjectPublicKeyInfo of Ed25519 (RFC 8410 §4) before the 32 octets of the key. */
const ed25519Prefix = '302a300506032b6570032100';

/** The schemes of TUF §4.2.2, and those that its reference implementation adds to them, by kind of key. */
const schemes: Readonly<Record<string, Readonly<Record<string, AlgorithmName>>>> = {
  ed25519: { ed25519: 'EdDSA' },
  ecdsa: {
    'ecdsa-sha2-nistp256': 'ES256',
    'ecdsa-sha2-nistp384': 'ES384',
    'ecdsa-sha2-nistp521': 'ES512',
  },
  'ecdsa-sha2-nistp256': { 'ecdsa-sha2-nistp256': 'ES256' },
  'ecdsa-sha2-nistp384': { 'ecdsa-sha2-nistp384': 'ES384' },
  rsa: {
    'rsassa-pss-sha256': 'PS256',
    'rsassa-pss-sha384': 'PS384',
    'rsassa-pss-sha512': 'PS512',
    'rsa-pkcs1v15-sha256': 'RS256',
    'rsa-pkcs1v15-sha384': 'RS384',
    'rsa-pkcs1v15-sha512': 'RS512',
  },
};

/** Reads the keys of a root or of delegations, by their ids. */
export type KeyReader = (fields: Fields) => TufKeys;

/**
 * Reads the keys of a root or of delegations and recomputes their ids (TUF §4.3).
 *
 * An id is the SHA-256 of the key in canonical JSON: of the whole object, or of its `keytype`, `scheme` and `keyval`
 * alone, for what else stands in a key is made out by nobody in the same way.
 *
 * @throws KitenError `update/key-id-mismatch`, `update/metadata-malformed`.
 */
export function parseKeys(fields: Fields): TufKeys {
  return new Map(
    Object.entries(fieldsAt(fields, 'keys')).map(([keyId, key]) => [keyId, parseKey(keyId, key)]),
  );
}

function parseKey(keyId: string, value: unknown): TufKey {
  const key = asFields(value, 'keys');
  const keyType = textAt(key, 'keytype');
  const scheme = textAt(key, 'scheme');
  const keyval = fieldsAt(key, 'keyval');
  if (keyId !== keyIdOf(key) && keyId !== keyIdOf({ keytype: keyType, scheme, keyval })) {
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

function materialOf(keyType: string, scheme: string, value: unknown): TufKey['material'] {
  if (typeof value !== 'string') throw malformed('keyval.public', 'is a string');
  const byScheme = Object.hasOwn(schemes, keyType) ? schemes[keyType] : undefined;
  const algorithm = byScheme && Object.hasOwn(byScheme, scheme) ? byScheme[scheme] : undefined;
  if (algorithm === undefined) return undefined;
  const publicKey = asNoKey(() => (keyType === 'ed25519' ? fromEd25519(value) : fromPem(value)));
  if (publicKey === undefined || !publicKeyFits(algorithm, publicKey)) return undefined;
  return { algorithm, publicKey };
}

/** What can't be read is a key that verifies nothing: whoever delegated to it must not spoil all else with it. */
function asNoKey(read: () => Uint8Array): Uint8Array | undefined {
  try {
    const publicKey = read();
    publicKeyAlgorithm(publicKey);
    return publicKey;
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

const fromEd25519 = (hex: string): Uint8Array => fromHex(`${ed25519Prefix}${hex}`);

function fromPem(pem: string): Uint8Array {
  const [block, ...others] = decodePem(pem);
  if (block?.label === 'PUBLIC KEY' && others.length === 0) return block.der;
  throw malformed('keyval.public', 'is a public key in PEM');
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
