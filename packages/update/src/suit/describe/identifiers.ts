import { hash } from 'node:crypto';
import { encodeUtf8, fromHex, KitenError, toHex } from '@kiten/codec';

/** The namespace of DNS names (RFC 9562 §6.6). */
const dnsNamespace = fromHex('6ba7b8109dad11d180b400c04fd430c8');
const uuidText = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The vendor identifier that a domain name makes (draft-ietf-suit-manifest §8.4.8.2). */
export const vendorIdentifierOf = (domain: string): Uint8Array => nameBased(dnsNamespace, domain);

/** The class identifier that a vendor makes of what tells its devices apart (draft-ietf-suit-manifest §8.4.8.2). */
export const classIdentifierOf = (vendor: Uint8Array, information: string): Uint8Array =>
  nameBased(vendor, information);

/** The octets of a UUID in its usual form, or undefined if it is something else. */
export const parseUuid = (text: string): Uint8Array | undefined =>
  uuidText.test(text) ? fromHex(text.replaceAll('-', '')) : undefined;

/** @throws KitenError `update/suit-uuid` unless there are 16 octets. */
export function showUuid(octets: Uint8Array): string {
  if (octets.length !== 16) throw new KitenError('update/suit-uuid', 'A UUID has 16 octets.');
  return toHex(octets).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A UUID of version 5 (RFC 9562 §5.5). */
function nameBased(namespace: Uint8Array, name: string): Uint8Array {
  const digest = hash('sha1', Buffer.concat([namespace, encodeUtf8(name)]), 'buffer');
  const octets = new Uint8Array(digest.subarray(0, 16));
  octets[6] = ((octets[6] as number) & 0x0f) | 0x50;
  octets[8] = ((octets[8] as number) & 0x3f) | 0x80;
  return octets;
}
