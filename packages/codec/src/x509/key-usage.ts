import { namedBitsContent } from '../der/bit-string.ts';
import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import { type Extension, extension } from './extension.ts';
import { extensionOid } from './object-identifiers.ts';

/** In the order of their bits (RFC 5280 §4.2.1.3). */
const bits = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsageBit = (typeof bits)[number];

/** What the key may be used for, in the order of the bits. */
export type KeyUsage = readonly KeyUsageBit[];

export function readKeyUsage(value: DerReader): KeyUsage {
  const start = value.offset;
  const set = value.namedBits();
  if (set.length === 0) throw refusal('codec/x509-key-usage', 'A key usage names at least one use.', start);
  return set.map((bit) => {
    const name = bits[bit];
    if (name === undefined) throw refusal('codec/x509-key-usage', `Key usage has no bit ${bit}.`, start);
    return name;
  });
}

/** Critical, as RFC 5280 §4.2.1.3 has it. */
export const keyUsageExtension = (usage: KeyUsage): Extension =>
  extension(extensionOid.keyUsage, true, (writer) => {
    if (usage.length === 0) throw refusal('codec/x509-key-usage', 'A key usage names at least one use.', 0);
    writer.primitive(derTag.bitString, namedBitsContent(usage.map((name) => bits.indexOf(name))));
  });
