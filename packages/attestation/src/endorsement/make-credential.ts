import { constants, createCipheriv, createECDH, createHmac, publicEncrypt } from 'node:crypto';
import { concatBytes } from '@kiten/codec';
import { type TpmCredential, type TpmHash, TpmWriter, tpmAlgorithm } from '@kiten/wire';
import { hashName, refusal } from '../hash.ts';
import type { TpmKey } from '../keys/attestation-key.ts';
import { kdfa, kdfe } from './key-derivation.ts';

/** A source of unpredictable octets, handed in. */
export type Random = (length: number) => Uint8Array;

const curves: Readonly<Record<number, string>> = { 3: 'prime256v1', 4: 'secp384r1', 5: 'secp521r1' };
const nothing = new Uint8Array(0);

/**
 * TPM2_MakeCredential, without a TPM (Part 1, 24): encrypts a secret so that only the TPM with this endorsement key
 * can read it, and only if it holds a key of this name. Who returns the secret has shown both.
 *
 * @param endorsementKey with its public area; it protects with AES
 * @param name of the attestation key
 * @param secret 1 octet to as many as the endorsement key's name has
 * @throws KitenError `attestation/endorsement-key-unsupported`, `attestation/credential-secret`
 */
export function makeCredential(
  endorsementKey: TpmKey,
  name: Uint8Array,
  secret: Uint8Array,
  random: Random,
): TpmCredential {
  const { hash, bits } = protectionOf(endorsementKey);
  if (secret.length < 1 || secret.length > hash.bytes) {
    throw refusal(
      'attestation/credential-secret',
      `The secret of a credential has 1 to ${hash.bytes} octets.`,
    );
  }
  const { seed, encryptedSecret } =
    endorsementKey.kind === 'rsa'
      ? seedForRsa(endorsementKey, hash, random)
      : seedForEc(endorsementKey, hash, random);
  const cipherKey = kdfa(hash, seed, 'STORAGE', name, nothing, bits);
  const cipher = createCipheriv(`aes-${bits}-cfb`, cipherKey, new Uint8Array(16));
  const identity = new TpmWriter().sized(secret, hash.bytes).result();
  const encryptedIdentity = concatBytes(cipher.update(identity), cipher.final());
  const hmacKey = kdfa(hash, seed, 'INTEGRITY', nothing, nothing, hash.bytes * 8);
  const hmac = createHmac(hashName(hash), hmacKey).update(encryptedIdentity).update(name);
  return { integrity: hmac.digest(), encryptedIdentity, encryptedSecret };
}

function protectionOf({ area }: TpmKey): { hash: TpmHash; bits: number } {
  const symmetric = area?.symmetric;
  const isStorage = area?.attributes.has('decrypt') && area.attributes.has('restricted');
  if (
    area?.nameHash === undefined ||
    symmetric === undefined ||
    !isStorage ||
    symmetric.algorithm !== tpmAlgorithm.aes ||
    symmetric.mode !== tpmAlgorithm.cfb ||
    ![128, 192, 256].includes(symmetric.bits)
  ) {
    throw refusal(
      'attestation/endorsement-key-unsupported',
      'An endorsement key is restricted, decrypts, and protects with AES in CFB mode.',
    );
  }
  return { hash: area.nameHash, bits: symmetric.bits };
}

interface Seed {
  readonly seed: Uint8Array;
  readonly encryptedSecret: Uint8Array;
}

/** OAEP with the label `IDENTITY` and its zero (Part 1, B.10.4). */
function seedForRsa({ key }: TpmKey, hash: TpmHash, random: Random): Seed {
  const seed = random(hash.bytes);
  const encryptedSecret = publicEncrypt(
    {
      key,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: hashName(hash),
      oaepLabel: Buffer.from('IDENTITY\0'),
    },
    seed,
  );
  return { seed, encryptedSecret };
}

/** One-pass Diffie-Hellman with an ephemeral key (Part 1, C.6.1). */
function seedForEc({ area, coordinateBytes: bytes }: TpmKey, hash: TpmHash, random: Random): Seed {
  const curve = area?.type === 'ecc' ? curves[area.curve] : undefined;
  if (area?.type !== 'ecc' || curve === undefined) {
    throw refusal(
      'attestation/endorsement-key-unsupported',
      'The curve of the endorsement key is not known here.',
    );
  }
  const whole = (coordinate: Uint8Array) =>
    concatBytes(new Uint8Array(bytes - coordinate.length), coordinate);
  const ecdh = createECDH(curve);
  setPrivateKey(ecdh, random, bytes);
  const point = ecdh.getPublicKey();
  const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)];
  const shared = ecdh.computeSecret(concatBytes(Uint8Array.of(4), whole(area.x), whole(area.y)));
  const seed = kdfe(hash, shared, 'IDENTITY', x, whole(area.x), hash.bytes * 8);
  const encryptedSecret = new TpmWriter().sized(x, bytes).sized(y, bytes).result();
  return { seed, encryptedSecret };
}

/** A random number that is no private key of the curve is drawn again. */
function setPrivateKey(ecdh: ReturnType<typeof createECDH>, random: Random, bytes: number): void {
  for (let attempt = 0; attempt < 64; attempt += 1) {
    const candidate = random(bytes);
    // The order of P-521 has 521 bits.
    if (bytes === 66) candidate[0]! &= 1;
    try {
      ecdh.setPrivateKey(candidate);
      return;
    } catch (error) {
      if (!(error instanceof Error) || !/private key/i.test(error.message)) throw error;
    }
  }
  throw refusal('attestation/randomness', 'The source of randomness yields no private key.');
}
