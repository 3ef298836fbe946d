import { fromHex, KitenError } from '@kiten/codec';
import { refusal } from '../hash.ts';

/** PCR, template digest, template name, the rest of the line. */
const line = /^\s*(\d{1,2}) ([0-9a-f]{40,128}) ([a-z][a-z0-9-]{0,31}) (.*)$/;
const old = /^([0-9a-f]{40}) (.*)$/;
const modern = /^([a-z0-9_:-]+):([0-9a-f]*) (.*)$/;

/** Whether octets look like `ascii_runtime_measurements`. */
export function isAsciiIma(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 256)).toString('latin1');
  return line.test(start.split('\n', 1)[0] ?? '');
}

/**
 * The binary form of `ascii_runtime_measurements`: replayed, it leads to the same registers. A name with blanks in it
 * reads as what it is unless it ends like a signature.
 *
 * @throws KitenError `attestation/ima-ascii-malformed`
 */
export function imaFromAscii(text: string): Uint8Array {
  const entries = text.split('\n').filter((each) => each.trim() !== '');
  return Buffer.concat(entries.map((each, index) => entryOf(each, index)));
}

function entryOf(text: string, index: number): Buffer {
  const match = line.exec(text);
  if (match === null) throw malformed(index);
  const [, pcr, digest, template, rest] = match as unknown as [string, string, string, string, string];
  const head = Buffer.concat([uint32(Number(pcr)), hex(digest, index), field(Buffer.from(template))]);
  if (template === 'ima') {
    const [, fileDigest, name] = old.exec(rest) ?? [];
    if (fileDigest === undefined || name === undefined) throw malformed(index);
    return Buffer.concat([head, hex(fileDigest, index), field(Buffer.from(name))]);
  }
  return Buffer.concat([head, field(templateData(template, rest, index))]);
}

function templateData(template: string, rest: string, index: number): Buffer {
  const [, hash, digest, tail] = modern.exec(rest) ?? [];
  if (hash === undefined || digest === undefined || tail === undefined) throw malformed(index);
  const measured = field(Buffer.concat([Buffer.from(`${hash}:\0`), hex(digest, index)]));
  if (template === 'ima-ng' || template === 'ima-ngv2') return Buffer.concat([measured, name(tail)]);
  const cut = tail.lastIndexOf(' ');
  const last = cut < 0 ? '' : tail.slice(cut + 1);
  const hasLast = cut >= 0 && /^([0-9a-f]{2})*$/.test(last);
  const path = hasLast ? tail.slice(0, cut) : tail;
  return Buffer.concat([measured, name(path), field(hasLast ? hex(last, index) : Buffer.alloc(0))]);
}

const name = (path: string): Buffer => field(Buffer.from(`${path}\0`));

const field = (bytes: Uint8Array): Buffer => Buffer.concat([uint32(bytes.length), bytes]);

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function hex(digits: string, index: number): Uint8Array {
  try {
    return fromHex(digits);
  } catch (error) {
    if (error instanceof KitenError) throw malformed(index);
    throw error;
  }
}

const malformed = (index: number) =>
  refusal('attestation/ima-ascii-malformed', `Line ${index + 1} is none of a measurement list of IMA.`, {
    line: index + 1,
  });
