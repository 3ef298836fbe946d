import {
  type AlgorithmName,
  canonicalJson,
  decodeUtf8,
  encodeUtf8,
  equalBytes,
  fromBase64,
  KitenError,
  parseJsonStrict,
  toHex,
} from '@kiten/codec';
import { canonicalMetadata } from '../tuf/metadata/canonical-json.ts';
import { asFields, asList, type Fields, fieldsAt, member, textAt } from '../tuf/metadata/fields.ts';
import type { MetadataFormat } from '../tuf/metadata/format.ts';
import { keyUnder } from '../tuf/metadata/key.ts';
import type { MetadataSignature, MetadataType, TufKeys } from '../tuf/metadata/model.ts';
import { parseSigned } from '../tuf/metadata/parse-metadata.ts';
import { parseSignatures } from '../tuf/metadata/parse-signatures.ts';

/**
 * Metadata as aktualizr and the servers that it speaks to write it, and as the reference implementation of Uptane and the
 * test vectors of both do, brought into the standard’s form and judged as such. Signatures are in base64 or hexadecimal,
 * over plain sorted JSON or over OLPC’s form, which differ in control characters alone; lengths and hashes are of that
 * form of a file, or of the file. A key id is a label here that nobody recomputes; what counts for a threshold is distinct
 * keys all the same.
 */
export const legacyFormat: MetadataFormat = {
  read(type, bytes, maxBytes) {
    const file = parseFile(bytes, maxBytes);
    const signed = fieldsAt(file, 'signed');
    return {
      metadata: parseSigned(type, inStandardForm(type, signed), labelledKeys),
      signatures: legacySignatures(file),
      ...formsOf(signed),
    };
  },
  described(bytes) {
    const { signedBytes, otherBytes } = formsOf(parseFile(bytes, bytes.length));
    return otherBytes === undefined ? [signedBytes, bytes] : [signedBytes, bytes, otherBytes];
  },
  boundsFile: false,
};

/** What is signed, in each form that it may be signed in. */
export function formsOf(signed: Fields): {
  readonly signedBytes: Uint8Array;
  readonly otherBytes?: Uint8Array;
} {
  const signedBytes = encodeUtf8(canonicalJson(signed));
  const otherBytes = canonicalMetadata(signed);
  return equalBytes(signedBytes, otherBytes) ? { signedBytes } : { signedBytes, otherBytes };
}

/** With the method that a signature names, where the kind of key leaves it open. */
export function legacySignatures(file: Fields): readonly MetadataSignature[] {
  const entries = asList(member(file, 'signatures'), 'signatures');
  return parseSignatures(file).map(({ keyId, signature }, index) => {
    const method = String(member(asFields(entries[index], 'signatures'), 'method')).toLowerCase();
    const algorithm = Object.hasOwn(algorithmOfMethod, method) ? algorithmOfMethod[method] : undefined;
    return { keyId, signature: hexOf(signature), ...(algorithm !== undefined && { algorithm }) };
  });
}

const algorithmOfMethod: Readonly<Record<string, AlgorithmName>> = {
  'rsassa-pss-sha512': 'PS512',
  'rsassa-pss-sha384': 'PS384',
};

const parseFile = (bytes: Uint8Array, maxBytes: number): Fields =>
  asFields(parseJsonStrict(decodeUtf8(bytes), { maxBytes }), 'the file');

/** `Root`, `Targets` and so on. */
export const legacyType = (type: MetadataType): string => `${type[0]!.toUpperCase()}${type.slice(1)}`;

/** A signature that can’t be read is one that doesn’t hold. */
function hexOf(text: string): string {
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) return text;
  try {
    return toHex(fromBase64(text));
  } catch (error) {
    if (error instanceof KitenError) return '';
    throw error;
  }
}

function inStandardForm(type: MetadataType, signed: Fields): Fields {
  const found = textAt(signed, '_type');
  const expected = legacyType(type);
  if (found === expected) {
    return {
      spec_version: '1.0',
      ...signed,
      _type: type,
      ...(type === 'root' && { roles: allRoles(signed) }),
    };
  }
  throw new KitenError(
    'update/metadata-type',
    `This is metadata of type ${found.slice(0, 40)}, not ${expected}.`,
    { detail: { expected, found } },
  );
}

/** The Director of aktualizr has root and targets alone: for the other roles nobody signs. */
function allRoles(signed: Fields): Fields {
  const nobody = { keyids: [], threshold: 1 };
  return { snapshot: nobody, timestamp: nobody, ...fieldsAt(signed, 'roles') };
}

/** What a kind of key signs with where no scheme is named. */
const schemeOf: Readonly<Record<string, string>> = {
  rsa: 'rsassa-pss-sha256',
  ed25519: 'ed25519',
  ecdsa: 'ecdsa-sha2-nistp256',
};

function labelledKeys(fields: Fields): TufKeys {
  return new Map(
    Object.entries(fieldsAt(fields, 'keys')).map(([label, value]) => {
      const key = asFields(value, 'keys');
      const keyType = textAt(key, 'keytype').toLowerCase();
      const scheme = member(key, 'scheme') ?? (Object.hasOwn(schemeOf, keyType) ? schemeOf[keyType] : '');
      const spoken = member(fieldsAt(key, 'keyval'), 'public');
      // The vectors have a line feed behind each key.
      return [
        label,
        keyUnder(label, keyType, String(scheme), typeof spoken === 'string' ? spoken.trim() : spoken),
      ];
    }),
  );
}
