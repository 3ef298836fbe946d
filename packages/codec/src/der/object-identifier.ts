import { KitenError } from '../error.ts';
import { refusal } from './der-error.ts';

/** Content octets of the longest identifier accepted; registered ones are far shorter. */
const maximumLength = 64;
/** Sub-identifiers above this cannot be held exactly by a number. */
const maximumArc = Number.MAX_SAFE_INTEGER;

/**
 * Identifiers seen lately, in slots chosen by a hash of their octets: certificates repeat the same dozen, and
 * comparing octets is several times cheaper than writing decimal numbers. A colliding identifier just takes over.
 */
const slots: ({ readonly content: Uint8Array; readonly text: string } | undefined)[] = new Array(256).fill(
  undefined,
);

/** The dotted decimal text of OBJECT IDENTIFIER contents (X.690 §8.19). */
export function objectIdentifierText(bytes: Uint8Array, start: number, end: number): string {
  let hash = 0;
  for (let index = start; index < end; index += 1) hash = (hash * 31 + bytes[index]!) & 0xff;
  const known = slots[hash];
  if (known !== undefined && holds(known.content, bytes, start, end)) return known.text;
  const text = decodeObjectIdentifier(bytes, start, end);
  // A copy in any case: `slice` of a Node Buffer would be a view, which its owner may write to.
  slots[hash] = { content: new Uint8Array(bytes.subarray(start, end)), text };
  return text;
}

function holds(content: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (content.length !== end - start) return false;
  for (let index = 0; index < content.length; index += 1) {
    if (content[index] !== bytes[start + index]) return false;
  }
  return true;
}

function decodeObjectIdentifier(bytes: Uint8Array, start: number, end: number): string {
  if (start === end)
    throw refusal('codec/der-oid-empty', 'An OBJECT IDENTIFIER has at least one octet.', start);
  if (end - start > maximumLength) {
    throw refusal('codec/der-oid-too-long', `An OBJECT IDENTIFIER of over ${maximumLength} octets.`, start);
  }
  let text = '';
  let arc = 0;
  let atStart = true;
  for (let index = start; index < end; index += 1) {
    const octet = bytes[index]!;
    if (atStart && octet === 0x80) {
      throw refusal('codec/der-oid-not-minimal', 'A sub-identifier begins with a superfluous octet.', index);
    }
    arc = arc * 128 + (octet & 0x7f);
    if (arc > maximumArc)
      throw refusal('codec/der-oid-arc-too-large', 'A sub-identifier is beyond 2^53.', index);
    atStart = octet < 0x80;
    if (!atStart) continue;
    text += text === '' ? firstArcs(arc) : `.${arc}`;
    arc = 0;
  }
  if (!atStart) throw refusal('codec/der-oid-truncated', 'The last sub-identifier is cut off.', end);
  return text;
}

/** The first octets hold two arcs, 40·a + b, where b is below 40 unless a is 2. */
function firstArcs(combined: number): string {
  const first = Math.min(Math.floor(combined / 40), 2);
  return `${first}.${combined - first * 40}`;
}

const encodings = new Map<string, Uint8Array>();
const maximumEncodings = 256;

/**
 * The content octets of a dotted decimal identifier.
 *
 * @throws KitenError `codec/der-oid-malformed` for any text that isn't one.
 */
export function objectIdentifierContent(text: string): Uint8Array {
  const known = encodings.get(text);
  if (known !== undefined) return known;
  const content = encodeObjectIdentifier(text);
  if (encodings.size < maximumEncodings) encodings.set(text, content);
  return content;
}

function encodeObjectIdentifier(text: string): Uint8Array {
  if (!/^[0-2](\.(0|[1-9][0-9]{0,15}))+$/.test(text)) throw malformed(text);
  const [first, second, ...rest] = text.split('.').map(Number) as [number, number, ...number[]];
  if (first < 2 && second >= 40) throw malformed(text);
  const octets: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    if (arc > maximumArc) throw malformed(text);
    const group = [arc % 128];
    for (let high = Math.floor(arc / 128); high > 0; high = Math.floor(high / 128))
      group.unshift((high % 128) | 0x80);
    octets.push(...group);
  }
  if (octets.length > maximumLength) throw malformed(text);
  return Uint8Array.from(octets);
}

const malformed = (text: string): KitenError =>
  new KitenError('codec/der-oid-malformed', `"${text.slice(0, 80)}" is not an object identifier.`);
