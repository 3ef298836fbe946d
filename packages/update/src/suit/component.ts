import { type CborValue, decodeUtf8, KitenError, toHex } from '@kiten/codec';
import { asBytes, asList } from './read.ts';
import { malformed } from './refusal.ts';

/** Where an image belongs: a list of octet strings, as the segments of a path (draft-ietf-suit-manifest §8.4.5.1). */
export type ComponentIdentifier = readonly Uint8Array[];

const maxSegments = 16;
const maxSegmentBytes = 255;

export function readComponent(what: string, value: CborValue): ComponentIdentifier {
  const segments = asList(what, value).map((segment) => asBytes(what, segment));
  if (segments.length > maxSegments || segments.some(({ length }) => length > maxSegmentBytes)) {
    throw malformed(`${what} has more than ${maxSegments} segments, or one above ${maxSegmentBytes} octets.`);
  }
  return segments;
}

export const componentValue = (identifier: ComponentIdentifier): CborValue => [...identifier];

/** The same text for the same identifier and for no other. */
export const componentKey = (identifier: ComponentIdentifier): string => identifier.map(toHex).join('/');

/** For people: `/usr/bin/env` if every segment is plain text, else hexadecimal. */
export const componentName = (identifier: ComponentIdentifier): string =>
  identifier.map((segment) => `/${plainText(segment) ?? `0x${toHex(segment)}`}`).join('');

function plainText(segment: Uint8Array): string | undefined {
  try {
    const text = decodeUtf8(segment);
    return /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(text) ? text : undefined;
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}
