import { decodeUtf8, KitenError, parseJsonStrict } from '@kiten/codec';
import { canonicalMetadata } from './canonical-json.ts';
import { parseDateTime } from './date-time.ts';
import { asFields, asList, type Fields, fieldsAt, member, textAt, wholeAt } from './fields.ts';
import type { CommonMetadata, Metadata, MetadataSignature, MetadataType, Signed } from './model.ts';
import { parseRoot } from './parse-root.ts';
import { parseSnapshot, parseTimestamp } from './parse-snapshot.ts';
import { parseTargets } from './parse-targets.ts';

const parsers = {
  root: parseRoot,
  timestamp: parseTimestamp,
  snapshot: parseSnapshot,
  targets: parseTargets,
};

type MetadataOf<T extends MetadataType> = Extract<Metadata, { readonly type: T }>;

/**
 * Reads a metadata file (TUF §4) that should be of one type. Strict JSON, bounded; members that the standard doesn't
 * know are allowed, and signed like the others. No signature is checked.
 *
 * @param maxBytes how long the file may be, in octets.
 * @throws KitenError `update/metadata-malformed`, `update/metadata-type`, `update/spec-version`,
 * `update/threshold-invalid`, `update/key-id-mismatch`, `update/key-id-repeated`, `update/signature-repeated`,
 * `update/role-name`, `update/role-repeated`, `update/canonical-number`, or `codec/json-…`, `codec/utf8-malformed`.
 */
export function parseMetadata<T extends MetadataType>(
  type: T,
  bytes: Uint8Array,
  maxBytes: number,
): Signed<MetadataOf<T>> {
  const file = asFields(parseJsonStrict(decodeUtf8(bytes), { maxBytes }), 'the file');
  const signed = fieldsAt(file, 'signed');
  const found = textAt(signed, '_type');
  if (found !== type) {
    throw new KitenError(
      'update/metadata-type',
      `This is metadata of type ${found.slice(0, 40)}, not ${type}.`,
      {
        detail: { expected: type, found },
      },
    );
  }
  const metadata = parsers[type](signed, commonOf(signed)) as MetadataOf<T>;
  return { metadata, signatures: signaturesOf(file), signedBytes: canonicalMetadata(signed) };
}

function commonOf(signed: Fields): CommonMetadata {
  const specVersion = textAt(signed, 'spec_version');
  // Another major version may mean something else by the same words (TUF §4.3).
  if (!/^1(\.\d{1,9}){1,2}$/.test(specVersion)) {
    throw new KitenError(
      'update/spec-version',
      `The metadata is written to version ${specVersion.slice(0, 40)} of TUF; this client reads version 1.`,
    );
  }
  return {
    specVersion,
    version: wholeAt(signed, 'version', 1),
    expires: parseDateTime(textAt(signed, 'expires')),
  };
}

function signaturesOf(file: Fields): readonly MetadataSignature[] {
  const seen = new Set<string>();
  return asList(member(file, 'signatures'), 'signatures').map((entry) => {
    const fields = asFields(entry, 'signatures');
    const keyId = textAt(fields, 'keyid');
    if (seen.has(keyId)) {
      throw new KitenError('update/signature-repeated', 'Two signatures are under one key id.', {
        detail: { keyId },
      });
    }
    seen.add(keyId);
    return { keyId, signature: textAt(fields, 'sig') };
  });
}
