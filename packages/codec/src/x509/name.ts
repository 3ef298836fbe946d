import { isPrintable } from '../der/character-string.ts';
import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { readSetOf } from '../der/set-of.ts';
import { derTag } from '../der/tags.ts';
import { type DerWriter, writeDer } from '../der/writer.ts';
import { KitenError } from '../error.ts';
import { type AttributeShortName, attributeShortName, attributeType } from './attribute-types.ts';

export interface NameAttribute {
  /** A short name (`CN`, `O`, …) where there is one, else the dotted object identifier. */
  readonly type: AttributeShortName | `${0 | 1 | 2}.${string}`;
  readonly value: string;
  /** True when it stands in one relative distinguished name with the attribute before it (`+` in RFC 4514). */
  readonly joined?: true;
}

/** A distinguished name, most significant part first, as it is encoded (RFC 5280 §4.1.2.4). */
export type Name = readonly NameAttribute[];

const maximumAttributes = 64;
const maximumCharacters = 1024;

/** Reads a Name. String types: UTF8, Printable, IA5, Numeric, Visible, BMP, and TeletexString where unambiguous. */
export function readName(reader: DerReader): Name {
  const name: NameAttribute[] = [];
  const relativeNames = reader.sequence();
  while (!relativeNames.done) {
    const start = relativeNames.offset;
    const set = relativeNames.set();
    if (set.done)
      throw refusal('codec/x509-name-empty-set', 'A relative distinguished name is never empty.', start);
    const [first, ...others] = readSetOf(set, readAttribute);
    name.push(first!);
    for (const other of others) name.push({ ...other, joined: true });
    if (name.length > maximumAttributes) {
      throw refusal('codec/x509-name-too-long', `A name of over ${maximumAttributes} attributes.`, start);
    }
  }
  return name;
}

function readAttribute(set: DerReader): NameAttribute {
  const attribute = set.sequence();
  const oid = attribute.objectIdentifier();
  const start = attribute.offset;
  const value = attribute.text();
  attribute.finish();
  checkValue(value, start);
  if (value.length > maximumCharacters) {
    throw refusal('codec/x509-name-too-long', `An attribute of over ${maximumCharacters} characters.`, start);
  }
  return { type: attributeShortName(oid) ?? (oid as `2.${string}`), value };
}

/** Control characters, NUL before all, have made two readers of one name see different names. */
function checkValue(value: string, offset: number): void {
  if (value === '') throw refusal('codec/x509-name-value', 'An attribute of a name is never empty.', offset);
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) {
      throw refusal('codec/x509-name-character', 'A name has a control character.', offset);
    }
  }
}

/**
 * The DER of a name: PrintableString or IA5String where the attribute demands it, UTF8String otherwise.
 *
 * @throws KitenError `codec/x509-name-value` for a value that is empty, too long or not of the attribute's type,
 * `codec/x509-name-character`, `codec/x509-name-joined`, `codec/der-oid-malformed`.
 */
export function encodeName(name: Name): Uint8Array {
  return writeDer((writer) => writeName(writer, name));
}

/** Writes a name, or one that is DER already. */
export function writeName(writer: DerWriter, name: Name | Uint8Array): void {
  if (name instanceof Uint8Array) {
    writer.raw(name);
    return;
  }
  if (name[0]?.joined)
    throw new KitenError('codec/x509-name-joined', 'The first attribute has none to be joined to.');
  const sequence = writer.begin(derTag.sequence);
  for (let index = 0; index < name.length; index += 1) {
    const first = name[index]!;
    if (name[index + 1]?.joined) {
      const end = name.findIndex((attribute, at) => at > index && !attribute.joined);
      const members = name.slice(index, end < 0 ? name.length : end);
      writer.setOf(members.map((attribute) => writeDer((inner) => writeAttribute(inner, attribute))));
      index += members.length - 1;
    } else {
      const set = writer.begin(derTag.set);
      writeAttribute(writer, first);
      writer.end(set);
    }
  }
  writer.end(sequence);
}

function writeAttribute(writer: DerWriter, { type, value }: NameAttribute): void {
  const { oid, string, maximum } = attributeType(type);
  checkValue(value, 0);
  if (value.length > maximum || (oid === '2.5.4.6' && value.length !== 2)) {
    throw new KitenError(
      'codec/x509-name-value',
      `${type} has at most ${maximum} characters, and a country two.`,
    );
  }
  const sequence = writer.begin(derTag.sequence);
  writer.objectIdentifier(oid);
  if (string === 'utf8') writer.utf8String(value);
  else if (string === 'ia5') writer.ascii(derTag.ia5String, value);
  else if (isPrintable(value)) writer.ascii(derTag.printableString, value);
  else throw new KitenError('codec/x509-name-value', `${type} has characters outside PrintableString.`);
  writer.end(sequence);
}
