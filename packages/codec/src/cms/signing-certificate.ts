import type { HashName } from '../algorithms.ts';
import { equalBytes } from '../bytes.ts';
import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type GeneralName, isDirectoryName, readGeneralNames } from '../x509/general-name.ts';
import { hashOfOid, readHashAlgorithm } from '../x509/hash-algorithm.ts';
import { readSerialNumber } from '../x509/serial-number.ts';

/** A certificate, named by its digest and perhaps by who issued it (RFC 5035 §4, §6). */
export interface CertificateReference {
  readonly hash: HashName | 'SHA-1';
  readonly digest: Uint8Array;
  readonly issuer?: readonly GeneralName[];
  readonly serialNumber?: Uint8Array;
}

const maximumReferences = 16;

/**
 * Reads a SigningCertificate (RFC 5035 §5): SHA-1 digests of the signer's certificate and of those that may be used
 * besides.
 *
 * @throws KitenError `codec/cms-signing-certificate`, `codec/x509-…` or `codec/der-…`.
 */
export const readSigningCertificate = (value: DerReader): readonly CertificateReference[] =>
  readReferences(value, (reference) => ({ hash: 'SHA-1', digest: reference.octetString() }));

/**
 * Reads a SigningCertificateV2 (RFC 5035 §3): the same, with a hash of the signer's choice.
 *
 * @throws KitenError `codec/cms-signing-certificate`, `codec/x509-…` or `codec/der-…`.
 */
export const readSigningCertificateV2 = (value: DerReader): readonly CertificateReference[] =>
  readReferences(value, (reference) => ({ hash: readHash(reference), digest: reference.octetString() }));

/** SHA-256 is the default. Encoders write it all the same, and it is signed as it stands, so that is let pass. */
function readHash(reference: DerReader): HashName {
  if (reference.peek() !== derTag.sequence) return 'SHA-256';
  const { offset } = reference;
  const oid = readHashAlgorithm(reference);
  const hash = hashOfOid(oid);
  if (hash === undefined) {
    const message = `${oid} is no hash that names a certificate here.`;
    throw refusal('codec/cms-signing-certificate', message, offset);
  }
  return hash;
}

function readReferences(
  value: DerReader,
  readDigest: (reference: DerReader) => Pick<CertificateReference, 'hash' | 'digest'>,
): readonly CertificateReference[] {
  const attribute = value.sequence();
  const list = attribute.sequence();
  const start = list.offset;
  const references: CertificateReference[] = [];
  while (!list.done && references.length <= maximumReferences) {
    const reference = list.sequence();
    references.push({ ...readDigest(reference), ...(reference.done ? {} : readIssuerSerial(reference)) });
    reference.finish();
  }
  if (references.length === 0 || references.length > maximumReferences) {
    const message = `A signer names 1 to ${maximumReferences} certificates.`;
    throw refusal('codec/cms-signing-certificate', message, start);
  }
  // The policies, in which nobody here is interested.
  if (!attribute.done) attribute.element(derTag.sequence);
  attribute.finish();
  return references;
}

function readIssuerSerial(reference: DerReader) {
  const sequence = reference.sequence();
  const issuer = readGeneralNames(sequence.sequence());
  const serialNumber = readSerialNumber(sequence);
  sequence.finish();
  return { issuer, serialNumber };
}

/** Whether this certificate, of which `digest` is the digest by the reference's hash, is the one that is named. */
export function isNamedBy(
  { digest: expected, issuer, serialNumber }: CertificateReference,
  certificate: Certificate,
  digest: Uint8Array,
): boolean {
  if (!equalBytes(digest, expected)) return false;
  if (issuer === undefined || serialNumber === undefined) return true;
  const [name, ...others] = issuer;
  return (
    name !== undefined &&
    others.length === 0 &&
    isDirectoryName(name, certificate.issuerDer) &&
    equalBytes(serialNumber, certificate.serialNumber)
  );
}
