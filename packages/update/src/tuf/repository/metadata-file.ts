import {
  algorithmOf,
  decodeUtf8,
  ecdsaRawToDer,
  encodeUtf8,
  equalBytes,
  parseJsonStrict,
  type Signer,
  toHex,
} from '@kiten/codec';
import { canonicalMetadata, inOrder } from '../metadata/canonical-json.ts';
import { asFields, asList, type Fields, fieldsAt, member, textAt } from '../metadata/fields.ts';
import { keyIdOf, keyObjectOf, parseKeys } from '../metadata/key.ts';

/** A signature as a file has it. */
interface WrittenSignature {
  readonly keyid: string;
  readonly sig: string;
}

/** A metadata file as it is written: what is said, and the signatures so far. It is passed from holder to holder. */
export interface MetadataFile {
  readonly signed: Fields;
  readonly signatures: readonly WrittenSignature[];
}

/** Longer than any file that a client takes. */
const maxBytes = 64 * 1024 * 1024;

/** @throws KitenError `update/metadata-malformed`, `codec/json-…`, `codec/utf8-malformed`. */
export function readMetadataFile(bytes: Uint8Array): MetadataFile {
  const file = asFields(parseJsonStrict(decodeUtf8(bytes), { maxBytes }), 'the file');
  const signatures = asList(member(file, 'signatures'), 'signatures').map((entry) => {
    const fields = asFields(entry, 'signatures');
    return { keyid: textAt(fields, 'keyid'), sig: textAt(fields, 'sig') };
  });
  return { signed: fieldsAt(file, 'signed'), signatures };
}

/** Not in canonical JSON: that has line feeds within strings, which JSON hasn't. But in its order. */
export function writeMetadataFile({ signatures, signed }: MetadataFile): Uint8Array {
  return encodeUtf8(`${JSON.stringify(inOrder({ signatures, signed }), undefined, 1)}\n`);
}

/**
 * Adds a holder’s signature to a file, in place of an earlier one by the same key. Whether it counts is for those to say
 * who delegate to the role.
 *
 * @throws KitenError `update/key-unsupported`, `update/canonical-number`.
 */
export function signMetadata(file: MetadataFile, signer: Signer): MetadataFile {
  const keyid = keyIdWithin(file.signed, signer);
  const raw = signer.sign(canonicalMetadata(file.signed));
  const sig = toHex(algorithmOf(signer.algorithm).kind === 'ecdsa' ? ecdsaRawToDer(raw) : raw);
  const others = file.signatures.filter((signature) => signature.keyid !== keyid);
  return { signed: file.signed, signatures: [...others, { keyid, sig }] };
}

/** A root lists its own keys, perhaps with more to say of them and so under another id. */
function keyIdWithin(signed: Fields, signer: Signer): string {
  const listed = member(signed, '_type') === 'root' ? parseKeys(signed) : new Map<string, never>();
  for (const { keyId, material } of listed.values()) {
    if (material !== undefined && equalBytes(material.publicKey, signer.publicKey)) return keyId;
  }
  return keyIdOf({ ...keyObjectOf(signer.algorithm, signer.publicKey) });
}
