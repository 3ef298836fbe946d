import { verify as cryptoVerify } from 'node:crypto';
import {
  type Certificate,
  type CertificationRequest,
  ecdsaDerToRaw,
  KitenError,
  type Verify,
  verifyCertificateSignature,
  verifyCertificationRequest,
} from '@kiten/codec';
import { importPublicKey } from './verify.ts';

/** Whether a certificate was signed with this key. A key that cannot be read has signed nothing. */
export function certificateSignatureHolds(
  certificate: Certificate,
  issuerPublicKey: Uint8Array,
  verify: Verify,
): boolean {
  const { tbs, signatureOid, signature } = certificate;
  return (
    refusedAsFalse(() => verifyCertificateSignature(certificate, issuerPublicKey, verify)) ||
    unpairedEcdsaHolds(tbs, signatureOid, signature, issuerPublicKey)
  );
}

/** Whether a request was signed with the key that it asks a certificate for. */
export function requestSignatureHolds(request: CertificationRequest, verify: Verify): boolean {
  const { info, signatureOid, signature, publicKey } = request;
  return (
    refusedAsFalse(() => verifyCertificationRequest(request, verify)) ||
    unpairedEcdsaHolds(info, signatureOid, signature, publicKey)
  );
}

const hashes: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

const coordinateBytes: Readonly<Record<string, number>> = { prime256v1: 32, secp384r1: 48, secp521r1: 66 };

/**
 * ECDSA under any SHA-2 hash and curve. JOSE and codec pair each hash with one curve, X.509 does not
 * (RFC 5758 §3.2), and `openssl req` signs with SHA-256 whatever the curve.
 */
function unpairedEcdsaHolds(
  signed: Uint8Array,
  oid: string,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  const hash = hashes[oid];
  const key = hash === undefined ? undefined : importPublicKey(publicKey);
  const octets = coordinateBytes[key?.asymmetricKeyDetails?.namedCurve ?? ''];
  if (hash === undefined || key === undefined || octets === undefined) return false;
  return refusedAsFalse(() =>
    cryptoVerify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, ecdsaDerToRaw(signature, octets)),
  );
}

function refusedAsFalse(check: () => boolean): boolean {
  try {
    return check();
  } catch (error) {
    if (error instanceof KitenError) return false;
    throw error;
  }
}
