import type { KitenError } from '../error.ts';
import { jsonNumber } from './json-number.ts';
import { scanString, unescapeString } from './json-string.ts';
import { refusal } from './refusal.ts';

/** Bounds and choices of {@link parseJsonStrict}. */
export interface ParseJsonOptions {
  /** How many arrays and objects may enclose one another; 64 unless given, 1024 at most. */
  readonly maxDepth?: number;
  /** How long the text may be in UTF-8, in octets; 1 MiB unless given. */
  readonly maxBytes?: number;
  /** Whether integers beyond ±(2^53 − 1) become bigints; otherwise those that would be rounded are refused. */
  readonly bigIntegers?: boolean;
}

/**
 * Parses a JSON text (RFC 8259) and refuses what parsers disagree about: duplicate names (compared after
 * escapes), lone surrogates, numbers that lose their value, text behind the value, a byte order mark.
 *
 * Objects are plain, and every name, `__proto__` too, is an own property and nothing but that.
 *
 * @throws KitenError `codec/json-…` with `detail.offset` in UTF-16 code units.
 */
export function parseJsonStrict(text: string, options: ParseJsonOptions = {}): unknown {
  const { maxBytes = 1 << 20 } = options;
  if (exceeds(text, maxBytes)) {
    throw refusal('codec/json-too-large', `The text is longer than ${maxBytes} octets.`, 0);
  }
  if (!text.isWellFormed()) throw refusal('codec/json-lone-surrogate', 'The text has a lone surrogate.', 0);
  const parser = new Parser(text, options);
  const value = parser.value(0);
  parser.finish();
  return value;
}

class Parser {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #bigIntegers: boolean;
  #position = 0;

  constructor(text: string, options: ParseJsonOptions) {
    this.#text = text;
    this.#maxDepth = Math.min(options.maxDepth ?? 64, 1024);
    this.#bigIntegers = options.bigIntegers ?? false;
  }

  finish(): void {
    this.#skipSpace();
    if (this.#position < this.#text.length) {
      throw refusal('codec/json-trailing-text', 'The text goes on behind the value.', this.#position);
    }
  }

  value(depth: number): unknown {
    this.#skipSpace();
    switch (this.#text[this.#position]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): Record<string, unknown> {
    this.#enter(depth);
    const object: Record<string, unknown> = {};
    if (this.#closes('}')) return object;
    do {
      this.#skipSpace();
      const start = this.#position;
      if (this.#text[start] !== '"') throw this.#unexpected();
      const name = this.#string();
      if (Object.hasOwn(object, name)) {
        throw refusal('codec/json-duplicate-name', 'A name occurs twice in one object.', start);
      }
      this.#expect(':');
      setOwn(object, name, this.value(depth + 1));
    } while (this.#continues('}'));
    return object;
  }

  #array(depth: number): unknown[] {
    this.#enter(depth);
    const array: unknown[] = [];
    if (this.#closes(']')) return array;
    do array.push(this.value(depth + 1));
    while (this.#continues(']'));
    return array;
  }

  #string(): string {
    const start = this.#position;
    const { end, escaped } = scanString(this.#text, start);
    this.#position = end;
    return escaped ? unescapeString(this.#text, start, end) : this.#text.slice(start + 1, end - 1);
  }

  #number(): number | bigint {
    const start = this.#position;
    numberPattern.lastIndex = start;
    const match = numberPattern.exec(this.#text);
    if (match === null) throw this.#unexpected();
    this.#position = numberPattern.lastIndex;
    const value = jsonNumber(match[0], match[1] === undefined && match[2] === undefined, this.#bigIntegers);
    if (typeof value === 'object') throw refusal(value.code, value.message, start);
    return value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#position)) throw this.#unexpected();
    this.#position += word.length;
    return value;
  }

  #enter(depth: number): void {
    if (depth >= this.#maxDepth) {
      throw refusal(
        'codec/json-too-deep',
        `Values are nested more than ${this.#maxDepth} deep.`,
        this.#position,
      );
    }
    this.#position += 1;
  }

  #closes(bracket: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#position] !== bracket) return false;
    this.#position += 1;
    return true;
  }

  #continues(bracket: string): boolean {
    if (this.#closes(bracket)) return false;
    this.#expect(',');
    return true;
  }

  #expect(character: string): void {
    this.#skipSpace();
    if (this.#text[this.#position] !== character) throw this.#unexpected();
    this.#position += 1;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#position += 1;
    }
  }

  #unexpected(): KitenError {
    const offset = this.#position;
    if (offset >= this.#text.length)
      return refusal('codec/json-truncated', 'The text ends too soon.', offset);
    return refusal('codec/json-unexpected', 'There is a character that JSON does not allow here.', offset);
  }
}

const numberPattern = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
/** An assignment to `__proto__` would set the prototype. */
function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
  } else {
    object[name] = value;
  }
}

function exceeds(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  if (text.length * 3 <= maxBytes) return false;
  let octets = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // Each half of a surrogate pair accounts for two of its four octets.
    octets += code < 0x80 ? 1 : code < 0x800 || (code & 0xf800) === 0xd800 ? 2 : 3;
  }
  return octets > maxBytes;
}
