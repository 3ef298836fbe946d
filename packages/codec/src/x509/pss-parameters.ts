import type { AlgorithmName } from '../algorithms.ts';
import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { contextConstructed, derTag } from '../der/tags.ts';
import type { DerWriter } from '../der/writer.ts';
import { keyOid } from './object-identifiers.ts';

interface Choice {
  readonly name: AlgorithmName;
  readonly hash: string;
  readonly saltLength: number;
}

/** The usual parameters: one hash throughout, and a salt as long as its output (RFC 8017 §9.1, RFC 7518 §3.5). */
const choices: readonly Choice[] = [
  { name: 'PS256', hash: '2.16.840.1.101.3.4.2.1', saltLength: 32 },
  { name: 'PS384', hash: '2.16.840.1.101.3.4.2.2', saltLength: 48 },
  { name: 'PS512', hash: '2.16.840.1.101.3.4.2.3', saltLength: 64 },
];

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
    hash = readExplicit(parameters, 0, readHash);
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
  return choices.find(
    (choice) => choice.hash === hash && hash === maskHash && choice.saltLength === saltLength,
  )?.name;
}

export function writePssParameters(writer: DerWriter, name: AlgorithmName): void {
  const { hash, saltLength } = choices.find((choice) => choice.name === name)!;
  const parameters = writer.begin(derTag.sequence);
  const hashAlgorithm = writer.begin(contextConstructed(0));
  writeHash(writer, hash);
  writer.end(hashAlgorithm);
  const maskAlgorithm = writer.begin(contextConstructed(1));
  const mask = writer.begin(derTag.sequence);
  writer.objectIdentifier(keyOid.mgf1);
  writeHash(writer, hash);
  writer.end(mask);
  writer.end(maskAlgorithm);
  const salt = writer.begin(contextConstructed(2));
  writer.smallInteger(saltLength);
  writer.end(salt);
  writer.end(parameters);
}

function readExplicit<Value>(reader: DerReader, number: number, read: (inner: DerReader) => Value): Value {
  const inner = reader.constructed(contextConstructed(number));
  const value = read(inner);
  inner.finish();
  return value;
}

/** A hash's AlgorithmIdentifier: parameters NULL or none, which mean the same (RFC 4055 §2.1). */
function readHash(reader: DerReader): string {
  const identifier = reader.sequence();
  const hash = identifier.objectIdentifier();
  if (!identifier.done) identifier.null();
  identifier.finish();
  return hash;
}

function readMaskGeneration(reader: DerReader): string {
  const identifier = reader.sequence();
  const { offset } = identifier;
  if (identifier.objectIdentifier() !== keyOid.mgf1) {
    throw refusal('codec/x509-algorithm-parameters', 'MGF1 is the only mask generation function.', offset);
  }
  const hash = readHash(identifier);
  identifier.finish();
  return hash;
}

function writeHash(writer: DerWriter, hash: string): void {
  const sequence = writer.begin(derTag.sequence);
  writer.objectIdentifier(hash);
  writer.null();
  writer.end(sequence);
}

const defaultEncoded = (reader: DerReader): Error =>
  refusal('codec/der-default-encoded', 'DER leaves out a value that is the default.', reader.offset);
