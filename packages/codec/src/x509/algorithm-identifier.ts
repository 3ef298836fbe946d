import { type AlgorithmName, algorithmOf, x509OidToAlgorithm } from '../algorithms.ts';
import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import { writeDer } from '../der/writer.ts';
import { keyOid } from './object-identifiers.ts';
import { readPssParameters, writePssParameters } from './pss-parameters.ts';

/** The algorithm that signed: its identifier, and its name if it is a known one with the usual parameters. */
export interface SignatureAlgorithm {
  readonly oid: string;
  readonly name: AlgorithmName | undefined;
}

/**
 * Reads the AlgorithmIdentifier of a signature. Known algorithms have the parameters that their standard gives
 * them: none for ECDSA (RFC 5758 §3.2), EdDSA (RFC 8410 §3) and ML-DSA (RFC 9881 §2), NULL or none for RSA with
 * PKCS #1 padding (RFC 4055 §5), RSASSA-PSS-params for RSASSA-PSS (RFC 4055 §3.1). With `nullForEcdsa` also NULL for
 * ECDSA, as Mbed TLS wrote it for years (its issue 2924).
 *
 * @throws KitenError `codec/x509-algorithm-parameters` or `codec/der-…`.
 */
export function readSignatureAlgorithm(reader: DerReader, nullForEcdsa = false): SignatureAlgorithm {
  const identifier = reader.sequence();
  const oid = identifier.objectIdentifier();
  const name = oid === keyOid.rsassaPss ? readPssParameters(identifier) : x509OidToAlgorithm(oid);
  if (!identifier.done) readParameters(identifier, name, nullForEcdsa);
  identifier.finish();
  return { oid, name };
}

function readParameters(identifier: DerReader, name: AlgorithmName | undefined, nullForEcdsa: boolean): void {
  if (name === undefined) {
    identifier.any();
    return;
  }
  const { kind } = algorithmOf(name);
  const mayBeNull = kind === 'rsa' || (nullForEcdsa && kind === 'ecdsa');
  if (mayBeNull && identifier.peek() === derTag.null) identifier.null();
  else throw refusal('codec/x509-algorithm-parameters', `${name} has no such parameters.`, identifier.offset);
}

const identifiers = new Map<AlgorithmName, Uint8Array>();

/** The DER AlgorithmIdentifier of a signature algorithm. */
export function signatureAlgorithmIdentifier(name: AlgorithmName): Uint8Array {
  let identifier = identifiers.get(name);
  if (identifier === undefined) {
    identifier = encodeIdentifier(name);
    identifiers.set(name, identifier);
  }
  return identifier;
}

function encodeIdentifier(name: AlgorithmName): Uint8Array {
  const { kind, x509 } = algorithmOf(name);
  return writeDer((writer) => {
    const sequence = writer.begin(derTag.sequence);
    writer.objectIdentifier(x509);
    if (x509 === keyOid.rsassaPss) writePssParameters(writer, name);
    else if (kind === 'rsa') writer.null();
    writer.end(sequence);
  });
}
