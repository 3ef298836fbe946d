import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { contextConstructed, derTag } from '../der/tags.ts';

/**
 * Reads `[0] IMPLICIT CertificateSet OPTIONAL`: the DER of each certificate, not looked into, in the order in which
 * they stand. That order is left free, because CMS asks for BER alone and most encoders keep the order of the chain.
 *
 * @throws KitenError `codec/cms-too-many-certificates`, `codec/cms-certificate-choice`.
 */
export function readCertificateSet(signedData: DerReader, maximum: number): Uint8Array[] {
  const certificates: Uint8Array[] = [];
  if (signedData.peek() !== contextConstructed(0)) return certificates;
  const set = signedData.constructed(contextConstructed(0));
  while (!set.done) {
    if (certificates.length === maximum) throw tooManyCertificates(maximum, set.offset);
    if (set.peek() !== derTag.sequence) {
      throw refusal('codec/cms-certificate-choice', 'Only X.509 certificates are carried.', set.offset);
    }
    certificates.push(set.element(derTag.sequence));
  }
  return certificates;
}

export const tooManyCertificates = (maximum: number, offset: number): Error =>
  refusal('codec/cms-too-many-certificates', `More than ${maximum} certificates.`, offset);
