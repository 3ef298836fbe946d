import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import { type Extension, extension } from './extension.ts';
import {
  type GeneralName,
  type GeneralNameInput,
  readGeneralNames,
  writeGeneralName,
} from './general-name.ts';
import { extensionOid } from './object-identifiers.ts';

export const readSubjectAlternativeName = (value: DerReader): readonly GeneralName[] =>
  readGeneralNames(value.sequence());

/** @param critical true when the subject is empty (RFC 5280 §4.2.1.6), false by default. */
export const subjectAlternativeNameExtension = (
  names: readonly GeneralNameInput[],
  critical = false,
): Extension =>
  extension(extensionOid.subjectAlternativeName, critical, (writer) => {
    if (names.length === 0)
      throw refusal('codec/x509-general-names-empty', 'A list of names is never empty.', 0);
    const list = writer.begin(derTag.sequence);
    for (const name of names) writeGeneralName(writer, name);
    writer.end(list);
  });
