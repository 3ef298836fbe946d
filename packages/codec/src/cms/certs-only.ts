import { refusal } from '../der/der-error.ts';
import { DerReader, readDer } from '../der/reader.ts';
import { contextConstructed, derTag } from '../der/tags.ts';
import { writeDer } from '../der/writer.ts';
import { readCertificateSet, tooManyCertificates } from './certificate-set.ts';
import { contentTypeOid, expectType, readSignedDataInfo } from './content-info.ts';

const maximumBytes = 1024 * 1024;
const maximumCertificates = 256;

/**
 * A SignedData without content and signers that carries certificates only (RFC 5652 §5.1; RFC 7030 §4.1.3).
 * They make up a set, which DER puts in the order of their octets.
 *
 * @param certificates DER.
 * @throws KitenError `codec/cms-no-certificates`, `codec/cms-too-many-certificates`, or `codec/der-…` for one that
 * isn't a single DER SEQUENCE.
 */
export function encodeCertsOnly(certificates: readonly Uint8Array[]): Uint8Array {
  if (certificates.length === 0) throw refusal('codec/cms-no-certificates', 'There is nothing to carry.', 0);
  if (certificates.length > maximumCertificates) throw tooManyCertificates(maximumCertificates, 0);
  for (const certificate of certificates) checkSequence(certificate);
  return writeDer((writer) => {
    const contentInfo = writer.begin(derTag.sequence);
    writer.objectIdentifier(contentTypeOid.signedData);
    const content = writer.begin(contextConstructed(0));
    const signedData = writer.begin(derTag.sequence);
    writer.smallInteger(1);
    writer.setOf([]);
    const encapsulated = writer.begin(derTag.sequence);
    writer.objectIdentifier(contentTypeOid.data);
    writer.end(encapsulated);
    writer.setOf(certificates, contextConstructed(0));
    writer.setOf([]);
    writer.end(signedData);
    writer.end(content);
    writer.end(contentInfo);
  });
}

/**
 * The certificates (DER, not looked into) of a SignedData without content and signers, in the order in which they
 * stand. Elements must be DER; only the order of the set is left free, because CMS asks for BER alone and most
 * encoders keep the order of the chain. Revocation lists beside them are passed over.
 *
 * @throws KitenError `codec/cms-…` or `codec/der-…` with `detail.offset`; `codec/der-too-large` beyond 1 MiB.
 */
export const decodeCertsOnly = (der: Uint8Array): Uint8Array[] =>
  readDer(der, maximumBytes, (reader) => readSignedDataInfo(reader, readSignedData));

function readSignedData(signedData: DerReader): Uint8Array[] {
  const start = signedData.offset;
  // Version 1 is what X.509 certificates and data call for; 3 and up come with things not carried here.
  if (signedData.smallInteger(127) !== 1)
    throw refusal('codec/cms-version', 'A certs-only message has version 1.', start);
  expectEmptySet(signedData, 'digest algorithms');
  const encapsulated = signedData.sequence();
  expectType(encapsulated, contentTypeOid.data, 'codec/cms-encapsulated-type');
  if (!encapsulated.done)
    throw refusal('codec/cms-content', 'A certs-only message has no content.', encapsulated.offset);
  const certificates = readCertificates(signedData);
  if (signedData.peek() === contextConstructed(1)) signedData.any();
  expectEmptySet(signedData, 'signers');
  return certificates;
}

function readCertificates(signedData: DerReader): Uint8Array[] {
  const start = signedData.offset;
  const certificates = readCertificateSet(signedData, maximumCertificates);
  if (certificates.length === 0)
    throw refusal('codec/cms-no-certificates', 'The message carries nothing.', start);
  return certificates;
}

function expectEmptySet(reader: DerReader, what: string): void {
  const { offset } = reader;
  if (!reader.set().done) throw refusal('codec/cms-signed', `A certs-only message has no ${what}.`, offset);
}

function checkSequence(certificate: Uint8Array): void {
  const reader = new DerReader(certificate);
  reader.element(derTag.sequence);
  reader.finish();
}
