import { algorithmOf, ecdsaRawToDer, type HashName } from '../../src/algorithms.ts';
import { concatBytes, fromHex } from '../../src/bytes.ts';
import { inSetOrder } from '../../src/der/set-of.ts';
import { writeDer } from '../../src/der/writer.ts';
import { signatureAlgorithmIdentifier } from '../../src/x509/algorithm-identifier.ts';
import { writeSerialNumber } from '../../src/x509/serial-number.ts';
import { element, sequence, set } from '../der/element.ts';
import type { Holder } from './certificates.ts';
import { hash } from './verification.ts';

const nothing = new Uint8Array(0);

export const oid = {
  signedData: '06092a864886f70d010702',
  timeStampInfo: '060b2a864886f70d0109100104',
  sha1: '06052b0e03021a',
  'SHA-256': '0609608648016503040201',
  'SHA-384': '0609608648016503040202',
  'SHA-512': '0609608648016503040203',
  contentType: '06092a864886f70d010903',
  messageDigest: '06092a864886f70d010904',
  signingTime: '06092a864886f70d010905',
  algorithmProtection: '06092a864886f70d010934',
  signingCertificate: '060b2a864886f70d010910020c',
  signingCertificateV2: '060b2a864886f70d010910022f',
} as const;

export const hashAlgorithm = (name: HashName, parameters = '') =>
  sequence(fromHex(oid[name]), fromHex(parameters));
export const digest = hash('SHA-256', fromHex('00')) as Uint8Array;
export const nonce = fromHex('1122334455667788');

/** The parts of a TSTInfo, each replaceable. */
export interface InfoParts {
  version?: Uint8Array;
  policy?: Uint8Array;
  imprint?: Uint8Array;
  serial?: Uint8Array;
  time?: Uint8Array;
  /** What follows the time. */
  tail?: Uint8Array;
}

/** A TSTInfo by hand (RFC 3161 §2.4.2). */
export const infoOf = (parts: InfoParts = {}): Uint8Array =>
  sequence(
    parts.version ?? element(2, [1]),
    parts.policy ?? fromHex('06032a0304'),
    parts.imprint ?? sequence(hashAlgorithm('SHA-256', '0500'), element(4, digest)),
    parts.serial ?? element(2, [7]),
    parts.time ?? element(0x18, '20260601120000Z'),
    parts.tail ?? element(2, nonce),
  );

export const attributeOf = (type: string, ...values: Uint8Array[]): Uint8Array =>
  sequence(fromHex(type), set(...values));

/** ESSCertIDv2 with the default hash (RFC 5035 §4). */
export const referenceTo = (der: Uint8Array, ...more: Uint8Array[]): Uint8Array =>
  sequence(element(4, hash('SHA-256', der) as Uint8Array), ...more);

export const signingCertificateV2 = (...references: Uint8Array[]): Uint8Array =>
  attributeOf(oid.signingCertificateV2, sequence(sequence(...references)));

/** The parts of a token, each replaceable: what an authority that follows the standards would never write. */
export interface TokenParts {
  info?: Uint8Array;
  /** Of the message. */
  version?: number;
  digestAlgorithms?: Uint8Array;
  encapsulated?: Uint8Array;
  /** The whole `[0]`, and what follows it. */
  certificates?: Uint8Array;
  /** The whole SET. */
  signers?: Uint8Array;
  signerVersion?: number;
  identifier?: Uint8Array;
  digestAlgorithm?: Uint8Array;
  /** Each whole; put in order unless `attributeSet` is given. */
  attributes?: readonly Uint8Array[];
  /** The contents of the SET OF. */
  attributeSet?: Uint8Array;
  signatureAlgorithm?: Uint8Array;
  signature?: Uint8Array;
  /** What follows the signature. */
  unsigned?: Uint8Array;
}

export const certificateSet = (...holders: readonly Holder[]): Uint8Array =>
  element(0xa0, ...holders.map(({ der }) => der));

export const digestOf = ({ key }: Holder): HashName => algorithmOf(key.signer.algorithm).hash ?? 'SHA-512';

/** What an authority signs by default, naming others besides its own certificate. */
export const attributesOf = (
  stamper: Holder,
  info: Uint8Array,
  others: readonly Holder[] = [],
): readonly Uint8Array[] => [
  attributeOf(oid.contentType, fromHex(oid.timeStampInfo)),
  attributeOf(oid.messageDigest, element(4, hash(digestOf(stamper), info) as Uint8Array)),
  signingCertificateV2(...[stamper, ...others].map(({ der }) => referenceTo(der))),
];

/** A token by hand, signed by `stamper`. */
export function tokenOf(stamper: Holder, parts: TokenParts = {}): Uint8Array {
  const info = parts.info ?? infoOf();
  const digestAlgorithm = parts.digestAlgorithm ?? hashAlgorithm(digestOf(stamper));
  return sequence(
    fromHex(oid.signedData),
    element(
      0xa0,
      sequence(
        element(2, [parts.version ?? 3]),
        parts.digestAlgorithms ?? set(digestAlgorithm),
        parts.encapsulated ?? sequence(fromHex(oid.timeStampInfo), element(0xa0, element(4, info))),
        parts.certificates ?? certificateSet(stamper),
        parts.signers ?? set(signerOf(stamper, parts)),
      ),
    ),
  );
}

export function signerOf(stamper: Holder, parts: TokenParts): Uint8Array {
  const { signer } = stamper.key;
  const info = parts.info ?? infoOf();
  const attributes =
    parts.attributeSet ?? concatBytes(...inSetOrder(parts.attributes ?? attributesOf(stamper, info)));
  const raw = signer.sign(element(0x31, attributes));
  const signature = algorithmOf(signer.algorithm).kind === 'ecdsa' ? ecdsaRawToDer(raw) : raw;
  return sequence(
    element(2, [parts.signerVersion ?? 1]),
    parts.identifier ?? issuerAndSerialNumber(stamper),
    parts.digestAlgorithm ?? hashAlgorithm(digestOf(stamper)),
    element(0xa0, attributes),
    parts.signatureAlgorithm ?? signatureAlgorithmIdentifier(signer.algorithm),
    parts.signature ?? element(4, signature),
    parts.unsigned ?? nothing,
  );
}

export const issuerAndSerialNumber = ({ certificate }: Holder): Uint8Array =>
  sequence(
    certificate.issuerDer,
    writeDer((writer) => writeSerialNumber(writer, certificate.serialNumber)),
  );
