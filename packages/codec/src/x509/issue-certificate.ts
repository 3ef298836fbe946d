import { DerReader } from '../der/reader.ts';
import { contextConstructed, derTag } from '../der/tags.ts';
import { type DerWriter, withWriter, writeDer } from '../der/writer.ts';
import { KitenError } from '../error.ts';
import type { Signer } from '../signer.ts';
import { signatureAlgorithmIdentifier } from './algorithm-identifier.ts';
import { checkDistinct, type Extension, writeExtension } from './extension.ts';
import { type Name, readName, writeName } from './name.ts';
import { extensionOid } from './object-identifiers.ts';
import { readPublicKey } from './public-key-algorithm.ts';
import { writeSerialNumber } from './serial-number.ts';
import { signStructure } from './signature.ts';
import { writeValidity } from './validity.ts';

/** What differs from one certificate to the next. */
export interface SubjectFields {
  /** Highest octet first, 20 octets at most in DER; the caller sees to it that it is unique and unpredictable. */
  readonly serialNumber: Uint8Array;
  /** A name, or the DER of one. */
  readonly subject: Name | Uint8Array;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Milliseconds since the Unix epoch, as is `notAfter`; parts of a second are left out. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions?: readonly Extension[];
}

export interface CertificateFields extends SubjectFields {
  /** To match the issuer's certificate to the octet, hand in its `subjectDer`. */
  readonly issuer: Name | Uint8Array;
}

/** What all certificates of an issuance have in common. */
export interface IssuanceFields {
  readonly issuer: Name | Uint8Array;
  /** Those that are the same in all: authority key identifier, key usage and so on. */
  readonly extensions?: readonly Extension[];
}

/** Issues certificates that share an issuer and some extensions, which are encoded only once. */
export interface IssuanceTemplate {
  /** @throws KitenError as {@link issueCertificate}. */
  issue(fields: SubjectFields, signer: Signer): Uint8Array;
}

/**
 * Issues one certificate, version 3 (RFC 5280 §4.1). The same fields and signature give the same octets.
 *
 * @returns DER.
 * @throws KitenError `codec/x509-…` or `codec/der-…` for fields that would make a certificate against the standard.
 */
export const issueCertificate = (fields: CertificateFields, signer: Signer): Uint8Array =>
  issuanceTemplate({ issuer: fields.issuer }).issue(fields, signer);

/** Prepares to issue many certificates. */
export function issuanceTemplate({ issuer, extensions: shared = [] }: IssuanceFields): IssuanceTemplate {
  checkDistinct(shared);
  const issuerDer = writeDer((writer) => writeName(writer, issuer));
  if (!hasAttributes(issuerDer)) throw new KitenError('codec/x509-issuer-empty', 'The issuer has a name.');
  const sharedDer = writeDer((writer) => {
    for (const extension of shared) writeExtension(writer, extension);
  });

  return {
    issue: (fields, signer) =>
      withWriter((writer) => {
        writeFields(writer, fields, signer);
        return signStructure(writer.view(), signer);
      }),
  };

  function writeFields(writer: DerWriter, fields: SubjectFields, signer: Signer): void {
    const { serialNumber, subject, publicKey, extensions = [] } = fields;
    checkPublicKey(publicKey);
    const all = shared.length === 0 ? extensions : shared.concat(extensions);
    checkDistinct(all);
    const tbs = writer.begin(derTag.sequence);
    writer.raw(versionThree);
    writeSerialNumber(writer, serialNumber);
    writer.raw(signatureAlgorithmIdentifier(signer.algorithm));
    writer.raw(issuerDer);
    writeValidity(writer, fields);
    const subjectStart = writer.length;
    writeName(writer, subject);
    checkSubject(subject, writer.view(subjectStart), all);
    writer.raw(publicKey);
    if (all.length > 0) {
      const explicit = writer.begin(contextConstructed(3));
      const list = writer.begin(derTag.sequence);
      writer.raw(sharedDer);
      for (const extension of extensions) writeExtension(writer, extension);
      writer.end(list);
      writer.end(explicit);
    }
    writer.end(tbs);
  }
}

/** `version [0] EXPLICIT INTEGER { v3(2) }` */
const versionThree = Uint8Array.of(0xa0, 0x03, 0x02, 0x01, 0x02);

function checkPublicKey(publicKey: Uint8Array): void {
  const reader = new DerReader(publicKey);
  readPublicKey(reader);
  reader.finish();
}

/** A subject without a name needs a critical alternative name (RFC 5280 §4.1.2.6). */
function checkSubject(subject: Name | Uint8Array, der: Uint8Array, extensions: readonly Extension[]): void {
  const named = subject instanceof Uint8Array ? hasAttributes(der) : subject.length > 0;
  if (named) return;
  const alternative = extensions.find(({ oid }) => oid === extensionOid.subjectAlternativeName);
  if (!alternative?.critical) {
    throw new KitenError(
      'codec/x509-subject-empty',
      'Without a subject, a critical alternative name says who it is.',
    );
  }
}

/** Whether DER handed in as a name has attributes; anything but a name is refused. */
function hasAttributes(der: Uint8Array): boolean {
  const reader = new DerReader(der);
  const name = readName(reader);
  reader.finish();
  return name.length > 0;
}
