import { KitenError } from '@kiten/codec';
import { parseDateTime } from './date-time.ts';
import { asFields, type Fields, fieldsAt, isFields, member, textAt, wholeAt } from './fields.ts';
import { type KeyReader, parseKeys } from './key.ts';
import { canonicalOf, parseMetadataJson } from './metadata-json.ts';
import type { CommonMetadata, MetadataOf, MetadataType, Signed } from './model.ts';
import { parseRoot } from './parse-root.ts';
import { parseSignatures } from './parse-signatures.ts';
import { parseSnapshot, parseTimestamp } from './parse-snapshot.ts';
import { parseTargets } from './parse-targets.ts';

const parsers = {
  root: parseRoot,
  timestamp: parseTimestamp,
  snapshot: parseSnapshot,
  targets: parseTargets,
};

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
  const parsed = parseMetadataJson(bytes, maxBytes);
  const file = asFields(parsed.value, 'the file');
  const signed = fieldsAt(file, 'signed');
  const metadata = parseSigned(type, signed);
  return { metadata, signatures: parseSignatures(file), signedBytes: canonicalOf(parsed, signed) };
}

/** The signed part of a metadata file, already parsed as JSON. @throws as {@link parseMetadata}. */
export function parseSigned<T extends MetadataType>(
  type: T,
  signed: Fields,
  readKeys: KeyReader = parseKeys,
): MetadataOf<T> {
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
  return parsers[type](signed, commonOf(signed), readKeys) as MetadataOf<T>;
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
  const custom = member(signed, 'custom');
  return {
    specVersion,
    version: wholeAt(signed, 'version', 1),
    expires: parseDateTime(textAt(signed, 'expires')),
    // The standard knows no such member, so that whatever it is may stand there.
    ...(isFields(custom) && { custom }),
  };
}
