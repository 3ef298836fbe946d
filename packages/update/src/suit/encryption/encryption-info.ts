import { type CborMap, CborTag, type CborValue, coseHeader, encodeCbor } from '@kiten/codec';
import { asBytes, asList, asMap, decodeItem } from '../read.ts';
import { malformed, refusal } from '../refusal.ts';
import { type ContentAlgorithm, contentAlgorithms } from './content-algorithms.ts';

const encryptTag = 96;
/** The draft's own examples sort no header; whatever the order, the manifest's signature is over it. */
const anyOrder = { deterministic: false } as const;
const initializationVector = 5;
const maxRecipients = 1024;

/** One of those who can come by the content key (COSE_recipient, RFC 9052 §5.1). */
export interface EncryptionRecipient {
  readonly protectedOctets: Uint8Array;
  readonly protectedHeader: CborMap;
  readonly unprotectedHeader: CborMap;
  /** The content key, wrapped. */
  readonly wrappedKey: Uint8Array;
}

/** SUIT_Encryption_Info (draft-ietf-suit-firmware-encryption): a COSE_Encrypt whose ciphertext is elsewhere. */
export interface EncryptionInfo {
  readonly algorithm: ContentAlgorithm;
  /** Authenticated along if the algorithm authenticates anything. */
  readonly protectedOctets: Uint8Array;
  readonly initializationVector: Uint8Array;
  readonly recipients: readonly EncryptionRecipient[];
}

/**
 * @throws KitenError `update/suit-encryption-unsupported` for an algorithm that isn't known here, or what its form is
 * refused with.
 */
export function readEncryptionInfo(octets: Uint8Array): EncryptionInfo {
  const what = 'The encryption info';
  const tagged = decodeItem(what, octets, anyOrder);
  if (!(tagged instanceof CborTag) || tagged.tag !== encryptTag)
    throw malformed(`${what} is no COSE_Encrypt.`);
  const [first, second, ciphertext, last, ...others] = asList(what, tagged.value);
  if (others.length > 0 || ciphertext !== null)
    throw malformed(`${what} is not of four, the ciphertext detached.`);
  const protectedOctets = asBytes(what, first);
  const protectedHeader = headerOf(what, protectedOctets);
  const unprotectedHeader = asMap(what, second);
  const label = single(what, protectedHeader, unprotectedHeader, coseHeader.algorithm);
  const algorithm = contentAlgorithms.find((known) => known.label === label);
  if (algorithm === undefined) {
    throw refusal(
      'update/suit-encryption-unsupported',
      'The payload is encrypted with an algorithm that is not known here.',
      { label },
    );
  }
  if (algorithm.mode !== 'gcm' && protectedOctets.length > 0) {
    throw malformed(`${what} protects a header that its algorithm cannot authenticate.`);
  }
  const iv = asBytes(what, single(what, protectedHeader, unprotectedHeader, initializationVector));
  if (algorithm.mode === 'gcm' ? iv.length < 12 || iv.length > 16 : iv.length !== 16) {
    throw malformed(`${what} has an initialization vector of a wrong length.`);
  }
  const recipients = asList(what, last);
  if (recipients.length === 0 || recipients.length > maxRecipients) {
    throw malformed(`${what} is for none, or for more than ${maxRecipients} recipients.`);
  }
  return {
    algorithm,
    protectedOctets: protectedHeader.size === 0 ? new Uint8Array(0) : protectedOctets,
    initializationVector: iv,
    recipients: recipients.map(readRecipient),
  };
}

export function encodeEncryptionInfo(info: EncryptionInfo): Uint8Array {
  const authenticates = info.algorithm.mode === 'gcm';
  const unprotected: CborMap = new Map<CborValue, CborValue>([
    [initializationVector, info.initializationVector],
  ]);
  if (!authenticates) unprotected.set(coseHeader.algorithm, info.algorithm.label);
  const recipients = info.recipients.map(({ protectedOctets, unprotectedHeader, wrappedKey }) => [
    protectedOctets,
    unprotectedHeader,
    wrappedKey,
  ]);
  return encodeCbor(new CborTag(encryptTag, [info.protectedOctets, unprotected, null, recipients]));
}

function readRecipient(value: CborValue): EncryptionRecipient {
  const what = 'A recipient of the encryption info';
  const [first, second, third, ...others] = asList(what, value);
  if (others.length > 0) throw malformed(`${what} has recipients of its own.`);
  const octets = asBytes(what, first);
  const protectedHeader = headerOf(what, octets);
  return {
    // An empty map counts as if it had been left out (RFC 9052 §5.3).
    protectedOctets: protectedHeader.size === 0 ? new Uint8Array(0) : octets,
    protectedHeader,
    unprotectedHeader: asMap(what, second),
    wrappedKey: asBytes(what, third),
  };
}

const headerOf = (what: string, octets: Uint8Array): CborMap =>
  octets.length === 0 ? new Map() : asMap(what, decodeItem(what, octets, anyOrder));

/** A header parameter that stands in one of the two headers, not in both (RFC 9052 §3). */
export function single(
  what: string,
  protectedHeader: CborMap,
  unprotectedHeader: CborMap,
  label: number,
): CborValue {
  if (protectedHeader.has(label) && unprotectedHeader.has(label)) {
    throw malformed(`${what} has the header parameter ${label} twice.`);
  }
  return protectedHeader.has(label) ? protectedHeader.get(label) : unprotectedHeader.get(label);
}
