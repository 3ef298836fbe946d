import { toHex } from '../bytes.ts';
import { contextConstructed, derTag } from '../der/tags.ts';
import { DerWriter } from '../der/writer.ts';
import { KitenError } from '../error.ts';
import type { Signer } from '../signer.ts';
import { signatureAlgorithmIdentifier } from './algorithm-identifier.ts';
import { checkDistinct, type Extension, extension, writeExtension } from './extension.ts';
import { authorityKeyIdentifierExtension } from './key-identifiers.ts';
import { type Name, writeName } from './name.ts';
import { extensionOid } from './object-identifiers.ts';
import { type RevocationReason, revocationReasonExtension } from './revocation-reason.ts';
import { writeSerialNumber } from './serial-number.ts';
import { signStructure } from './signature.ts';
import { writeTime } from './validity.ts';

export interface Revocation {
  readonly serialNumber: Uint8Array;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly reason?: RevocationReason;
}

export interface CertificateListFields {
  /** A name, or the DER of one: the `subjectDer` of the issuer's certificate. */
  readonly issuer: Name | Uint8Array;
  /** Milliseconds since the Unix epoch, as is `nextUpdate`. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Each list has a higher one than the list before it; 20 octets at most (RFC 5280 §5.2.3). */
  readonly number: number | bigint;
  /** The issuer's subject key identifier, which RFC 5280 §5.2.1 demands in every list. */
  readonly authorityKeyIdentifier?: Uint8Array;
  readonly revoked: readonly Revocation[];
  readonly extensions?: readonly Extension[];
}

/**
 * Issues a complete revocation list, version 2 (RFC 5280 §5.1).
 *
 * @returns DER.
 * @throws KitenError `codec/x509-crl-…` or another `codec/…` for fields that would make a list against the standard.
 */
export function issueCertificateList(fields: CertificateListFields, signer: Signer): Uint8Array {
  if (fields.nextUpdate <= fields.thisUpdate) {
    throw new KitenError('codec/x509-crl-times', 'The next list comes after this one.');
  }
  checkDistinctSerials(fields.revoked);
  const writer = new DerWriter(1024 + fields.revoked.length * 64);
  const tbs = writer.begin(derTag.sequence);
  writer.smallInteger(1);
  writer.raw(signatureAlgorithmIdentifier(signer.algorithm));
  writeIssuer(writer, fields.issuer);
  writeTime(writer, fields.thisUpdate);
  writeTime(writer, fields.nextUpdate);
  writeRevoked(writer, fields.revoked);
  writeListExtensions(writer, fields);
  writer.end(tbs);
  return signStructure(writer.view(), signer);
}

function checkDistinctSerials(revoked: readonly Revocation[]): void {
  const serials = new Set(revoked.map(({ serialNumber }) => toHex(serialNumber).replace(/^(00)+/, '')));
  if (serials.size !== revoked.length) {
    throw new KitenError('codec/x509-crl-serial-twice', 'A certificate is revoked once.');
  }
}

function writeIssuer(writer: DerWriter, issuer: Name | Uint8Array): void {
  const start = writer.length;
  writeName(writer, issuer);
  if (writer.length - start <= 2) throw new KitenError('codec/x509-issuer-empty', 'The issuer has a name.');
}

function writeRevoked(writer: DerWriter, revoked: readonly Revocation[]): void {
  if (revoked.length === 0) return;
  const list = writer.begin(derTag.sequence);
  for (const { serialNumber, at, reason } of revoked) {
    const entry = writer.begin(derTag.sequence);
    writeSerialNumber(writer, serialNumber);
    writeTime(writer, at);
    if (reason !== undefined) writeReason(writer, reason);
    writer.end(entry);
  }
  writer.end(list);
}

function writeReason(writer: DerWriter, reason: RevocationReason): void {
  // An unspecified reason is left out, and removal is for delta lists (RFC 5280 §5.3.1).
  if (reason === 'unspecified') return;
  if (reason === 'removeFromCRL') {
    throw new KitenError('codec/x509-crl-reason', 'A complete list removes a certificate by not naming it.');
  }
  const extensions = writer.begin(derTag.sequence);
  writeExtension(writer, revocationReasonExtension(reason));
  writer.end(extensions);
}

function writeListExtensions(writer: DerWriter, fields: CertificateListFields): void {
  const { authorityKeyIdentifier, number, extensions = [] } = fields;
  const all = [
    ...(authorityKeyIdentifier === undefined
      ? []
      : [authorityKeyIdentifierExtension(authorityKeyIdentifier)]),
    numberExtension(number),
    ...extensions,
  ];
  checkDistinct(all);
  const explicit = writer.begin(contextConstructed(0));
  const list = writer.begin(derTag.sequence);
  for (const each of all) writeExtension(writer, each);
  writer.end(list);
  writer.end(explicit);
}

function numberExtension(number: number | bigint): Extension {
  if (typeof number === 'number' && !Number.isSafeInteger(number)) {
    throw new KitenError('codec/x509-crl-number', `${number} is no number of a list.`);
  }
  const value = BigInt(number);
  if (value < 0n || value >= 1n << 159n) {
    throw new KitenError('codec/x509-crl-number', "A list's number has no sign and at most 20 octets.");
  }
  return extension(extensionOid.crlNumber, false, (writer) => writer.integer(value));
}
