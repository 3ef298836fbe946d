import { encodeUtf8, KitenError } from '@kiten/codec';

/**
 * The bytes that TUF's signatures and key ids are over: OLPC canonical JSON in UTF-8 (TUF §4.1). No white space,
 * members in the order of their names' code points, whole numbers only; in strings the quotation mark and the
 * backslash alone are escaped, so that a line feed stands as it is.
 *
 * @param value parsed JSON, whose depth its parser has bounded.
 * @throws KitenError `update/canonical-number` for a fraction or a number beyond 2^53 − 1, which have no such form.
 */
export function canonicalMetadata(value: unknown): Uint8Array {
  return encodeUtf8(canonicalText(value));
}

/** {@link canonicalMetadata} before it is encoded. It is JSON unless a string has a control character. */
export function canonicalText(value: unknown): string {
  const text = new CanonicalText(byCodeUnit).of(value);
  // UTF-16 code units are in the order of code points unless there are surrogates, which stand before U+E000. They are
  // rare, and looked for once in all of the text rather than in each name.
  if (!/[\ud800-\uffff]/.test(text)) return text;
  return new CanonicalText((names) => names.sort(byCodePoint)).of(value);
}

/** The same value with the members of its objects in order, in which whoever verifies it is quicker. */
export function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(byCodeUnit(Object.keys(fields)).map((name) => [name, inOrder(fields[name])]));
}

/** Appends to one text all along: joining the parts of each object would copy them at every level. */
class CanonicalText {
  readonly #inOrder: (names: string[]) => string[];
  #text = '';

  constructor(inOrder: (names: string[]) => string[]) {
    this.#inOrder = inOrder;
  }

  of(value: unknown): string {
    this.#value(value);
    return this.#text;
  }

  #value(value: unknown): void {
    if (typeof value === 'string') this.#text += quoted(value);
    else if (typeof value === 'number') this.#text += wholeNumber(value);
    else if (typeof value !== 'object' || value === null) this.#text += String(value);
    else if (Array.isArray(value)) this.#list(value);
    else this.#object(value as Readonly<Record<string, unknown>>);
  }

  #list(value: readonly unknown[]): void {
    let before = '[';
    for (const entry of value) {
      this.#text += before;
      this.#value(entry);
      before = ',';
    }
    this.#text += before === '[' ? '[]' : ']';
  }

  #object(value: Readonly<Record<string, unknown>>): void {
    const names = Object.keys(value);
    let before = '{';
    for (const name of names.length > 1 ? this.#inOrder(names) : names) {
      this.#text += `${before}${quoted(name)}:`;
      this.#value(value[name]);
      before = ',';
    }
    this.#text += before === '{' ? '{}' : '}';
  }
}

const quoted = (content: string): string =>
  content.includes('"') || content.includes('\\') ? `"${content.replace(/["\\]/g, '\\$&')}"` : `"${content}"`;

function wholeNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  throw new KitenError(
    'update/canonical-number',
    'Signed metadata has whole numbers up to 2^53 − 1 and no others.',
  );
}

/** Most objects have few members, for which setting up the runtime's sort takes longer than sorting. */
function byCodeUnit(names: string[]): string[] {
  if (names.length > 16) return names.sort();
  for (let index = 1; index < names.length; index += 1) {
    const name = names[index]!;
    let place = index;
    for (; place > 0 && names[place - 1]! > name; place -= 1) names[place] = names[place - 1]!;
    names[place] = name;
  }
  return names;
}

function byCodePoint(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  // A difference in the second half of a pair is one of the pair.
  if (at > 0 && /[\udc00-\udfff]/.test(`${left[at] ?? ''}${right[at] ?? ''}`)) at -= 1;
  return (left.codePointAt(at) ?? -1) - (right.codePointAt(at) ?? -1);
}
