import type { HashName } from '../algorithms.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import type { DerWriter } from '../der/writer.ts';

/** The hash functions of the signature algorithms: dotted identifier (RFC 4055 §2.1) and octets of output. */
export const hashAlgorithms: Readonly<Record<HashName, { readonly oid: string; readonly bytes: number }>> = {
  'SHA-256': { oid: '2.16.840.1.101.3.4.2.1', bytes: 32 },
  'SHA-384': { oid: '2.16.840.1.101.3.4.2.2', bytes: 48 },
  'SHA-512': { oid: '2.16.840.1.101.3.4.2.3', bytes: 64 },
};

const names = Object.keys(hashAlgorithms) as HashName[];

/** The hash function of a dotted identifier, or undefined when it is none of the table. */
export const hashOfOid = (oid: string): HashName | undefined =>
  names.find((name) => hashAlgorithms[name].oid === oid);

/** Reads a hash's AlgorithmIdentifier: parameters NULL or none, which mean the same (RFC 4055 §2.1). */
export function readHashAlgorithm(reader: DerReader): string {
  const identifier = reader.sequence();
  const oid = identifier.objectIdentifier();
  if (!identifier.done) identifier.null();
  identifier.finish();
  return oid;
}

/** Writes it with NULL, the form that every reader has met. */
export function writeHashAlgorithm(writer: DerWriter, oid: string): void {
  const sequence = writer.begin(derTag.sequence);
  writer.objectIdentifier(oid);
  writer.null();
  writer.end(sequence);
}
