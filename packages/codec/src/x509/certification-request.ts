import type { AlgorithmName } from '../algorithms.ts';
import { refusal } from '../der/der-error.ts';
import { DerReader, readDer } from '../der/reader.ts';
import { contextConstructed } from '../der/tags.ts';
import type { Verify } from '../signer.ts';
import { readSignatureAlgorithm } from './algorithm-identifier.ts';
import { type Attribute, readAttributes } from './attribute.ts';
import {
  type CertificateExtensions,
  noCertificateExtensions,
  readCertificateExtensions,
} from './certificate-extensions.ts';
import { type Name, readName } from './name.ts';
import { attributeOid } from './object-identifiers.ts';
import { type PublicKeyAlgorithm, readPublicKeyAlgorithm } from './public-key-algorithm.ts';
import { signatureHolds } from './signature.ts';

/** A decoded PKCS #10 request; the extensions are those that it asks for. Its byte arrays are views of `der`. */
export interface CertificationRequest extends CertificateExtensions {
  readonly der: Uint8Array;
  /** CertificationRequestInfo: what was signed. */
  readonly info: Uint8Array;
  readonly subject: Name;
  readonly subjectDer: Uint8Array;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly publicKeyAlgorithm: PublicKeyAlgorithm;
  /** All attributes, the decoded ones included. */
  readonly attributes: readonly Attribute[];
  readonly challengePassword?: string;
  /** Dotted. */
  readonly signatureOid: string;
  readonly signatureAlgorithm: AlgorithmName | undefined;
  /** As in the BIT STRING: for ECDSA the DER ECDSA-Sig-Value. */
  readonly signature: Uint8Array;
}

const maximumBytes = 65_536;
/** pkcs-9-ub-challengePassword (RFC 2985 §5.4.1). */
const maximumPassword = 255;

/**
 * Decodes a certification request (RFC 2986 §4) with the attributes extensionRequest and challengePassword
 * (RFC 2985 §5.4); others are kept as they came.
 *
 * @throws KitenError `codec/x509-…` or `codec/der-…` with `detail.offset`; also as `publicKeyAlgorithm`,
 * because no certificate can be issued for a malformed or weak key.
 */
export function parseCertificationRequest(der: Uint8Array): CertificationRequest {
  return readDer(der, maximumBytes, (reader) => {
    const request = reader.sequence();
    const infoStart = request.offset;
    const fields = readInfo(request.sequence());
    const info = request.since(infoStart);
    // Small devices have Mbed TLS, and it is the key that counts here.
    const algorithm = readSignatureAlgorithm(request, true);
    const signature = request.wholeOctets();
    request.finish();
    return {
      der,
      info,
      ...fields,
      signatureOid: algorithm.oid,
      signatureAlgorithm: algorithm.name,
      signature,
    };
  });
}

function readInfo(info: DerReader) {
  const { offset } = info;
  if (info.smallInteger(127) !== 0)
    throw refusal('codec/x509-request-version', 'A request has version 0.', offset);
  const subjectStart = info.offset;
  const subject = readName(info);
  const subjectDer = info.since(subjectStart);
  const keyStart = info.offset;
  const key = readPublicKeyAlgorithm(info);
  const publicKey = info.since(keyStart);
  if (info.done) {
    throw refusal('codec/x509-request-attributes', 'Attributes may be empty but not missing.', info.offset);
  }
  const attributes = readAttributes(info.constructed(contextConstructed(0)));
  info.finish();
  const extensions = readValue(info, attributes, attributeOid.extensionRequest, readCertificateExtensions);
  const password = readValue(info, attributes, attributeOid.challengePassword, readChallengePassword);
  const challenge = password === undefined ? {} : { challengePassword: password };
  const known = { ...(extensions ?? noCertificateExtensions), ...challenge };
  return { subject, subjectDer, publicKey, publicKeyAlgorithm: key, attributes, ...known };
}

function readChallengePassword(value: DerReader): string {
  const { offset } = value;
  const password = value.text();
  if (password.length === 0 || password.length > maximumPassword) {
    throw refusal(
      'codec/x509-challenge-password',
      `A challenge has 1 to ${maximumPassword} characters.`,
      offset,
    );
  }
  return password;
}

/** Reads the value of an attribute, if it is there; those known here are SINGLE VALUE. */
function readValue<Value>(
  info: DerReader,
  attributes: readonly Attribute[],
  oid: string,
  read: (value: DerReader) => Value,
): Value | undefined {
  const attribute = attributes.find((candidate) => candidate.oid === oid);
  if (attribute === undefined) return undefined;
  const [value, ...others] = attribute.values as [Uint8Array, ...Uint8Array[]];
  const start = value.byteOffset - info.bytes.byteOffset;
  if (others.length > 0)
    throw refusal('codec/x509-attribute-values', `Attribute ${oid} has one value.`, start);
  const reader = new DerReader(info.bytes, start, start + value.length);
  const decoded = read(reader);
  reader.finish();
  return decoded;
}

/** Whether the request is signed with the key that it asks a certificate for. */
export const verifyCertificationRequest = (request: CertificationRequest, verify: Verify): boolean =>
  signatureHolds(request.info, request, request.publicKey, verify);
