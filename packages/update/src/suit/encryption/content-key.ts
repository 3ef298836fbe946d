import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import {
  type CborMap,
  type CborValue,
  coseHeader,
  encodeCbor,
  encodeUtf8,
  equalBytes,
  toBase64Url,
} from '@kiten/codec';
import { asBytes, asMap } from '../read.ts';
import { malformed, refusal } from '../refusal.ts';
import { type EncryptionInfo, type EncryptionRecipient, single } from './encryption-info.ts';

/** Keys with which a device opens what is encrypted for it. */
export interface RecipientKeys {
  /** Key-encryption keys shared with the sender, of 16, 24 or 32 octets. */
  readonly shared?: readonly { readonly secret: Uint8Array; readonly keyIdentifier?: Uint8Array }[];
  /** Private keys on P-256 or X25519. */
  readonly agreement?: readonly { readonly privateKey: KeyObject; readonly keyIdentifier?: Uint8Array }[];
}

/** AES Key Wrap (RFC 9053 §6.2.1): the size of its key by its label. */
const keyWraps = new Map<CborValue, 16 | 24 | 32>([
  [-3, 16],
  [-4, 24],
  [-5, 32],
]);
/** ECDH-ES with AES Key Wrap (RFC 9053 §6.4.1): the label of the key wrap by its label. */
const agreements = new Map<CborValue, number>([
  [-29, -3],
  [-30, -4],
  [-31, -5],
]);

const headers = { ephemeralKey: -1, salt: -20 } as const;
const purpose = encodeUtf8('SUIT Payload Encryption');
const wrapIv = Buffer.alloc(8, 0xa6);

/**
 * The content key of a payload, by whichever recipient these keys are one of.
 *
 * @throws KitenError `update/suit-no-recipient` if they are none, `update/suit-key-unwrap-failed` if it is not wrapped
 * for them after all.
 */
export function contentKey(info: EncryptionInfo, keys: RecipientKeys): Uint8Array {
  let tried = 0;
  for (const recipient of info.recipients) {
    for (const keyEncryptionKey of keyEncryptionKeys(recipient, keys)) {
      tried += 1;
      const key = unwrapKey(keyEncryptionKey, recipient.wrappedKey);
      if (key?.length === info.algorithm.keyBytes) return key;
    }
  }
  if (tried === 0) {
    throw refusal(
      'update/suit-no-recipient',
      'The payload is encrypted for others: no key of this device is among its recipients.',
    );
  }
  throw refusal(
    'update/suit-key-unwrap-failed',
    'The key of the payload cannot be unwrapped with a key of this device.',
  );
}

/** RFC 3394 §2.2.1. */
export function wrapKey(keyEncryptionKey: Uint8Array, key: Uint8Array): Uint8Array {
  const cipher = createCipheriv(`id-aes${keyEncryptionKey.length * 8}-wrap`, keyEncryptionKey, wrapIv);
  return new Uint8Array(Buffer.concat([cipher.update(key), cipher.final()]));
}

/** RFC 3394 §2.2.2; undefined if the integrity check fails. */
function unwrapKey(keyEncryptionKey: Uint8Array, wrapped: Uint8Array): Uint8Array | undefined {
  if (wrapped.length < 24 || wrapped.length % 8 !== 0) return undefined;
  const decipher = createDecipheriv(`id-aes${keyEncryptionKey.length * 8}-wrap`, keyEncryptionKey, wrapIv);
  try {
    return new Uint8Array(Buffer.concat([decipher.update(wrapped), decipher.final()]));
  } catch {
    // Node's error says only that it failed; the caller goes on with the next key and refuses if none is left.
    return undefined;
  }
}

function keyEncryptionKeys(recipient: EncryptionRecipient, keys: RecipientKeys): readonly Uint8Array[] {
  const { protectedHeader, unprotectedHeader } = recipient;
  const label = single('A recipient', protectedHeader, unprotectedHeader, coseHeader.algorithm);
  const kid = single('A recipient', protectedHeader, unprotectedHeader, coseHeader.keyIdentifier);
  const octets = keyWraps.get(label);
  if (octets !== undefined) {
    return meant(keys.shared ?? [], kid)
      .map(({ secret }) => secret)
      .filter(({ length }) => length === octets);
  }
  const keyWrap = agreements.get(label);
  if (keyWrap === undefined) return [];
  const ephemeral = asMap(
    'The ephemeral key',
    unprotectedHeader.get(headers.ephemeralKey) ?? protectedHeader.get(headers.ephemeralKey),
  );
  const publicKey = importKey(ephemeral);
  return meant(keys.agreement ?? [], kid)
    .filter(({ privateKey }) => privateKey.asymmetricKeyType === publicKey.asymmetricKeyType)
    .map(({ privateKey }) => derivedKey(diffieHellman({ privateKey, publicKey }), keyWrap, recipient));
}

/** HKDF with SHA-256 over the context that binds the key to its purpose (draft-ietf-suit-firmware-encryption, COSE_KDF_Context). */
export function derivedKey(
  secret: Uint8Array,
  keyWrap: number,
  { protectedOctets, unprotectedHeader }: Pick<EncryptionRecipient, 'protectedOctets' | 'unprotectedHeader'>,
): Uint8Array {
  const octets = keyWraps.get(keyWrap) as number;
  const nobody = [null, null, null];
  const context = encodeCbor([keyWrap, nobody, nobody, [octets * 8, protectedOctets, purpose]]);
  const salt = unprotectedHeader.has(headers.salt)
    ? asBytes('The salt', unprotectedHeader.get(headers.salt))
    : new Uint8Array(0);
  return new Uint8Array(hkdfSync('sha256', secret, salt, context, octets));
}

/** Those with the key identifier that the recipient names, or all if it names none. */
function meant<Key extends { readonly keyIdentifier?: Uint8Array }>(
  keys: readonly Key[],
  kid: CborValue,
): readonly Key[] {
  if (!(kid instanceof Uint8Array)) return keys;
  return keys.filter(({ keyIdentifier }) => keyIdentifier === undefined || equalBytes(keyIdentifier, kid));
}

/** COSE_Key on P-256 with both coordinates, or on X25519 (RFC 9053 §7). */
function importKey(key: CborMap): KeyObject {
  const [type, curve] = [key.get(1), key.get(-1)];
  const coordinate = (label: number) =>
    toBase64Url(asBytes('A coordinate of the ephemeral key', key.get(label)));
  let jwk: { kty: string; crv: string; x: string; y?: string };
  if (type === 2 && curve === 1) jwk = { kty: 'EC', crv: 'P-256', x: coordinate(-2), y: coordinate(-3) };
  else if (type === 1 && curve === 4) jwk = { kty: 'OKP', crv: 'X25519', x: coordinate(-2) };
  else throw malformed('The ephemeral key is neither on P-256 nor on X25519.');
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    throw refusal('update/suit-malformed', 'The ephemeral key is no point of its curve.', {}, cause);
  }
}
