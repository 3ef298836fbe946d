import type { AlgorithmName } from '../algorithms.ts';
import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { contextConstructed, contextPrimitive } from '../der/tags.ts';
import type { Verify } from '../signer.ts';
import { readSignatureAlgorithm } from './algorithm-identifier.ts';
import {
  type CertificateExtensions,
  noCertificateExtensions,
  readCertificateExtensions,
} from './certificate-extensions.ts';
import { type Name, readName } from './name.ts';
import { extensionOid } from './object-identifiers.ts';
import { readPublicKey } from './public-key-algorithm.ts';
import { readSerialNumber } from './serial-number.ts';
import { signatureHolds } from './signature.ts';
import { readSigned } from './signed.ts';
import { readValidity } from './validity.ts';

/** A decoded X.509 certificate. Its byte arrays are views of `der`. */
export interface Certificate extends CertificateExtensions {
  readonly der: Uint8Array;
  /** TBSCertificate: what was signed. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2 | 3;
  /** Highest octet first, no leading zeros. */
  readonly serialNumber: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  readonly issuerDer: Uint8Array;
  readonly subjectDer: Uint8Array;
  /** Milliseconds since the Unix epoch, as is `notAfter`. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Dotted. */
  readonly signatureOid: string;
  /** Undefined for an algorithm that isn't in the table. */
  readonly signatureAlgorithm: AlgorithmName | undefined;
  /** As in the BIT STRING: for ECDSA the DER ECDSA-Sig-Value. */
  readonly signature: Uint8Array;
}

const maximumBytes = 65_536;

/**
 * Decodes a certificate (RFC 5280 §4.1) and refuses whatever breaks a MUST of its form. What it means (dates,
 * signature, uses, chain) is for others to judge; nobody may rely on one with `unknownCriticalExtensions`.
 *
 * @throws KitenError `codec/x509-…` or `codec/der-…` with `detail.offset`; `codec/der-too-large` beyond 64 KiB.
 */
export function parseCertificate(der: Uint8Array): Certificate {
  return readSigned(der, maximumBytes, readFields);
}

function readFields(fields: DerReader) {
  const version = readVersion(fields);
  const serialNumber = readSerialNumber(fields);
  const algorithmStart = fields.offset;
  const algorithm = readSignatureAlgorithm(fields);
  const algorithmDer = fields.since(algorithmStart);
  const issuerStart = fields.offset;
  const issuer = readName(fields);
  const issuerDer = fields.since(issuerStart);
  if (issuer.length === 0) throw refusal('codec/x509-issuer-empty', 'The issuer has a name.', issuerStart);
  const validity = readValidity(fields);
  const subjectStart = fields.offset;
  const subject = readName(fields);
  const subjectDer = fields.since(subjectStart);
  const publicKey = readPublicKey(fields);
  if (version > 1) skipUniqueIdentifiers(fields);
  const hasExtensions = version === 3 && fields.peek() === contextConstructed(3);
  const extensions = hasExtensions ? readExplicitExtensions(fields) : noCertificateExtensions;
  fields.finish();
  if (subject.length === 0) checkSubjectElsewhere(extensions, subjectStart);
  const names = { issuer, subject, issuerDer, subjectDer };
  return { version, serialNumber, algorithm, algorithmDer, ...names, ...validity, publicKey, ...extensions };
}

function readVersion(fields: DerReader): 1 | 2 | 3 {
  if (fields.peek() !== contextConstructed(0)) return 1;
  const explicit = fields.constructed(contextConstructed(0));
  const { offset } = explicit;
  const version = explicit.smallInteger(2);
  explicit.finish();
  if (version === 0)
    throw refusal('codec/der-default-encoded', 'Version 1 is the default and left out.', offset);
  return version === 1 ? 2 : 3;
}

/** Unique identifiers (X.509 version 2) distinguish reused names. They are read past: nobody issues them. */
function skipUniqueIdentifiers(fields: DerReader): void {
  if (fields.peek() === contextPrimitive(1)) fields.bitString(contextPrimitive(1));
  if (fields.peek() === contextPrimitive(2)) fields.bitString(contextPrimitive(2));
}

function readExplicitExtensions(fields: DerReader): CertificateExtensions {
  const explicit = fields.constructed(contextConstructed(3));
  const extensions = readCertificateExtensions(explicit);
  explicit.finish();
  return extensions;
}

/** A subject without a name is named by a critical subject alternative name (RFC 5280 §4.1.2.6). */
function checkSubjectElsewhere({ extensions }: CertificateExtensions, offset: number): void {
  const alternative = extensions.find(({ oid }) => oid === extensionOid.subjectAlternativeName);
  if (!alternative?.critical) {
    throw refusal(
      'codec/x509-subject-empty',
      'Without a subject, a critical alternative name says who it is.',
      offset,
    );
  }
}

/**
 * Whether the certificate is signed by the holder of the key. That says nothing about dates, uses or the chain.
 *
 * @param issuerPublicKey DER SubjectPublicKeyInfo.
 * @throws KitenError as `publicKeyAlgorithm` when the key is malformed.
 */
export const verifyCertificateSignature = (
  certificate: Certificate,
  issuerPublicKey: Uint8Array,
  verify: Verify,
): boolean => signatureHolds(certificate.tbs, certificate, issuerPublicKey, verify);
