import { fromBase64, toBase64 } from './base64.ts';
import { type ErrorCode, KitenError } from './error.ts';

/** One encapsulated structure: what it is (`CERTIFICATE`) and its DER. */
export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const columns = 64;
const maximumCharacters = 16 * 1024 * 1024;
const maximumBlocks = 4096;
const begin = '-----BEGIN ';
const end = '-----END ';
const dashes = '-----';
/** Printable ASCII but the hyphen, with single blanks or hyphens between (RFC 7468 §3). */
const labelForm = /^[!-,.-~](?:[ -]?[!-,.-~])*$/;

/**
 * Textual encoding in lines of 64 characters (RFC 7468 §2).
 *
 * @throws KitenError `codec/pem-label` for a label that no reader would recognise.
 */
export function encodePem(label: string, der: Uint8Array): string {
  if (!labelForm.test(label)) throw new KitenError('codec/pem-label', `"${label.slice(0, 80)}" is no label.`);
  const text = toBase64(der);
  let lines = `${begin}${label}${dashes}\n`;
  for (let start = 0; start < text.length; start += columns)
    lines += `${text.slice(start, start + columns)}\n`;
  return `${lines}${end}${label}${dashes}\n`;
}

/**
 * All blocks of a text (RFC 7468). Other text may stand before, between and after them; lines may end in LF, CR LF
 * or CR, be of any length and have blanks in them; the base64 itself is canonical and the labels match.
 *
 * @returns an empty list when the text has no block.
 * @throws KitenError `codec/pem-…` with `detail.line`, counted from 1.
 */
export function decodePem(text: string): PemBlock[] {
  if (text.length > maximumCharacters) {
    throw new KitenError('codec/pem-too-large', `More than ${maximumCharacters} characters of text.`);
  }
  const lines = text.split(/\r\n|\n|\r/);
  const blocks: PemBlock[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index]!.trimEnd();
    if (line.startsWith(end))
      throw refusal('codec/pem-end-alone', 'An END line without its BEGIN line.', index);
    if (!line.startsWith(begin)) continue;
    if (blocks.length === maximumBlocks)
      throw refusal('codec/pem-too-many', `More than ${maximumBlocks} blocks.`, index);
    const label = labelOf(line, begin, index);
    const last = endOf(lines, index, label);
    blocks.push({ label, der: decodeBody(lines.slice(index + 1, last), index) });
    index = last;
  }
  return blocks;
}

function labelOf(line: string, prefix: string, index: number): string {
  const label = line.slice(prefix.length, -dashes.length);
  if (!line.endsWith(dashes) || !labelForm.test(label)) {
    throw refusal('codec/pem-label', 'A BEGIN or END line has a label and ends in five hyphens.', index);
  }
  return label;
}

/** The index of the END line that belongs to the BEGIN line at `start`. */
function endOf(lines: readonly string[], start: number, label: string): number {
  for (let index = start + 1; index < lines.length; index += 1) {
    const line = lines[index]!.trimEnd();
    if (line.startsWith(begin))
      throw refusal('codec/pem-nested', 'A BEGIN line before the block before it ends.', index);
    if (!line.startsWith(end)) continue;
    if (labelOf(line, end, index) !== label) {
      throw refusal('codec/pem-label-differs', `The block of a ${label} ends with another label.`, index);
    }
    return index;
  }
  throw refusal('codec/pem-unfinished', `The block of a ${label} has no END line.`, start);
}

function decodeBody(lines: readonly string[], start: number): Uint8Array {
  const header = lines.findIndex((line) => line.includes(':'));
  if (header >= 0) {
    throw refusal(
      'codec/pem-headers',
      'Headers within a block (RFC 1421), as encrypted keys have, are not read.',
      start + 1 + header,
    );
  }
  const body = lines.join('').replace(/[ \t\v\f]+/g, '');
  if (body === '') throw refusal('codec/pem-empty', 'The block holds nothing.', start);
  try {
    return fromBase64(body);
  } catch (cause) {
    throw new KitenError('codec/pem-base64', 'The block is not canonical base64.', {
      cause,
      detail: { line: start + 1 },
    });
  }
}

const refusal = (code: ErrorCode, message: string, index: number): KitenError =>
  new KitenError(code, message, { detail: { line: index + 1 } });
