import { createPublicKey, hash } from 'node:crypto';
import {
  type AlgorithmName,
  ecdsaDerToRaw,
  equalBytes,
  KitenError,
  publicKeyFits,
  type Verify,
} from '@kiten/codec';
import {
  compareMcubootVersions,
  decodeMcubootImage,
  type McubootImage,
  type McubootVersion,
  only,
} from './image.ts';
import type { McubootTlv, TlvName } from './tlv.ts';

export interface McubootTrust {
  /** DER SubjectPublicKeyInfo of each key whose images are taken. */
  readonly publicKeys: readonly Uint8Array[];
  readonly verify: Verify;
  /** The size of the slot that the image has to fit in, in octets. */
  readonly slotBytes?: number;
  /** What the slot's trailer takes of it. */
  readonly trailerBytes?: number;
  /** The security counter of what is installed: a lower one is refused, and so is none. */
  readonly securityCounter?: number;
  /** The version of what is installed: a lower one is refused. */
  readonly version?: McubootVersion;
  /** The versions of the other images of the device, for dependencies. */
  readonly images?: ReadonlyMap<number, McubootVersion>;
}

export interface VerifiedMcubootImage {
  readonly image: McubootImage;
  /** The key that signed it. */
  readonly publicKey: Uint8Array;
}

const hashes = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const;

/** What may follow from each kind of signature, the hash being that of the image. */
const signatures: Partial<
  Record<TlvName, readonly { readonly algorithm: AlgorithmName; readonly hash: keyof typeof hashes }[]>
> = {
  rsa2048: [{ algorithm: 'PS256', hash: 'sha256' }],
  rsa3072: [{ algorithm: 'PS256', hash: 'sha256' }],
  ecdsa: [
    { algorithm: 'ES256', hash: 'sha256' },
    { algorithm: 'ES384', hash: 'sha384' },
  ],
  ed25519: [
    { algorithm: 'EdDSA', hash: 'sha256' },
    { algorithm: 'EdDSA', hash: 'sha512' },
  ],
};

/**
 * Checks an image as MCUboot would, and against what is installed: its hash, who signed it, its size, its counter and
 * what it depends on.
 *
 * @throws KitenError `update/mcuboot-encrypted`, `-hash-missing`, `-hash-mismatch`, `-unsigned`, `-signature-invalid`,
 * `-too-large`, `-rollback`, `-dependency-unmet`, or what {@link decodeMcubootImage} refuses.
 */
export function verifyMcubootImage(octets: Uint8Array, trust: McubootTrust): VerifiedMcubootImage {
  const image = decodeMcubootImage(octets);
  checkRoom(image, trust);
  if (image.flags.some((flag) => flag.startsWith('encrypted'))) {
    throw refusal(
      'update/mcuboot-encrypted',
      'The image is encrypted: only the device can check its hash and signature.',
    );
  }
  const hashed = octets.subarray(0, image.hashedBytes);
  const name = checkHash(image, hashed);
  const publicKey = signerOf(image, hashed, name, trust);
  checkProgress(image, trust);
  checkDependencies(image, trust);
  return { image, publicKey };
}

function checkRoom({ totalBytes }: McubootImage, { slotBytes, trailerBytes = 0 }: McubootTrust): void {
  if (slotBytes === undefined || totalBytes <= slotBytes - trailerBytes) return;
  throw refusal(
    'update/mcuboot-too-large',
    `The image takes ${totalBytes} octets; the slot has room for ${slotBytes - trailerBytes}.`,
  );
}

function checkHash({ tlvs }: McubootImage, hashed: Uint8Array): keyof typeof hashes {
  const found = tlvs.filter(({ name }) => name !== undefined && name in hashes);
  const [first, ...others] = found;
  if (first === undefined || others.length > 0) {
    throw refusal('update/mcuboot-hash-missing', 'The image has no hash of itself, or more than one.');
  }
  const name = first.name as keyof typeof hashes;
  if (equalBytes(hash(name, hashed, 'buffer'), first.value)) return name;
  throw refusal('update/mcuboot-hash-mismatch', 'The image is not the one whose hash it has.');
}

