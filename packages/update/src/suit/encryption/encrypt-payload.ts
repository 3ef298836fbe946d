import {
  type CipherGCM,
  createCipheriv,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { type CborMap, type CborValue, coseHeader, encodeCbor, fromBase64Url } from '@kiten/codec';
import { refusal } from '../refusal.ts';
import { type ContentAlgorithm, cipherName, contentAlgorithms } from './content-algorithms.ts';
import { derivedKey, wrapKey } from './content-key.ts';
import { additionalData, type Pieces } from './decrypt-payload.ts';
import { type EncryptionRecipient, encodeEncryptionInfo } from './encryption-info.ts';

/** Whom a payload is encrypted for: a key shared with them, or their public key on P-256 or X25519. */
export type PayloadRecipient =
  | { readonly secret: Uint8Array; readonly keyIdentifier?: Uint8Array }
  | { readonly publicKey: KeyObject; readonly keyIdentifier?: Uint8Array };

export interface EncryptPayloadOptions {
  /** As `A128GCM`, `A256CTR` or `A128CBC`. */
  readonly algorithm: string;
  readonly recipients: readonly PayloadRecipient[];
  /** Octets that nobody can foresee. */
  readonly random: (octets: number) => Uint8Array;
}

/**
 * Encrypts a payload once under a new key, which each recipient gets wrapped (draft-ietf-suit-firmware-encryption).
 *
 * @returns SUIT_Encryption_Info, and the ciphertext piece by piece.
 * @throws KitenError `update/suit-encryption-unsupported`, `update/suit-no-recipient`.
 */
export function encryptPayload(
  pieces: Pieces,
  { algorithm: name, recipients, random }: EncryptPayloadOptions,
): { readonly info: Uint8Array; readonly ciphertext: AsyncGenerator<Uint8Array> } {
  const algorithm = contentAlgorithms.find((known) => known.name === name);
  if (algorithm === undefined) {
    throw refusal('update/suit-encryption-unsupported', `Payloads are not encrypted with ${name}.`);
  }
  if (recipients.length === 0)
    throw refusal('update/suit-no-recipient', 'The payload is encrypted for nobody.');
  const key = random(algorithm.keyBytes);
  const initializationVector = random(algorithm.mode === 'gcm' ? 12 : 16);
  const protectedOctets =
    algorithm.mode === 'gcm'
      ? encodeCbor(new Map([[coseHeader.algorithm, algorithm.label]]))
      : new Uint8Array(0);
  const info = encodeEncryptionInfo({
    algorithm,
    protectedOctets,
    initializationVector,
    recipients: recipients.map((recipient) => wrapFor(recipient, key)),
  });
  return { info, ciphertext: encrypted(algorithm, key, initializationVector, protectedOctets, pieces) };
}

async function* encrypted(
  algorithm: ContentAlgorithm,
  key: Uint8Array,
  initializationVector: Uint8Array,
  protectedOctets: Uint8Array,
  pieces: Pieces,
): AsyncGenerator<Uint8Array> {
  const cipher = createCipheriv(cipherName(algorithm), key, initializationVector);
  if (algorithm.mode === 'gcm') (cipher as CipherGCM).setAAD(additionalData(protectedOctets));
  for await (const piece of pieces) yield cipher.update(piece);
  yield cipher.final();
  if (algorithm.mode === 'gcm') yield (cipher as CipherGCM).getAuthTag();
}

function wrapFor(recipient: PayloadRecipient, key: Uint8Array): EncryptionRecipient {
  const unprotectedHeader: CborMap = new Map<CborValue, CborValue>();
  if (recipient.keyIdentifier !== undefined)
    unprotectedHeader.set(coseHeader.keyIdentifier, recipient.keyIdentifier);
  const nothing = { protectedOctets: new Uint8Array(0), protectedHeader: new Map(), unprotectedHeader };
  if ('secret' in recipient) {
    const label = { 16: -3, 24: -4, 32: -5 }[recipient.secret.length];
    if (label === undefined)
      throw refusal('update/suit-encryption-unsupported', 'A shared key has 16, 24 or 32 octets.');
    unprotectedHeader.set(coseHeader.algorithm, label);
    return { ...nothing, wrappedKey: wrapKey(recipient.secret, key) };
  }
  // ECDH-ES with A128KW, the one agreement of the profiles (draft-ietf-suit-mti).
  const [agreement, keyWrap] = [-29, -3] as const;
  const { ephemeral, secret } = agreed(recipient.publicKey);
  unprotectedHeader.set(-1, ephemeral);
  const protectedHeader: CborMap = new Map([[coseHeader.algorithm, agreement]]);
  const protectedOctets = encodeCbor(protectedHeader);
  const keyEncryptionKey = derivedKey(secret, keyWrap, { protectedOctets, unprotectedHeader });
  return { protectedOctets, protectedHeader, unprotectedHeader, wrappedKey: wrapKey(keyEncryptionKey, key) };
}

/** A key pair for this one time, its public key as COSE_Key, and what it agrees on with the recipient's. */
function agreed(publicKey: KeyObject): { readonly ephemeral: CborMap; readonly secret: Uint8Array } {
  const isX25519 = publicKey.asymmetricKeyType === 'x25519';
  if (!isX25519 && publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw refusal(
      'update/suit-encryption-unsupported',
      'The key of a recipient is neither on P-256 nor on X25519.',
    );
  }
  const pair = isX25519 ? generateKeyPairSync('x25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = pair.publicKey.export({ format: 'jwk' });
  const ephemeral: CborMap = new Map<CborValue, CborValue>([
    [1, isX25519 ? 1 : 2],
    [-1, isX25519 ? 4 : 1],
    [-2, fromBase64Url(x as string)],
  ]);
  if (y !== undefined) ephemeral.set(-3, fromBase64Url(y));
  return { ephemeral, secret: diffieHellman({ privateKey: pair.privateKey, publicKey }) };
}
