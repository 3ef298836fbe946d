import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { contextConstructed } from '../der/tags.ts';

/** Content types of RFC 5652 §4 and §5.1. */
export const contentTypeOid = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
} as const;

/**
 * Reads a ContentInfo that holds SignedData (RFC 5652 §3, §5.1).
 *
 * @param read reads the fields of the SignedData.
 * @throws KitenError `codec/cms-content-type`, and what `read` throws.
 */
export function readSignedDataInfo<Value>(reader: DerReader, read: (signedData: DerReader) => Value): Value {
  const contentInfo = reader.sequence();
  expectType(contentInfo, contentTypeOid.signedData, 'codec/cms-content-type');
  const content = contentInfo.constructed(contextConstructed(0));
  const signedData = content.sequence();
  const value = read(signedData);
  signedData.finish();
  content.finish();
  contentInfo.finish();
  return value;
}

/** Refuses another identifier than this one. */
export function expectType(reader: DerReader, oid: string, code: `codec/${string}`): void {
  const { offset } = reader;
  const found = reader.objectIdentifier();
  if (found !== oid) throw refusal(code, `Expected the content type ${oid}, found ${found}.`, offset);
}