function signerOf(
  image: McubootImage,
  hashed: Uint8Array,
  name: keyof typeof hashes,
  trust: McubootTrust,
): Uint8Array {
  const signed = image.tlvs.filter((tlv) => tlv.name !== undefined && tlv.name in signatures);
  if (signed.length === 0) throw refusal('update/mcuboot-unsigned', 'Nobody has signed the image.');
  const isPure = only(image.tlvs, 'pureSignature') !== undefined;
  const keyHash = only(image.tlvs, 'keyHash');
  for (const publicKey of trust.publicKeys) {
    if (keyHash !== undefined && !isHashOf(keyHash, publicKey, name)) continue;
    if (signed.some((tlv) => holds(tlv, publicKey, hashed, name, isPure, trust.verify))) return publicKey;
  }
  throw refusal('update/mcuboot-signature-invalid', 'No signature of the image is by a trusted key.');
}

function holds(
  { name, value }: McubootTlv,
  publicKey: Uint8Array,
  hashed: Uint8Array,
  imageHash: keyof typeof hashes,
  isPure: boolean,
  verify: Verify,
): boolean {
  const [found] = (signatures[name as TlvName] ?? []).filter(
    ({ algorithm, hash: needed }) => needed === imageHash && publicKeyFits(algorithm, publicKey),
  );
  if (found === undefined) return false;
  const { algorithm } = found;
  // ECDSA and RSA take the hash of the image as theirs; Ed25519 signs it as a message, or the image itself.
  const message = algorithm === 'EdDSA' && !isPure ? hash(imageHash, hashed, 'buffer') : hashed;
  const raw = name === 'ecdsa' ? rawOf(value, algorithm === 'ES256' ? 32 : 48) : value;
  return raw !== undefined && verify(algorithm, publicKey, message, raw);
}

/** MCUboot fills signatures up with zeros where it wants them all of one length. */
function rawOf(der: Uint8Array, octets: number): Uint8Array | undefined {
  const length = 2 + (der[1] ?? 0);
  if (der.subarray(length).some((octet) => octet !== 0)) return undefined;
  try {
    return ecdsaDerToRaw(der.subarray(0, length), octets);
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

/** Of RSA keys it is the hash of the PKCS #1 form, of the others that of the SubjectPublicKeyInfo. */
function isHashOf(keyHash: Uint8Array, publicKey: Uint8Array, name: keyof typeof hashes): boolean {
  const rsa = publicKeyFits('PS256', publicKey);
  const form = rsa ? pkcs1(publicKey) : publicKey;
  return [name, 'sha256'].some((each) => equalBytes(hash(each, form, 'buffer'), keyHash));
}

const pkcs1 = (publicKey: Uint8Array): Uint8Array =>
  createPublicKey({ key: Buffer.from(publicKey), type: 'spki', format: 'der' }).export({
    type: 'pkcs1',
    format: 'der',
  });

function checkProgress(image: McubootImage, { securityCounter, version }: McubootTrust): void {
  if (securityCounter !== undefined && (image.securityCounter ?? -1) < securityCounter) {
    throw refusal(
      'update/mcuboot-rollback',
      `The image has ${image.securityCounter === undefined ? 'no security counter' : `the security counter ${image.securityCounter}`}; the device is at ${securityCounter}.`,
    );
  }
  if (version !== undefined && compareMcubootVersions(image.version, version) < 0) {
    throw refusal(
      'update/mcuboot-rollback',
      'The image is of an older version than the one that is installed.',
    );
  }
}

function checkDependencies({ dependencies }: McubootImage, { images }: McubootTrust): void {
  if (images === undefined) return;
  for (const { image, version } of dependencies) {
    const there = images.get(image);
    if (there !== undefined && compareMcubootVersions(there, version) >= 0) continue;
    throw refusal('update/mcuboot-dependency-unmet', `The image needs a newer version of image ${image}.`, {
      image,
    });
  }
}

function refusal(
  code: `update/${string}`,
  message: string,
  detail?: Readonly<Record<string, unknown>>,
): KitenError {
  return new KitenError(code, message, detail === undefined ? {} : { detail });
}
