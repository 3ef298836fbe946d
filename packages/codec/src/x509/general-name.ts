import { equalBytes } from '../bytes.ts';
import { refusal } from '../der/der-error.ts';
import { DerReader } from '../der/reader.ts';
import { contextConstructed, contextPrimitive } from '../der/tags.ts';
import type { DerWriter } from '../der/writer.ts';
import { KitenError } from '../error.ts';
import { type Name, readName, writeName } from './name.ts';

/** A GeneralName (RFC 5280 §4.2.1.6). `der` is the whole element, context tag included. */
export type GeneralName =
  | { readonly kind: 'dns' | 'uri' | 'email'; readonly value: string }
  /** Four octets for IPv4, sixteen for IPv6, in network order. */
  | { readonly kind: 'ip'; readonly bytes: Uint8Array }
  | { readonly kind: 'directory'; readonly name: Name; readonly der: Uint8Array }
  /** otherName, x400Address, ediPartyName or registeredID, as they came. */
  | { readonly kind: 'other'; readonly der: Uint8Array };

/** What to write: of a directory name, the name will do. */
export type GeneralNameInput =
  | Exclude<GeneralName, { kind: 'directory' }>
  | { kind: 'directory'; name: Name };

const tags = {
  otherName: contextConstructed(0),
  email: contextPrimitive(1),
  dns: contextPrimitive(2),
  x400Address: contextConstructed(3),
  directory: contextConstructed(4),
  ediPartyName: contextConstructed(5),
  uri: contextPrimitive(6),
  ip: contextPrimitive(7),
  registeredId: contextPrimitive(8),
} as const;

const maximumNames = 1024;
const maximumCharacters = 2048;

/** Reads `SEQUENCE SIZE (1..MAX) OF GeneralName`, under the given tag. */
export function readGeneralNames(list: DerReader): GeneralName[] {
  if (list.done)
    throw refusal('codec/x509-general-names-empty', 'A list of names is never empty.', list.offset);
  const names: GeneralName[] = [];
  while (!list.done) {
    if (names.length === maximumNames) {
      throw refusal(
        'codec/x509-general-names-too-many',
        `A list of over ${maximumNames} names.`,
        list.offset,
      );
    }
    names.push(readGeneralName(list));
  }
  return names;
}

export function readGeneralName(reader: DerReader): GeneralName {
  const start = reader.offset;
  const tag = reader.peek();
  switch (tag) {
    case tags.uri:
      return { kind: 'uri', value: checked('uri', reader.ia5String(tag), start) };
    case tags.dns:
      return { kind: 'dns', value: checked('dns', reader.ia5String(tag), start) };
    case tags.email:
      return { kind: 'email', value: checked('email', reader.ia5String(tag), start) };
    case tags.ip:
      return { kind: 'ip', bytes: checkedAddress(reader.octetString(tag), start) };
    case tags.directory: {
      // Name is a CHOICE, so its tag is explicit although the module's are implicit (X.680 §31.2.7).
      const inner = reader.constructed(tag);
      const name = readName(inner);
      inner.finish();
      return { kind: 'directory', name, der: reader.since(start) };
    }
    case tags.otherName:
      readOtherName(reader.constructed(tag));
      return { kind: 'other', der: reader.since(start) };
    case tags.registeredId:
      reader.objectIdentifier(tag);
      return { kind: 'other', der: reader.since(start) };
    case tags.x400Address:
    case tags.ediPartyName:
      return { kind: 'other', der: reader.any() };
    default:
      throw refusal('codec/x509-general-name-tag', 'No GeneralName has this tag.', start);
  }
}

/** Whether it is the directory name with this DER of its Name. */
export const isDirectoryName = (name: GeneralName, nameDer: Uint8Array): boolean =>
  name.kind === 'directory' &&
  equalBytes(new DerReader(name.der).constructed(tags.directory).remaining(), nameDer);

function readOtherName(other: DerReader): void {
  other.objectIdentifier();
  const value = other.constructed(contextConstructed(0));
  value.any();
  value.finish();
  other.finish();
}

const label = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
/**
 * The preferred name syntax (RFC 1034 §3.5), to which practice adds the underscore and a leading wildcard label;
 * the generic syntax of a URI with its scheme (RFC 3986 §3); a mailbox of ASCII (RFC 5321 §4.1.2, unquoted).
 */
const forms = {
  dns: new RegExp(`^(?=.{1,253}$)(?:\\*\\.)?${label}(?:\\.${label})*$`),
  uri: /^[A-Za-z][A-Za-z0-9+.-]*:(?:[!#$&-;=?-Z[\]_a-z~]|%[0-9A-Fa-f]{2})+$/,
  email: /^[!#-'*+\-/-9=?A-Z^-~.]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}$/,
} as const;

function checked(kind: keyof typeof forms, value: string, offset: number): string {
  if (value.length > maximumCharacters || !forms[kind].test(value)) {
    throw refusal(
      `codec/x509-general-name-${kind}`,
      `A ${kind} name is not of the form that it must have.`,
      offset,
    );
  }
  return value;
}

function checkedAddress(bytes: Uint8Array, offset: number): Uint8Array {
  if (bytes.length !== 4 && bytes.length !== 16) {
    throw refusal('codec/x509-general-name-ip', 'An IP address has 4 or 16 octets.', offset);
  }
  return bytes;
}

/** @throws KitenError as reading the written name would. */
export function writeGeneralName(writer: DerWriter, name: GeneralNameInput): void {
  switch (name.kind) {
    case 'dns':
    case 'uri':
    case 'email':
      writer.ascii(tags[name.kind], checked(name.kind, name.value, 0));
      return;
    case 'ip':
      writer.octetString(checkedAddress(name.bytes, 0), tags.ip);
      return;
    case 'directory': {
      const directory = writer.begin(tags.directory);
      writeName(writer, name.name);
      writer.end(directory);
      return;
    }
    case 'other':
      writer.raw(checkedOther(name.der));
  }
}

function checkedOther(der: Uint8Array): Uint8Array {
  const reader = new DerReader(der);
  const { kind } = readGeneralName(reader);
  reader.finish();
  if (kind !== 'other')
    throw new KitenError('codec/x509-general-name-tag', `A ${kind} name has a kind of its own.`);
  return der;
}
