import { type AlgorithmName, algorithmOf, type HashName } from '../algorithms.ts';
import { equalBytes, fromHex } from '../bytes.ts';
import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { contextConstructed, contextPrimitive, derTag } from '../der/tags.ts';
import { readSignatureAlgorithm } from '../x509/algorithm-identifier.ts';
import { type Attribute, readAttributes } from '../x509/attribute.ts';
import { hashOfOid, readHashAlgorithm } from '../x509/hash-algorithm.ts';
import { readSerialNumber } from '../x509/serial-number.ts';

/** How a signer points to its certificate (RFC 5652 §5.3). */
export type SignerIdentifier =
  | {
      readonly kind: 'issuerAndSerialNumber';
      /** DER of the issuer's Name. */
      readonly issuerDer: Uint8Array;
      /** Highest octet first, no leading zeros. */
      readonly serialNumber: Uint8Array;
    }
  | { readonly kind: 'subjectKeyIdentifier'; readonly keyIdentifier: Uint8Array };

/** Who signed a message and how (RFC 5652 §5.3). Its byte arrays, `signed` apart, are views of the message. */
export interface SignerInfo {
  readonly identifier: SignerIdentifier;
  /** The hash of the content and, where the signature is over a hash, of the attributes. */
  readonly digestAlgorithm: HashName;
  readonly digestAlgorithmDer: Uint8Array;
  readonly signatureAlgorithm: AlgorithmName;
  readonly signatureAlgorithmDer: Uint8Array;
  readonly attributes: readonly Attribute[];
  /** The attributes as a SET OF: what was signed (RFC 5652 §5.4). */
  readonly signed: Uint8Array;
  /** For ECDSA the DER ECDSA-Sig-Value. */
  readonly signature: Uint8Array;
}

/**
 * Reads the fields of a SignerInfo with signed and without unsigned attributes.
 *
 * @throws KitenError `codec/cms-…`, `codec/x509-…` or `codec/der-…` with `detail.offset`.
 */
export function readSignerInfo(signer: DerReader): SignerInfo {
  const versionStart = signer.offset;
  const version = signer.smallInteger(127);
  const identifier = readIdentifier(signer);
  if (version !== (identifier.kind === 'issuerAndSerialNumber' ? 1 : 3)) {
    const message = 'A signer has version 1 with issuer and serial number, 3 with a key identifier.';
    throw refusal('codec/cms-signer-version', message, versionStart);
  }
  const digest = readDigestAlgorithm(signer);
  const attributes = readSignedAttributes(signer);
  const algorithm = readAlgorithm(signer, digest.digestAlgorithm);
  const signature = signer.octetString();
  if (!signer.done) {
    const message = 'What stands behind the signature is not signed.';
    throw refusal('codec/cms-unsigned-attributes', message, signer.offset);
  }
  return { identifier, ...digest, ...attributes, ...algorithm, signature };
}

function readIdentifier(signer: DerReader): SignerIdentifier {
  if (signer.peek() === contextPrimitive(0)) {
    return { kind: 'subjectKeyIdentifier', keyIdentifier: signer.octetString(contextPrimitive(0)) };
  }
  const sequence = signer.sequence();
  const issuerDer = sequence.element(derTag.sequence);
  const serialNumber = readSerialNumber(sequence);
  sequence.finish();
  return { kind: 'issuerAndSerialNumber', issuerDer, serialNumber };
}

function readDigestAlgorithm(signer: DerReader) {
  const start = signer.offset;
  const oid = readHashAlgorithm(signer);
  const digestAlgorithm = hashOfOid(oid);
  if (digestAlgorithm === undefined) {
    throw refusal('codec/cms-digest-algorithm', `${oid} is no hash that is accepted here.`, start);
  }
  return { digestAlgorithm, digestAlgorithmDer: signer.since(start) };
}

function readSignedAttributes(signer: DerReader) {
  const start = signer.offset;
  if (signer.peek() !== contextConstructed(0)) {
    const message = 'Content of this type is signed through attributes.';
    throw refusal('codec/cms-signed-attributes', message, start);
  }
  const attributes = readAttributes(signer.constructed(contextConstructed(0)));
  // A copy in any case: `slice` of a Node Buffer would be a view.
  const signed = new Uint8Array(signer.since(start));
  signed[0] = derTag.set;
  return { attributes, signed };
}

/** Only the kind of key, as PKCS #7 had it (RFC 3370 §3.2), with NULL or nothing: the hash is the digest algorithm. */
const rsaEncryption = ['300d06092a864886f70d0101010500', '300b06092a864886f70d010101'].map(fromHex);
const rsaWith: Readonly<Record<HashName, AlgorithmName>> = {
  'SHA-256': 'RS256',
  'SHA-384': 'RS384',
  'SHA-512': 'RS512',
};

function readAlgorithm(signer: DerReader, digest: HashName) {
  const start = signer.offset;
  const { oid, name } = readSignatureAlgorithm(signer);
  const signatureAlgorithmDer = signer.since(start);
  const isRsaEncryption = rsaEncryption.some((der) => equalBytes(der, signatureAlgorithmDer));
  const signatureAlgorithm = isRsaEncryption ? rsaWith[digest] : name;
  if (signatureAlgorithm === undefined) {
    const message = `${oid} with these parameters is no signature algorithm that is accepted here.`;
    throw refusal('codec/cms-signature-algorithm', message, start);
  }
  if (!digestsFor(signatureAlgorithm).includes(digest)) {
    const message = `${signatureAlgorithm} does not go with ${digest}.`;
    throw refusal('codec/cms-digest-unpaired', message, start);
  }
  return { signatureAlgorithm, signatureAlgorithmDer };
}

/** The digests that may go with algorithms that take the message itself (RFC 8419 §3.1; RFC 9882 table 1). */
const ofMessages: Partial<Record<AlgorithmName, readonly HashName[]>> = {
  EdDSA: ['SHA-512'],
  'ML-DSA-44': ['SHA-256', 'SHA-384', 'SHA-512'],
  'ML-DSA-65': ['SHA-384', 'SHA-512'],
  'ML-DSA-87': ['SHA-512'],
};

/** Content and attributes are hashed alike (RFC 8933 §3). */
function digestsFor(name: AlgorithmName): readonly HashName[] {
  const { hash } = algorithmOf(name);
  return hash === undefined ? (ofMessages[name] ?? []) : [hash];
}
