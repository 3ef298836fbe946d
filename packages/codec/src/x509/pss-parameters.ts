import type { AlgorithmName } from '../algorithms.ts';
import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { contextConstructed, derTag } from '../der/tags.ts';
import type { DerWriter } from '../der/writer.ts';
import { hashAlgorithms, readHashAlgorithm, writeHashAlgorithm } from './hash-algorithm.ts';
import { keyOid } from './object-identifiers.ts';

/** The usual parameters: one hash throughout, and a salt as long as its output (RFC 8017 §9.1, RFC 7518 §3.5). */
const choices = [
  { name: 'PS256', ...hashAlgorithms['SHA-256'] },
  { name: 'PS384', ...hashAlgorithms['SHA-384'] },
  { name: 'PS512', ...hashAlgorithms['SHA-512'] },
] as const satisfies readonly { name: AlgorithmName; oid: string; bytes: number }[];

const defaultSaltLength = 20;

/**
 * Reads RSASSA-PSS-params (RFC 4055 §3.1). Undefined for well-formed parameters that are none of the usual three,
 * SHA-1 among them, which is the default.
 */
export function readPssParameters(reader: DerReader): AlgorithmName | undefined {
  const parameters = reader.sequence();
  let hash: string = keyOid.sha1;
  let maskHash: string = keyOid.sha1;
  let saltLength = defaultSaltLength;
  if (parameters.peek() === contextConstructed(0)) {
    hash = readExplicit(parameters, 0, readHashAlgorithm);
    if (hash === keyOid.sha1) throw defaultEncoded(parameters);
  }
  if (parameters.peek() === contextConstructed(1)) {
    maskHash = readExplicit(parameters, 1, readMaskGeneration);
    if (maskHash === keyOid.sha1) throw defaultEncoded(parameters);
  }
  if (parameters.peek() === contextConstructed(2)) {
    saltLength = readExplicit(parameters, 2, (inner) => inner.smallInteger(65_535));
    if (saltLength === defaultSaltLength) throw defaultEncoded(parameters);
  }
  // The trailer field has one value, and that is its default: it never appears.
  parameters.finish();
  return choices.find(({ oid, bytes }) => oid === hash && hash === maskHash && bytes === saltLength)?.name;
}

export function writePssParameters(writer: DerWriter, name: AlgorithmName): void {
  const { oid, bytes } = choices.find((choice) => choice.name === name)!;
  const parameters = writer.begin(derTag.sequence);
  const hashAlgorithm = writer.begin(contextConstructed(0));
  writeHashAlgorithm(writer, oid);
  writer.end(hashAlgorithm);
  const maskAlgorithm = writer.begin(contextConstructed(1));
  const mask = writer.begin(derTag.sequence);
  writer.objectIdentifier(keyOid.mgf1);
  writeHashAlgorithm(writer, oid);
  writer.end(mask);
  writer.end(maskAlgorithm);
  const salt = writer.begin(contextConstructed(2));
  writer.smallInteger(bytes);
  writer.end(salt);
  writer.end(parameters);
}

function readExplicit<Value>(reader: DerReader, number: number, read: (inner: DerReader) => Value): Value {
  const inner = reader.constructed(contextConstructed(number));
  const value = read(inner);
  inner.finish();
  return value;
}

function readMaskGeneration(reader: DerReader): string {
  const identifier = reader.sequence();
  const { offset } = identifier;
  if (identifier.objectIdentifier() !== keyOid.mgf1) {
    throw refusal('codec/x509-algorithm-parameters', 'MGF1 is the only mask generation function.', offset);
  }
  const hash = readHashAlgorithm(identifier);
  identifier.finish();
  return hash;
}

const defaultEncoded = (reader: DerReader): Error =>
  refusal('codec/der-default-encoded', 'DER leaves out a value that is the default.', reader.offset);
