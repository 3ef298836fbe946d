import { equalBytes } from '../bytes.ts';
import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { contextConstructed } from '../der/tags.ts';
import { readCertificateSet } from './certificate-set.ts';
import { expectType, readSignedDataInfo } from './content-info.ts';
import { readSignerInfo, type SignerInfo } from './signer-info.ts';

/** A message that one signer signed (RFC 5652 §5). Its byte arrays are views of what was read. */
export interface SignedData {
  /** The octets inside eContent. */
  readonly content: Uint8Array;
  /** DER, not looked into, in the order in which they stand. */
  readonly certificates: readonly Uint8Array[];
  readonly signer: SignerInfo;
}

/**
 * Reads a ContentInfo with SignedData around content of another type than plain data, signed once, through signed
 * attributes. All of it is DER but the order of the certificates. Nothing stands in it that the signature doesn't
 * cover and nobody checks: revocation lists and unsigned attributes are refused. Certificates nobody needs and the
 * choice between two encodings of one algorithm remain, so the octets of a message are not its identity.
 *
 * @param contentType the dotted type that the content must have.
 * @throws KitenError `codec/cms-…`, `codec/x509-…` or `codec/der-…` with `detail.offset`.
 */
export function readSignedData(
  reader: DerReader,
  { contentType, maximumCertificates }: { contentType: string; maximumCertificates: number },
): SignedData {
  return readSignedDataInfo(reader, (signedData) => {
    expectVersion(signedData);
    const digests = signedData.set();
    const digestStart = digests.offset;
    const digestAlgorithms = digests.remaining();
    const content = readContent(signedData.sequence(), contentType);
    const certificates = readCertificateSet(signedData, maximumCertificates);
    if (signedData.peek() === contextConstructed(1)) {
      throw refusal('codec/cms-revocation-lists', 'Revocation lists are not taken here.', signedData.offset);
    }
    const signer = readOnlySigner(signedData);
    if (!equalBytes(digestAlgorithms, signer.digestAlgorithmDer)) {
      const message = 'The digest algorithms of the message are the one of its signer.';
      throw refusal('codec/cms-digest-algorithms', message, digestStart);
    }
    return { content, certificates, signer };
  });
}

/** Version 3 is that of other content than plain data, with X.509 certificates only (RFC 5652 §5.1). */
function expectVersion(signedData: DerReader): void {
  const { offset } = signedData;
  if (signedData.smallInteger(127) !== 3)
    throw refusal('codec/cms-version', 'A message around such content has version 3.', offset);
}

function readContent(encapsulated: DerReader, contentType: string): Uint8Array {
  expectType(encapsulated, contentType, 'codec/cms-encapsulated-type');
  if (encapsulated.done)
    throw refusal('codec/cms-content', 'The message has been parted from its content.', encapsulated.offset);
  const explicit = encapsulated.constructed(contextConstructed(0));
  const content = explicit.octetString();
  explicit.finish();
  encapsulated.finish();
  return content;
}

function readOnlySigner(signedData: DerReader): SignerInfo {
  const signers = signedData.set();
  const { offset } = signers;
  if (signers.done) throw refusal('codec/cms-signers', 'Nobody signed the message.', offset);
  const signer = readSignerInfo(signers.sequence());
  if (!signers.done) throw refusal('codec/cms-signers', 'More than one signer.', signers.offset);
  return signer;
}
