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
  return encodeUtf8(text(value));
}

function text(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return wholeNumber(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`;
  return object(value as Readonly<Record<string, unknown>>);
}

function object(value: Readonly<Record<string, unknown>>): string {
  let members = '';
  for (const name of inOrder(Object.keys(value))) {
    members += `${members === '' ? '' : ','}${quoted(name)}:${text(value[name])}`;
  }
  return `{${members}}`;
}

const quoted = (content: string): string =>
  /["\\]/.test(content) ? `"${content.replace(/["\\]/g, '\\$&')}"` : `"${content}"`;

function wholeNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  throw new KitenError(
    'update/canonical-number',
    'Signed metadata has whole numbers up to 2^53 − 1 and no others.',
  );
}

/** UTF-16 code units are in the order of code points unless there are surrogates, which stand before U+E000. */
function inOrder(names: string[]): string[] {
  return names.some((name) => /[\ud800-\uffff]/.test(name)) ? names.sort(byCodePoint) : names.sort();
}

function byCodePoint(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  // A difference in the second half of a pair is one of the pair.
  if (at > 0 && /[\udc00-\udfff]/.test(`${left[at] ?? ''}${right[at] ?? ''}`)) at -= 1;
  return (left.codePointAt(at) ?? -1) - (right.codePointAt(at) ?? -1);
}
