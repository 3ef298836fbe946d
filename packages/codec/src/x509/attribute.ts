import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { readSetOf } from '../der/set-of.ts';
import { derTag } from '../der/tags.ts';
import { type DerWriter, writeDer } from '../der/writer.ts';

/** An attribute of a certification request (RFC 2986 §4.1). */
export interface Attribute {
  /** Dotted. */
  readonly oid: string;
  /** The DER of each value; at least one. */
  readonly values: readonly Uint8Array[];
}

const maximumAttributes = 64;

/** Reads `Attributes`, the contents of a SET OF: each identifier once, each with at least one value. */
export function readAttributes(set: DerReader): readonly Attribute[] {
  const seen = new Set<string>();
  return readSetOf(set, (reader) => {
    const start = reader.offset;
    const attribute = readAttribute(reader);
    if (seen.has(attribute.oid)) {
      throw refusal('codec/x509-attribute-twice', `Attribute ${attribute.oid} stands twice.`, start);
    }
    seen.add(attribute.oid);
    if (seen.size > maximumAttributes) {
      throw refusal('codec/x509-attributes-too-many', `More than ${maximumAttributes} attributes.`, start);
    }
    return attribute;
  });
}

function readAttribute(reader: DerReader): Attribute {
  const attribute = reader.sequence();
  const oid = attribute.objectIdentifier();
  const start = attribute.offset;
  const values = readSetOf(attribute.set(), (set) => set.any());
  attribute.finish();
  if (values.length === 0)
    throw refusal('codec/x509-attribute-empty', 'An attribute has at least one value.', start);
  return { oid, values };
}

/** Writes them as the contents of `[0] IMPLICIT SET OF`. */
export function writeAttributes(writer: DerWriter, tag: number, attributes: readonly Attribute[]): void {
  const elements = attributes.map(({ oid, values }) =>
    writeDer((inner) => {
      const attribute = inner.begin(derTag.sequence);
      inner.objectIdentifier(oid);
      inner.setOf(values);
      inner.end(attribute);
    }),
  );
  writer.setOf(elements, tag);
}
