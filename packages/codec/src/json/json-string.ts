import { refusal } from './refusal.ts';

const simpleEscapes = '"\\/bfnrt';
const unicodeEscape = /u[0-9a-fA-F]{4}/y;

/** Finds the end of the string that starts at `start`, by RFC 8259 §7; and whether it has escapes. */
export function scanString(text: string, start: number): { end: number; escaped: boolean } {
  let escaped = false;
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { end: at + 1, escaped };
    if (code < 0x20) throw refusal('codec/json-control-character', 'A string has a bare control.', at);
    if (code !== 0x5c) continue;
    escaped = true;
    at += escapeLength(text, at + 1);
  }
  throw refusal('codec/json-truncated', 'The text ends within a string.', start);
}

/** How many characters behind the backslash belong to the escape. */
function escapeLength(text: string, at: number): 1 | 5 {
  if (at < text.length && simpleEscapes.includes(text[at]!)) return 1;
  unicodeEscape.lastIndex = at;
  if (unicodeEscape.test(text)) return 5;
  throw refusal('codec/json-escape-invalid', 'A string has an escape that JSON does not know.', at - 1);
}

/** The content of a scanned string with escapes, from its first quotation mark to behind its last. */
export function unescapeString(text: string, start: number, end: number): string {
  const content: string = JSON.parse(text.slice(start, end));
  if (content.isWellFormed()) return content;
  throw refusal('codec/json-lone-surrogate', 'An escape in a string is a lone surrogate.', start);
}
