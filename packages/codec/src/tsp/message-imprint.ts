import type { HashName } from '../algorithms.ts';
import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import type { DerWriter } from '../der/writer.ts';
import { hashAlgorithms, hashOfOid, readHashAlgorithm, writeHashAlgorithm } from '../x509/hash-algorithm.ts';

/** What is stamped: the digest of some data (RFC 3161 §2.4.1). */
export interface MessageImprint {
  readonly hash: HashName;
  /** As long as the hash's output. */
  readonly digest: Uint8Array;
}

/** @throws KitenError `codec/tsp-imprint-hash`, `codec/tsp-imprint-length`, or `codec/der-…`. */
export function readMessageImprint(reader: DerReader): MessageImprint {
  const imprint = reader.sequence();
  const { offset } = imprint;
  const oid = readHashAlgorithm(imprint);
  const hash = hashOfOid(oid);
  if (hash === undefined) {
    throw refusal('codec/tsp-imprint-hash', `${oid} is no hash that is accepted here.`, offset);
  }
  const digest = imprint.octetString();
  imprint.finish();
  return checked({ hash, digest }, offset);
}

/** @throws KitenError `codec/tsp-imprint-length`. */
export function writeMessageImprint(writer: DerWriter, imprint: MessageImprint): void {
  const { hash, digest } = checked(imprint, 0);
  const sequence = writer.begin(derTag.sequence);
  writeHashAlgorithm(writer, hashAlgorithms[hash].oid);
  writer.octetString(digest);
  writer.end(sequence);
}

function checked(imprint: MessageImprint, offset: number): MessageImprint {
  const { hash, digest } = imprint;
  const { bytes } = hashAlgorithms[hash];
  if (digest.length !== bytes) {
    const message = `A digest by ${hash} has ${bytes} octets, not ${digest.length}.`;
    throw refusal('codec/tsp-imprint-length', message, offset);
  }
  return imprint;
}
