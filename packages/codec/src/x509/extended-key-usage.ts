import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import { type Extension, extension } from './extension.ts';
import { extensionOid } from './object-identifiers.ts';

const maximumPurposes = 64;

/** The purposes as dotted identifiers (RFC 5280 §4.2.1.12): at least one, each once. */
export function readExtendedKeyUsage(value: DerReader): readonly string[] {
  const purposes: string[] = [];
  const list = value.sequence();
  const start = list.offset;
  while (!list.done) {
    const purpose = list.objectIdentifier();
    if (purposes.includes(purpose)) {
      throw refusal('codec/x509-extended-key-usage', `Purpose ${purpose} stands twice.`, start);
    }
    purposes.push(purpose);
    if (purposes.length > maximumPurposes) {
      throw refusal('codec/x509-extended-key-usage', `More than ${maximumPurposes} purposes.`, start);
    }
  }
  if (purposes.length === 0) {
    throw refusal(
      'codec/x509-extended-key-usage',
      'An extended key usage names at least one purpose.',
      start,
    );
  }
  return purposes;
}

/** @param purposes dotted; see {@link keyPurpose} for the usual ones. */
export const extendedKeyUsageExtension = (purposes: readonly string[], critical = false): Extension =>
  extension(extensionOid.extendedKeyUsage, critical, (writer) => {
    if (purposes.length === 0 || new Set(purposes).size !== purposes.length) {
      throw refusal('codec/x509-extended-key-usage', 'Name at least one purpose, and each of them once.', 0);
    }
    const list = writer.begin(derTag.sequence);
    for (const purpose of purposes) writer.objectIdentifier(purpose);
    writer.end(list);
  });
