import { hash } from 'node:crypto';
import {
  algorithmOf,
  decodeUtf8,
  ecdsaRawToDer,
  KitenError,
  parseJsonStrict,
  type Signer,
  toBase64,
  toHex,
} from '@kiten/codec';
import {
  asFields,
  asList,
  type Fields,
  fieldsAt,
  malformed,
  member,
  textAt,
} from '../tuf/metadata/fields.ts';
import { hasHashes, parseHashes } from '../tuf/metadata/hashes.ts';
import { keyIdOf, keyObjectOf } from '../tuf/metadata/key.ts';
import type { MetadataSignature } from '../tuf/metadata/model.ts';
import { parseSignatures } from '../tuf/metadata/parse-signatures.ts';
import { hexOfBase64 } from './legacy-format.ts';
import { signedForm, type UptaneProfile } from './profile.ts';

/** A payload and who signed it, not yet judged: what manifests, reports and the time come in. */
export interface SignedPayload {
  readonly signed: Fields;
  readonly signatures: readonly MetadataSignature[];
  readonly signedBytes: Uint8Array;
}

/** Parses the JSON of a payload that came from outside. @throws KitenError `codec/json-…`, `update/metadata-malformed`. */
export function parsePayload(bytes: Uint8Array, maxBytes: number): Fields {
  return asFields(parseJsonStrict(decodeUtf8(bytes), { maxBytes }), 'the file');
}

/**
 * Takes a signed payload apart (Uptane 2.1 §5.4.2.1.1): each signature names key, method, and the hash of what is signed.
 *
 * @throws KitenError `update/uptane-payload-hash` when that hash is another one’s, `update/metadata-malformed`,
 * `update/signature-repeated`.
 */
export function readPayload(file: Fields, profile: UptaneProfile): SignedPayload {
  const signed = fieldsAt(file, 'signed');
  const signedBytes = signedForm(signed, profile);
  const signatures = parseSignatures(file);
  if (profile === 'legacy') {
    const inHex = signatures.map((each) => ({ ...each, signature: hexOfBase64(each.signature) }));
    return { signed, signatures: inHex, signedBytes };
  }
  for (const entry of asList(member(file, 'signatures'), 'signatures'))
    checkHash(asFields(entry, 'signatures'), signedBytes);
  return { signed, signatures, signedBytes };
}

function checkHash(entry: Fields, signedBytes: Uint8Array): void {
  if (textAt(entry, 'method') === '') throw malformed('method', 'names how it is signed');
  if (hasHashes(signedBytes, parseHashes(entry))) return;
  throw new KitenError(
    'update/uptane-payload-hash',
    'A signature is said to be over a payload with another hash.',
  );
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
  return { signatures, signed };
}

/** As metadata has it: of ECDSA in DER. */
export function signatureOf(signer: Signer, message: Uint8Array): Uint8Array {
  const raw = signer.sign(message);
  return algorithmOf(signer.algorithm).kind === 'ecdsa' ? ecdsaRawToDer(raw) : raw;
}
