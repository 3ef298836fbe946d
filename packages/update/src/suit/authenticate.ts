import {
  CborTag,
  type CborValue,
  coseHeader,
  decodeCbor,
  decodeMac0,
  decodeSign1,
  encodeMac0,
  encodeSign1,
  equalBytes,
  KitenError,
  type Mac,
  type MacName,
  publicKeyFits,
  type Signer,
  sign1Algorithm,
  toHex,
  type Verify,
  verifyMac0,
  verifySign1,
} from '@kiten/codec';
import type { SuitEnvelope } from './envelope.ts';
import { malformed, refusal } from './refusal.ts';

/** A key whose signatures count. */
export interface TrustedSigner {
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** The `kid` of its signatures, if they name one. */
  readonly keyIdentifier?: Uint8Array;
  /** What people call it. */
  readonly name?: string;
}

/** A secret shared with whoever makes manifests. */
export interface SharedKey {
  readonly secret: Uint8Array;
  readonly keyIdentifier?: Uint8Array;
  readonly name?: string;
}

/** Whose manifests are taken. */
export interface SuitTrust {
  readonly signers?: readonly TrustedSigner[];
  readonly sharedKeys?: readonly SharedKey[];
  /** How many distinct keys have to agree; 1 unless given. */
  readonly threshold?: number;
  readonly verify: Verify;
  /** Needed for shared keys. */
  readonly mac?: Mac;
}

/** Who vouches for a manifest. */
export interface SuitAuthentication {
  /** The keys, each once; at least as many as the threshold. */
  readonly signers: readonly (TrustedSigner | SharedKey)[];
}

const sign1Tag = 18;
const mac0Tag = 17;
/** COSE_Sign and COSE_Mac: allowed in an envelope, but what they say doesn't count here. */
const otherTags = [98, 97];

/**
 * Holds the signatures and authentication codes of an envelope against those who are trusted (draft-ietf-suit-manifest
 * §6.2, §8.3). Each key counts once, however often it signs and under however many names it is trusted. What is by
 * nobody who is trusted, or by an algorithm that isn't known here, doesn't count and doesn't spoil the rest.
 *
 * @throws KitenError `update/suit-unsigned`, `update/suit-signature-invalid` if nothing holds,
 * `update/suit-below-threshold` if too little does, `update/suit-threshold-invalid`.
 */
export function authenticateEnvelope(envelope: SuitEnvelope, trust: SuitTrust): SuitAuthentication {
  const { threshold = 1 } = trust;
  if (!Number.isSafeInteger(threshold) || threshold < 1) {
    throw refusal('update/suit-threshold-invalid', `A threshold is a whole number from 1, not ${threshold}.`);
  }
  if (envelope.authentications.length === 0) {
    throw refusal('update/suit-unsigned', 'Nobody has signed the manifest.');
  }
  const signers = new Map<string, TrustedSigner | SharedKey>();
  for (const octets of envelope.authentications) {
    const found = signerOf(octets, envelope.digestOctets, trust);
    if (found !== undefined) signers.set(keyOf(found), found);
  }
  if (signers.size >= threshold) return { signers: [...signers.values()] };
  if (signers.size === 0)
    throw refusal('update/suit-signature-invalid', 'No signature of the manifest is by a trusted key.');
  throw refusal(
    'update/suit-below-threshold',
    `${signers.size} of the trusted keys have signed the manifest; it takes ${threshold}.`,
    { signed: signers.size, threshold },
  );
}

/** Adds the signature of one more key (COSE_Sign1, detached). The header may name a `kid`. */
export function signEnvelope(
  envelope: SuitEnvelope,
  signer: Signer,
  options: { readonly keyIdentifier?: Uint8Array; readonly fullySpecified?: number } = {},
): SuitEnvelope {
  const { keyIdentifier, fullySpecified } = options;
  const protectedHeader = new Map<CborValue, CborValue>();
  if (fullySpecified !== undefined) protectedHeader.set(coseHeader.algorithm, fullySpecified);
  const unprotectedHeader = identified(keyIdentifier);
  const block = encodeSign1(
    { protectedHeader, unprotectedHeader, payload: envelope.digestOctets, detached: true },
    signer,
  );
  return { ...envelope, authentications: [...envelope.authentications, block] };
}

/** Adds an authentication code under a shared key (COSE_Mac0, detached). */
export function authenticateWithSecret(
  envelope: SuitEnvelope,
  algorithm: MacName,
  { secret, keyIdentifier }: SharedKey,
  mac: Mac,
): SuitEnvelope {
  const unprotectedHeader = identified(keyIdentifier);
  const block = encodeMac0(
    { algorithm, unprotectedHeader, payload: envelope.digestOctets, detached: true },
    mac,
    secret,
  );
  return { ...envelope, authentications: [...envelope.authentications, block] };
}

const identified = (keyIdentifier: Uint8Array | undefined) =>
  new Map<CborValue, CborValue>(keyIdentifier && [[coseHeader.keyIdentifier, keyIdentifier]]);

const keyOf = (key: TrustedSigner | SharedKey): string =>
  'secret' in key ? `secret ${toHex(key.secret)}` : toHex(key.publicKey);

function signerOf(
  octets: Uint8Array,
  payload: Uint8Array,
  trust: SuitTrust,
): TrustedSigner | SharedKey | undefined {
  try {
    const tag = tagOf(octets);
    if (tag === sign1Tag) return signedBy(octets, payload, trust);
    if (tag === mac0Tag) return authenticatedBy(octets, payload, trust);
    if (typeof tag === 'number' && otherTags.includes(tag)) return undefined;
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    if (error.code === 'codec/cose-algorithm-unknown') return undefined;
    throw refusal(
      'update/suit-authentication-malformed',
      `A signature cannot be read: ${error.message}`,
      {},
      error,
    );
  }
  throw malformed('The authentication wrapper has something that is no COSE message.');
}

function tagOf(octets: Uint8Array): number | bigint | undefined {
  const decoded = decodeCbor(octets);
  return decoded instanceof CborTag ? decoded.tag : undefined;
}

function signedBy(octets: Uint8Array, payload: Uint8Array, trust: SuitTrust): TrustedSigner | undefined {
  const message = decodeSign1(octets);
  const algorithm = sign1Algorithm(message);
  const candidates = candidatesFor(message, trust.signers ?? []);
  return candidates.find(
    ({ publicKey }) =>
      publicKeyFits(algorithm, publicKey) && verifySign1(message, trust.verify, publicKey, { payload }),
  );
}

function authenticatedBy(octets: Uint8Array, payload: Uint8Array, trust: SuitTrust): SharedKey | undefined {
  const { mac, sharedKeys = [] } = trust;
  if (mac === undefined) return undefined;
  const message = decodeMac0(octets);
  return candidatesFor(message, sharedKeys).find(({ secret }) => verifyMac0(message, mac, secret, payload));
}

/** Those with the `kid` that the message names, or all if it names none that is known. */
function candidatesFor<Key extends { readonly keyIdentifier?: Uint8Array }>(
  message: {
    readonly protectedHeader: Map<CborValue, CborValue>;
    readonly unprotectedHeader: Map<CborValue, CborValue>;
  },
  keys: readonly Key[],
): readonly Key[] {
  const { keyIdentifier } = coseHeader;
  const kid = message.protectedHeader.get(keyIdentifier) ?? message.unprotectedHeader.get(keyIdentifier);
  if (!(kid instanceof Uint8Array)) return keys;
  const named = keys.filter(({ keyIdentifier: known }) => known !== undefined && equalBytes(known, kid));
  return named.length > 0 ? named : keys;
}
