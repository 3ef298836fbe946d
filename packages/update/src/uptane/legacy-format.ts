import {
  canonicalJson,
  decodeUtf8,
  encodeUtf8,
  fromBase64,
  KitenError,
  parseJsonStrict,
  toHex,
} from '@kiten/codec';
import { asFields, type Fields, fieldsAt, member, textAt } from '../tuf/metadata/fields.ts';
import type { MetadataFormat } from '../tuf/metadata/format.ts';
import { keyUnder } from '../tuf/metadata/key.ts';
import type { MetadataType, TufKeys } from '../tuf/metadata/model.ts';
import { parseSigned } from '../tuf/metadata/parse-metadata.ts';
import { parseSignatures } from '../tuf/metadata/parse-signatures.ts';

/**
 * Metadata as aktualizr and the servers that it speaks to write it, brought into the standard’s form and judged as such. A
 * key id is a label here that nobody recomputes; what counts for a threshold is distinct keys all the same.
 */
export const legacyFormat: MetadataFormat = {
  read(type, bytes, maxBytes) {
    const file = parseFile(bytes, maxBytes);
    const signed = fieldsAt(file, 'signed');
    return {
      metadata: parseSigned(type, inStandardForm(type, signed), labelledKeys),
      signatures: parseSignatures(file).map((each) => ({ ...each, signature: hexOfBase64(each.signature) })),
      signedBytes: encodeUtf8(canonicalJson(signed)),
    };
  },
  described: (bytes) => encodeUtf8(canonicalJson(parseFile(bytes, bytes.length))),
  boundsFile: false,
};

const parseFile = (bytes: Uint8Array, maxBytes: number): Fields =>
  asFields(parseJsonStrict(decodeUtf8(bytes), { maxBytes }), 'the file');

/** `Root`, `Targets` and so on. */
export const legacyType = (type: MetadataType): string => `${type[0]!.toUpperCase()}${type.slice(1)}`;

/** A signature that can’t be read is one that doesn’t hold. */
export function hexOfBase64(text: string): string {
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
  if (found === expected) return { spec_version: '1.0', ...signed, _type: type };
  throw new KitenError(
    'update/metadata-type',
    `This is metadata of type ${found.slice(0, 40)}, not ${expected}.`,
    { detail: { expected, found } },
  );
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
      return [label, keyUnder(label, keyType, String(scheme), spoken)];
    }),
  );
}
