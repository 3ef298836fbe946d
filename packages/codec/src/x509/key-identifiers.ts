import { refusal } from '../der/der-error.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { contextConstructed, contextPrimitive, derTag } from '../der/tags.ts';
import { type Extension, extension } from './extension.ts';
import { type GeneralName, readGeneralNames } from './general-name.ts';
import { extensionOid } from './object-identifiers.ts';
import { readSerialNumber } from './serial-number.ts';

/** Which key signed (RFC 5280 §4.2.1.1). */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier?: Uint8Array;
  /** The issuer's certificate, by who issued it and its serial number. */
  readonly certificate?: { readonly issuer: readonly GeneralName[]; readonly serialNumber: Uint8Array };
}

const maximumKeyBytes = 16_384;

export function readSubjectKeyIdentifier(value: DerReader): Uint8Array {
  return checked(value.octetString(), value.offset);
}

export function readAuthorityKeyIdentifier(value: DerReader): AuthorityKeyIdentifier {
  const sequence = value.sequence();
  const start = sequence.offset;
  const keyIdentifier =
    sequence.peek() === contextPrimitive(0)
      ? checked(sequence.octetString(contextPrimitive(0)), start)
      : undefined;
  const issuer =
    sequence.peek() === contextConstructed(1)
      ? readGeneralNames(sequence.constructed(contextConstructed(1)))
      : undefined;
  const serialNumber =
    sequence.peek() === contextPrimitive(2) ? readSerialNumber(sequence, contextPrimitive(2)) : undefined;
  sequence.finish();
  if ((issuer === undefined) !== (serialNumber === undefined)) {
    throw refusal(
      'codec/x509-authority-key-identifier',
      'Issuer and serial number come together or not at all.',
      start,
    );
  }
  return {
    ...(keyIdentifier === undefined ? {} : { keyIdentifier }),
    ...(issuer === undefined || serialNumber === undefined ? {} : { certificate: { issuer, serialNumber } }),
  };
}

function checked(identifier: Uint8Array, offset: number): Uint8Array {
  if (identifier.length === 0)
    throw refusal('codec/x509-key-identifier', 'A key identifier is never empty.', offset);
  return identifier;
}

/**
 * A key identifier: the first 160 bits of a hash over the key's BIT STRING, without its unused bits. With SHA-256
 * it is method 1 of RFC 7093 §2, with SHA-1 method 1 of RFC 5280 §4.2.1.2.
 *
 * @param publicKey DER SubjectPublicKeyInfo.
 */
export function keyIdentifier(publicKey: Uint8Array, hash: (data: Uint8Array) => Uint8Array): Uint8Array {
  const key = readDer(publicKey, maximumKeyBytes, (reader) => {
    const info = reader.sequence();
    info.element(derTag.sequence);
    const octets = info.wholeOctets();
    info.finish();
    return octets;
  });
  return new Uint8Array(hash(key).subarray(0, 20));
}

export const subjectKeyIdentifierExtension = (identifier: Uint8Array): Extension =>
  extension(extensionOid.subjectKeyIdentifier, false, (writer) => writer.octetString(checked(identifier, 0)));

/** @param identifier the subject key identifier of the issuer's certificate. */
export const authorityKeyIdentifierExtension = (identifier: Uint8Array): Extension =>
  extension(extensionOid.authorityKeyIdentifier, false, (writer) => {
    const sequence = writer.begin(derTag.sequence);
    writer.octetString(checked(identifier, 0), contextPrimitive(0));
    writer.end(sequence);
  });
