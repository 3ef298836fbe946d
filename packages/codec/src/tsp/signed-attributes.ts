import type { HashName } from '../algorithms.ts';
import { concatBytes, equalBytes } from '../bytes.ts';
import type { SignerInfo } from '../cms/signer-info.ts';
import {
  type CertificateReference,
  readSigningCertificate,
  readSigningCertificateV2,
} from '../cms/signing-certificate.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { contextConstructed, derTag } from '../der/tags.ts';
import { KitenError } from '../error.ts';
import { timeStampInfoOid } from './token.ts';

/** SHA-1 is there to tell certificates apart by the digest that RFC 2634 prescribed, for nothing else. */
export type HashFunction = (name: HashName | 'SHA-1', data: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** Attributes of RFC 5652 §11, RFC 5035 §3, §5 and RFC 6211 §2. */
const attributeOid = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  algorithmProtection: '1.2.840.113549.1.9.52',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

const maximumBytes = 16_384;

/**
 * Holds what was signed against what it was signed for: the type and the digest of the content (RFC 5652 §5.6) and,
 * if they stand there, the algorithms (RFC 6211 §3.1).
 *
 * @throws KitenError `codec/tsp-content-type`, `codec/tsp-message-digest`, `codec/tsp-algorithm-protection`,
 * `codec/tsp-attribute-values`, or `codec/der-…`.
 */
export async function checkSignedAttributes(
  signer: SignerInfo,
  content: Uint8Array,
  hash: HashFunction,
): Promise<void> {
  const contentType = singleValue(signer, 'contentType', (reader) => reader.objectIdentifier());
  if (contentType !== timeStampInfoOid) {
    throw new KitenError('codec/tsp-content-type', 'The signed type of content is not that of a time-stamp.');
  }
  const messageDigest = singleValue(signer, 'messageDigest', (reader) => reader.octetString());
  const digest = await hash(signer.digestAlgorithm, content);
  if (messageDigest === undefined || !equalBytes(messageDigest, digest)) {
    throw new KitenError('codec/tsp-message-digest', 'The signed digest is not that of the content.');
  }
  checkAlgorithmProtection(signer);
}

function checkAlgorithmProtection(signer: SignerInfo): void {
  const algorithms = singleValue(signer, 'algorithmProtection', (reader) => reader.content(derTag.sequence));
  if (algorithms === undefined) return;
  const { digestAlgorithmDer, signatureAlgorithmDer } = signer;
  // Under its implicit tag, the identifier of the signature algorithm differs in the first octet alone.
  const signature = signatureAlgorithmDer.with(0, contextConstructed(1));
  if (!equalBytes(algorithms, concatBytes(digestAlgorithmDer, signature))) {
    const message = 'The algorithms that were signed are others than those of the signer.';
    throw new KitenError('codec/tsp-algorithm-protection', message);
  }
}

/**
 * The lists of certificates that the signer names; of two, SigningCertificate and SigningCertificateV2, both count
 * (RFC 5816 §2.2.1).
 *
 * @throws KitenError `codec/tsp-signing-certificate-missing`, `codec/tsp-attribute-values`,
 * `codec/cms-signing-certificate`, `codec/x509-…` or `codec/der-…`.
 */
export function signingCertificates(signer: SignerInfo): readonly (readonly CertificateReference[])[] {
  const first = singleValue(signer, 'signingCertificate', readSigningCertificate);
  const second = singleValue(signer, 'signingCertificateV2', readSigningCertificateV2);
  if (first === undefined && second === undefined) {
    const message = 'The authority does not say which certificate it signed with.';
    throw new KitenError('codec/tsp-signing-certificate-missing', message);
  }
  return [first, second].filter((list) => list !== undefined);
}

/** The value of an attribute that has one, or undefined if there is no such attribute. */
function singleValue<Value>(
  { attributes }: SignerInfo,
  name: keyof typeof attributeOid,
  read: (reader: DerReader) => Value,
): Value | undefined {
  const attribute = attributes.find(({ oid }) => oid === attributeOid[name]);
  if (attribute === undefined) return undefined;
  const [value, ...others] = attribute.values;
  if (value === undefined || others.length > 0)
    throw new KitenError('codec/tsp-attribute-values', `The attribute ${name} has one value.`);
  return readDer(value, maximumBytes, read);
}
