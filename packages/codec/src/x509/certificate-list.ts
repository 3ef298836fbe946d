import type { AlgorithmName } from '../algorithms.ts';
import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { contextConstructed, derTag } from '../der/tags.ts';
import type { Verify } from '../signer.ts';
import { readSignatureAlgorithm } from './algorithm-identifier.ts';
import { type ExtensionList, noExtensions, readExtensions } from './extension.ts';
import { type AuthorityKeyIdentifier, readAuthorityKeyIdentifier } from './key-identifiers.ts';
import { type Name, readName } from './name.ts';
import { extensionOid } from './object-identifiers.ts';
import { type RevocationReason, readRevocationReason } from './revocation-reason.ts';
import { readSerialNumber } from './serial-number.ts';
import { signatureHolds } from './signature.ts';
import { readSigned } from './signed.ts';
import { isTime, readTime } from './validity.ts';

/** One revoked certificate. Its extensions' unknown critical ones count for the whole list (RFC 5280 §5.3). */
export interface RevokedCertificate extends ExtensionList {
  /** Highest octet first, no leading zeros. */
  readonly serialNumber: Uint8Array;
  /** When it was revoked, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly reason?: RevocationReason;
}

/** A decoded certificate revocation list. Its byte arrays are views of `der`. */
export interface CertificateList extends ExtensionList {
  readonly der: Uint8Array;
  /** TBSCertList: what was signed. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2;
  readonly issuer: Name;
  readonly issuerDer: Uint8Array;
  /** Milliseconds since the Unix epoch, as is `nextUpdate`. */
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  readonly revoked: readonly RevokedCertificate[];
  readonly number?: bigint;
  readonly authorityKeyIdentifier?: Uint8Array;
  /** The other way in which an authority key identifier may point to the issuer. */
  readonly authorityCertificate?: NonNullable<AuthorityKeyIdentifier['certificate']>;
  /** Dotted. */
  readonly signatureOid: string;
  readonly signatureAlgorithm: AlgorithmName | undefined;
  /** As in the BIT STRING: for ECDSA the DER ECDSA-Sig-Value. */
  readonly signature: Uint8Array;
}

const maximumBytes = 16 * 1024 * 1024;
/** Octets of a CRL number (RFC 5280 §5.2.3). */
const maximumNumberOctets = 20;

/**
 * Decodes a revocation list (RFC 5280 §5.1). Delta and indirect lists show in `unknownCriticalExtensions`, of the
 * list or of an entry: nobody may rely on a list that has any.
 *
 * @throws KitenError `codec/x509-…` or `codec/der-…` with `detail.offset`; `codec/der-too-large` beyond 16 MiB.
 */
export function parseCertificateList(der: Uint8Array): CertificateList {
  return readSigned(der, maximumBytes, readFields);
}

function readFields(fields: DerReader) {
  const version = readVersion(fields);
  const algorithmStart = fields.offset;
  const algorithm = readSignatureAlgorithm(fields);
  const algorithmDer = fields.since(algorithmStart);
  const issuerStart = fields.offset;
  const issuer = readName(fields);
  const issuerDer = fields.since(issuerStart);
  if (issuer.length === 0) throw refusal('codec/x509-issuer-empty', 'The issuer has a name.', issuerStart);
  const thisUpdate = readTime(fields);
  const nextUpdate = isTime(fields) ? { nextUpdate: readTime(fields) } : {};
  const revoked = fields.peek() === derTag.sequence ? readRevoked(fields, version) : [];
  const hasExtensions = version === 2 && fields.peek() === contextConstructed(0);
  const extensions = hasExtensions ? readListExtensions(fields) : noExtensions;
  fields.finish();
  return {
    version,
    algorithm,
    algorithmDer,
    issuer,
    issuerDer,
    thisUpdate,
    ...nextUpdate,
    revoked,
    ...extensions,
  };
}

/** Version 1 leaves the field out; version 2, the only one that writes it, writes 1. */
function readVersion(fields: DerReader): 1 | 2 {
  const { offset } = fields;
  if (fields.peek() !== derTag.integer) return 1;
  if (fields.smallInteger(127) !== 1)
    throw refusal('codec/x509-crl-version', 'A list has version 2.', offset);
  return 2;
}

function readRevoked(fields: DerReader, version: 1 | 2): RevokedCertificate[] {
  const list = fields.sequence();
  if (list.done) {
    throw refusal(
      'codec/x509-crl-empty',
      'Without revoked certificates their list is left out.',
      list.offset,
    );
  }
  const revoked: RevokedCertificate[] = [];
  while (!list.done) {
    const entry = list.sequence();
    const serialNumber = readSerialNumber(entry);
    const at = readTime(entry);
    revoked.push({
      serialNumber,
      at,
      ...(entry.done || version === 1 ? noExtensions : readEntryExtensions(entry)),
    });
    entry.finish();
  }
  return revoked;
}

function readEntryExtensions(entry: DerReader): ExtensionList & { reason?: RevocationReason } {
  let reason: RevocationReason | undefined;
  const extensions = readExtensions(entry, (oid, value) => {
    if (oid !== extensionOid.reasonCode) return false;
    reason = readRevocationReason(value);
    return true;
  });
  return reason === undefined ? extensions : { ...extensions, reason };
}

function readListExtensions(fields: DerReader) {
  const explicit = fields.constructed(contextConstructed(0));
  const known: {
    -readonly [Key in 'number' | 'authorityKeyIdentifier' | 'authorityCertificate']?: CertificateList[Key];
  } = {};
  const extensions = readExtensions(explicit, (oid, value) => {
    if (oid === extensionOid.crlNumber) {
      known.number = readListNumber(value);
      return true;
    }
    if (oid !== extensionOid.authorityKeyIdentifier) return false;
    const { keyIdentifier, certificate } = readAuthorityKeyIdentifier(value);
    if (keyIdentifier !== undefined) known.authorityKeyIdentifier = keyIdentifier;
    if (certificate !== undefined) known.authorityCertificate = certificate;
    return true;
  });
  explicit.finish();
  return { ...extensions, ...known };
}

function readListNumber(value: DerReader): bigint {
  const { offset } = value;
  const number = value.integer();
  if (number < 0n || value.offset - offset - 2 > maximumNumberOctets) {
    throw refusal(
      'codec/x509-crl-number',
      `A list's number has no sign and at most ${maximumNumberOctets} octets.`,
      offset,
    );
  }
  return number;
}

/**
 * Whether the list is signed by the holder of the key.
 *
 * @param issuerPublicKey DER SubjectPublicKeyInfo.
 * @throws KitenError as `publicKeyAlgorithm` when the key is malformed.
 */
export const verifyCertificateListSignature = (
  list: CertificateList,
  issuerPublicKey: Uint8Array,
  verify: Verify,
): boolean => signatureHolds(list.tbs, list, issuerPublicKey, verify);
