import { readSignedData } from '../cms/signed-data.ts';
import type { SignerInfo } from '../cms/signer-info.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { type Certificate, parseCertificate } from '../x509/certificate.ts';
import { readTimeStampInfo, type TimeStampInfo } from './time-stamp-info.ts';

/** A decoded time-stamp, which nobody has verified yet. Its byte arrays are views of what was read. */
export interface TimeStampToken extends TimeStampInfo {
  /** The token whole, to be kept. */
  readonly der: Uint8Array;
  /** TSTInfo: what the signed attributes have the digest of. */
  readonly content: Uint8Array;
  readonly certificates: readonly Certificate[];
  readonly signer: SignerInfo;
}

/** id-ct-TSTInfo (RFC 3161 §2.4.2). */
export const timeStampInfoOid = '1.2.840.113549.1.9.16.1.4';

export const maximumTokenBytes = 65_536;
const maximumCertificates = 16;

/**
 * Decodes a TimeStampToken (RFC 3161 §2.4.2): CMS SignedData around a TSTInfo with one signer, all DER but the order
 * of the certificates. Revocation lists, unsigned attributes and critical extensions are refused.
 *
 * @throws KitenError `codec/tsp-…`, `codec/cms-…`, `codec/x509-…` or `codec/der-…`, where `detail.offset` counts from
 * the start of the token, of the TSTInfo or of a certificate; `codec/der-too-large` beyond 64 KiB,
 * `codec/cms-too-many-certificates` beyond 16.
 */
export const parseTimeStampToken = (der: Uint8Array): TimeStampToken =>
  readDer(der, maximumTokenBytes, readTimeStampToken);

/** As {@link parseTimeStampToken}, for a token within another structure. */
export function readTimeStampToken(reader: DerReader): TimeStampToken {
  const start = reader.offset;
  const { content, certificates, signer } = readSignedData(reader, {
    contentType: timeStampInfoOid,
    maximumCertificates,
  });
  return {
    ...readDer(content, maximumTokenBytes, readTimeStampInfo),
    ...{ der: reader.since(start), content, certificates: certificates.map(parseCertificate), signer },
  };
}
