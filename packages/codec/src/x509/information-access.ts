import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import { type Extension, extension } from './extension.ts';
import { type GeneralName, readGeneralName, writeGeneralName } from './general-name.ts';
import { extensionOid } from './object-identifiers.ts';

/** Where more about the issuer is to be had (RFC 5280 §4.2.2.1). */
export interface AccessDescription {
  /** Dotted; see {@link accessMethod}. */
  readonly method: string;
  readonly location: GeneralName;
}

export const accessMethod = { ocsp: '1.3.6.1.5.5.7.48.1', caIssuers: '1.3.6.1.5.5.7.48.2' } as const;

const maximumDescriptions = 64;

export function readInformationAccess(value: DerReader): readonly AccessDescription[] {
  const list = value.sequence();
  if (list.done)
    throw refusal('codec/x509-information-access', 'The list of accesses is empty.', list.offset);
  const descriptions: AccessDescription[] = [];
  while (!list.done) {
    if (descriptions.length === maximumDescriptions) {
      throw refusal(
        'codec/x509-information-access',
        `More than ${maximumDescriptions} accesses.`,
        list.offset,
      );
    }
    const description = list.sequence();
    descriptions.push({ method: description.objectIdentifier(), location: readGeneralName(description) });
    description.finish();
  }
  return descriptions;
}

/** @param accesses method (dotted) and URI. */
export const authorityInformationAccessExtension = (
  accesses: readonly { readonly method: string; readonly uri: string }[],
): Extension =>
  extension(extensionOid.authorityInformationAccess, false, (writer) => {
    if (accesses.length === 0)
      throw refusal('codec/x509-information-access', 'The list of accesses is empty.', 0);
    const list = writer.begin(derTag.sequence);
    for (const { method, uri } of accesses) {
      const description = writer.begin(derTag.sequence);
      writer.objectIdentifier(method);
      writeGeneralName(writer, { kind: 'uri', value: uri });
      writer.end(description);
    }
    writer.end(list);
  });
