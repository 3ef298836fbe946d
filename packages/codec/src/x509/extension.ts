import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import { type DerWriter, writeDer } from '../der/writer.ts';
import { KitenError } from '../error.ts';

/** An extension of a certificate, a request or a revocation list (RFC 5280 §4.2). */
export interface Extension {
  /** Dotted. */
  readonly oid: string;
  readonly critical: boolean;
  /** The DER inside the OCTET STRING. */
  readonly value: Uint8Array;
}

export interface ExtensionList {
  /** All of them, in the order in which they stand. */
  readonly extensions: readonly Extension[];
  /** Identifiers of critical extensions not decoded here: who relies on the structure must know them or refuse it. */
  readonly unknownCriticalExtensions: readonly string[];
}

export const noExtensions: ExtensionList = { extensions: [], unknownCriticalExtensions: [] };

const maximumExtensions = 64;

/**
 * Reads `Extensions`: at least one, each identifier once.
 *
 * @param decode reads the value of an extension that it knows, to the end, and returns true.
 * @param tag another one than SEQUENCE's where the tagging is implicit.
 */
export function readExtensions(
  reader: DerReader,
  decode: (oid: string, value: DerReader) => boolean,
  tag: number = derTag.sequence,
): ExtensionList {
  const list = reader.constructed(tag);
  if (list.done)
    throw refusal('codec/x509-extensions-empty', 'A list of extensions is never empty.', list.offset);
  const extensions: Extension[] = [];
  const unknownCriticalExtensions: string[] = [];
  while (!list.done) {
    const start = list.offset;
    const { extension, contents } = readExtension(list);
    const { oid, critical } = extension;
    if (extensions.length === maximumExtensions) {
      throw refusal('codec/x509-extensions-too-many', `More than ${maximumExtensions} extensions.`, start);
    }
    for (const earlier of extensions) {
      if (earlier.oid === oid)
        throw refusal('codec/x509-extension-twice', `Extension ${oid} stands twice.`, start);
    }
    extensions.push(extension);
    if (decode(oid, contents)) contents.finish();
    else if (critical) unknownCriticalExtensions.push(oid);
  }
  return { extensions, unknownCriticalExtensions };
}

function readExtension(list: DerReader): { extension: Extension; contents: DerReader } {
  const sequence = list.sequence();
  const oid = sequence.objectIdentifier();
  const critical = sequence.peek() === derTag.boolean && readTrue(sequence);
  const contents = sequence.encapsulated();
  sequence.finish();
  return { extension: { oid, critical, value: contents.remaining() }, contents };
}

/** A BOOLEAN DEFAULT FALSE that is there, so it is TRUE (X.690 §11.5). */
export function readTrue(reader: DerReader): true {
  const { offset } = reader;
  if (!reader.boolean()) {
    throw refusal('codec/der-default-encoded', 'DER leaves out a value that is the default.', offset);
  }
  return true;
}

export function writeExtension(writer: DerWriter, { oid, critical, value }: Extension): void {
  const extension = writer.begin(derTag.sequence);
  writer.objectIdentifier(oid);
  if (critical) writer.boolean(true);
  writer.octetString(value);
  writer.end(extension);
}

/** @throws KitenError `codec/x509-extension-twice`. */
export function checkDistinct(extensions: readonly Extension[]): void {
  for (let index = 1; index < extensions.length; index += 1) {
    const { oid } = extensions[index]!;
    for (let earlier = 0; earlier < index; earlier += 1) {
      if (extensions[earlier]!.oid === oid) {
        throw new KitenError('codec/x509-extension-twice', `Extension ${oid} stands twice.`);
      }
    }
  }
}

/** An extension whose value `write` writes. */
export function extension(oid: string, critical: boolean, write: (writer: DerWriter) => void): Extension {
  return { oid, critical, value: writeDer(write) };
}
