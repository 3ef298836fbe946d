import { decodeUtf8, parseJsonStrict } from '@kiten/codec';
import { canonicalMetadata } from './canonical-json.ts';
import { type Fields, isFields } from './fields.ts';

/** A file that was parsed, and whether all of it is in the order of canonical JSON. */
export interface ParsedJson {
  readonly value: unknown;
  readonly isOrdered: boolean;
}

/** As deep as {@link parseJsonStrict} goes. */
const maxDepth = 64;

/**
 * Parses strict JSON. What the runtime would write in the same octets has no name twice, no number that lost its value,
 * and nothing else that parsers disagree about: then its own parser will do, which takes a third of the time.
 *
 * @throws KitenError `codec/json-…`, `codec/utf8-malformed`.
 */
export function parseMetadataJson(bytes: Uint8Array, maxBytes: number): ParsedJson {
  const text = decodeUtf8(bytes);
  // Whether an escaped surrogate has its partner, the runtime doesn't ask.
  const isQuick = bytes.length <= maxBytes && !text.includes('\\u');
  return (isQuick && parsedQuickly(text)) || { value: parseJsonStrict(text, { maxBytes }), isOrdered: false };
}

/** {@link canonicalMetadata} of what was parsed, or of a part of it. */
export function canonicalOf({ isOrdered }: Pick<ParsedJson, 'isOrdered'>, value: unknown): Uint8Array {
  if (!isOrdered) return canonicalMetadata(value);
  const text = JSON.stringify(value);
  // Control characters are escaped in JSON alone, and code units from U+D800 on aren't in the order of code points.
  return /\\[^"\\]|[\ud800-\uffff]/.test(text) ? canonicalMetadata(value) : Buffer.from(text);
}

function parsedQuickly(text: string): ParsedJson | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const survey: Survey = { isExact: true, isOrdered: true };
    look(value, 0, survey);
    return survey.isExact && isWrittenAs(value, text) ? { value, isOrdered: survey.isOrdered } : undefined;
  } catch {
    // What is wrong with it the strict parser says.
    return undefined;
  }
}

/** Whether the runtime writes a value as this text: on one line, or with the indentation that it has. */
function isWrittenAs(value: unknown, text: string): boolean {
  const [, indentation] = /^\{\n( {1,8}|\t)"/.exec(text) ?? [];
  const written = text.endsWith('\n') ? text.slice(0, -1) : text;
  return JSON.stringify(value, undefined, indentation) === written;
}

interface Survey {
  /** Whether all numbers are whole and safe, and nothing is nested deeper than is allowed. */
  isExact: boolean;
  /** Whether the names of each object are in the order of their code units. */
  isOrdered: boolean;
}

function look(value: unknown, depth: number, survey: Survey): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) survey.isExact = false;
  } else if (typeof value === 'object' && value !== null) {
    if (depth >= maxDepth) survey.isExact = false;
    else if (Array.isArray(value)) for (const entry of value) look(entry, depth + 1, survey);
    else if (isFields(value)) lookAtMembers(value, depth + 1, survey);
  }
}

function lookAtMembers(fields: Fields, depth: number, survey: Survey): void {
  let before: string | undefined;
  for (const name in fields) {
    if (before !== undefined && before >= name) survey.isOrdered = false;
    before = name;
    look(fields[name], depth, survey);
  }
}
