import { keyOfArea } from '@kiten/attestation';
import { concatBytes, KitenError } from '@kiten/codec';
import { decodePublicArea, decodeTpmSignature, tpmAlgorithm, tpmHashOf } from '@kiten/wire';
import type { SigningKey } from '../token/signing-token.ts';
import { signingKeyTemplate, storageKeyTemplate } from '../tpm/key-template.ts';
import {
  createKey,
  createPrimary,
  loadKey,
  type TpmObject,
  type WrappedKey,
  withObject,
} from '../tpm/object.ts';
import { signDigest } from '../tpm/sign.ts';
import { type Tpm, tpmHierarchy } from '../tpm/tpm.ts';

/** Opens the TPM for as long as it is used. */
export type UseTpm = <Value>(use: (tpm: Tpm) => Promise<Value>) => Promise<Value>;

const scheme = { algorithm: tpmAlgorithm.ecdsa, hash: tpmHashOf(tpmAlgorithm.sha256)! };
const coordinateBytes = 32;

/** Makes a key on P-256 below the storage key of the owner: it never leaves the TPM but wrapped by it. */
export const createTpmKey = (tpm: Tpm): Promise<WrappedKey> =>
  withObject(tpm, storageKey(tpm), ({ handle }) => createKey(tpm, handle, signingKeyTemplate('ecc')));

/** @throws KitenError `agent/tpm-refused` with TPM_RC_INTEGRITY for a key of another TPM */
export const loadTpmKey = (tpm: Tpm, key: WrappedKey): Promise<TpmObject> =>
  withObject(tpm, storageKey(tpm), ({ handle }) => loadKey(tpm, handle, key));

const storageKey = (tpm: Tpm): Promise<TpmObject> =>
  createPrimary(tpm, tpmHierarchy.owner, storageKeyTemplate);

/** The key as others have it sign. @throws KitenError `agent/key-kind` unless it lies on P-256 */
export function tpmSigningKey(useTpm: UseTpm, key: WrappedKey): SigningKey {
  return {
    publicKey: publicKeyOf(key.publicArea),
    sign: (digest) =>
      useTpm((tpm) => withObject(tpm, loadTpmKey(tpm, key), ({ handle }) => signRaw(tpm, handle, digest))),
  };
}

/** Signs a digest of SHA-256's length. @returns r and s, 32 octets each */
export async function signRaw(tpm: Tpm, handle: number, digest: Uint8Array): Promise<Uint8Array> {
  const signature = decodeTpmSignature(await signDigest(tpm, handle, digest, scheme));
  if (signature.scheme !== 'ecdsa') throw new KitenError('agent/key-kind', 'The TPM signs otherwise.');
  return concatBytes(whole(signature.r), whole(signature.s));
}

/** DER SubjectPublicKeyInfo. @throws KitenError `agent/key-kind` unless it lies on P-256 */
export function publicKeyOf(area: Uint8Array): Uint8Array {
  const { publicKey, kind, coordinateBytes: length } = keyOfArea(decodePublicArea(area));
  if (kind === 'ec' && length === coordinateBytes) return publicKey;
  throw new KitenError('agent/key-kind', 'A device’s key in a TPM lies on P-256.');
}

function whole(coordinate: Uint8Array): Uint8Array {
  const octets = new Uint8Array(coordinateBytes);
  octets.set(coordinate, coordinateBytes - coordinate.length);
  return octets;
}
