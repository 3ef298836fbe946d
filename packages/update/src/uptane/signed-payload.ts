import { hash } from 'node:crypto';
import {
  algorithmOf,
  ecdsaRawToDer,
  KitenError,
  type Signer,
  toBase64,
  toHex,
  type Verify,
} from '@kiten/codec';
import { inOrder } from '../tuf/metadata/canonical-json.ts';
import { asFields, asList, type Fields, fieldsAt, member, textAt } from '../tuf/metadata/fields.ts';
import { hasHashes, parseHashes } from '../tuf/metadata/hashes.ts';
import { keyIdOf, keyObjectOf } from '../tuf/metadata/key.ts';
import { canonicalOf, parseMetadataJson } from '../tuf/metadata/metadata-json.ts';
import type { MetadataSignature, TufKey } from '../tuf/metadata/model.ts';
import { parseSignatures } from '../tuf/metadata/parse-signatures.ts';
import { parseRoleKeys } from '../tuf/metadata/role-keys.ts';
import { verifyThreshold } from '../tuf/metadata/verify-threshold.ts';
import { formsOf, legacySignatures } from './legacy-format.ts';
import { signedForm, type UptaneProfile } from './profile.ts';

interface PayloadSignature extends MetadataSignature {
  /** How it is signed: the scheme of a key. Absent in the legacy profile, which has other names for them. */
  readonly method?: string;
}

/** A payload and who signed it, not yet judged: what manifests, reports and the time come in. */
export interface SignedPayload {
  readonly signed: Fields;
  readonly signatures: readonly PayloadSignature[];
  readonly signedBytes: Uint8Array;
  /** The same in another form, which the signatures may be over instead: in the legacy profile alone. */
  readonly otherBytes?: Uint8Array;
}

/** A payload that was parsed, or one within another. */
export interface ParsedPayload {
  readonly file: Fields;
  /** Whether all of it is in the order of canonical JSON. */
  readonly isOrdered: boolean;
}

/** Parses the JSON of a payload that came from outside. @throws KitenError `codec/json-…`, `update/metadata-malformed`. */
export function parsePayload(bytes: Uint8Array, maxBytes: number): ParsedPayload {
  const { value, isOrdered } = parseMetadataJson(bytes, maxBytes);
  return { file: asFields(value, 'the file'), isOrdered };
}

/**
 * Takes a signed payload apart (Uptane 2.1 §5.4.2.1.1): each signature names key, method, and the hash of what is signed.
 *
 * @throws KitenError `update/uptane-payload-hash` when that hash is another one’s, `update/metadata-malformed`,
 * `update/signature-repeated`.
 */
export function readPayload({ file, isOrdered }: ParsedPayload, profile: UptaneProfile): SignedPayload {
  const signed = fieldsAt(file, 'signed');
  if (profile === 'legacy') return { signed, signatures: legacySignatures(file), ...formsOf(signed) };
  const signedBytes = canonicalOf({ isOrdered }, signed);
  const signatures = parseSignatures(file);
  const entries = asList(member(file, 'signatures'), 'signatures');
  const named = signatures.map((each, index) => {
    const entry = asFields(entries[index], 'signatures');
    checkHash(entry, signedBytes);
    return { ...each, method: textAt(entry, 'method') };
  });
  return { signed, signatures: named, signedBytes };
}

function checkHash(entry: Fields, signedBytes: Uint8Array): void {
  if (hasHashes(signedBytes, parseHashes(entry))) return;
  throw new KitenError(
    'update/uptane-payload-hash',
    'A signature is said to be over a payload with another hash.',
  );
}

/**
 * That enough of some keys signed a payload, each by the method that is its own.
 *
 * @param name whose payload it is, for the sentence of the refusal.
 * @throws KitenError `update/unsigned`, `update/threshold`.
 */
export function verifyPayload(
  payload: SignedPayload,
  {
    name,
    keys,
    threshold,
  }: { readonly name: string; readonly keys: readonly TufKey[]; readonly threshold: number },
  verify: Verify,
): void {
  const byId = new Map(keys.map((key) => [key.keyId, key]));
  const [only, ...others] = keys;
  // The ids of the legacy profile are labels: with one key there is no question whose a signature should be.
  const label = others.length === 0 ? only?.keyId : undefined;
  const signatures = payload.signatures
    .filter(({ keyId, method }) => method === undefined || method === byId.get(keyId)?.scheme)
    .map(({ method, ...each }) =>
      method === undefined && label !== undefined ? { ...each, keyId: label } : each,
    );
  const role = parseRoleKeys({ keyids: [...byId.keys()], threshold });
  verifyThreshold({ ...payload, signatures }, { name, keys: byId, ...role }, verify);
}

/** Signs a payload with the key of an ECU, or of a time server. @throws KitenError `update/key-unsupported`. */
export function signPayload(signed: Fields, signers: readonly Signer[], profile: UptaneProfile): Fields {
  const signedBytes = signedForm(signed, profile);
  const sha256 = hash('sha256', signedBytes, 'hex');
  const signatures = signers.map((signer) => {
    const key = keyObjectOf(signer.algorithm, signer.publicKey);
    const named = { keyid: keyIdOf({ ...key }), method: key.scheme };
    const signature = signatureOf(signer, signedBytes);
    return profile === 'legacy'
      ? { ...named, sig: toBase64(signature) }
      : { ...named, hashes: { sha256 }, sig: toHex(signature) };
  });
  return inOrder({ signatures, signed }) as Fields;
}

/** As metadata has it: of ECDSA in DER. */
export function signatureOf(signer: Signer, message: Uint8Array): Uint8Array {
  const raw = signer.sign(message);
  return algorithmOf(signer.algorithm).kind === 'ecdsa' ? ecdsaRawToDer(raw) : raw;
}
