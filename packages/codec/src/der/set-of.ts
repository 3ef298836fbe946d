import { compareBytes } from '../bytes.ts';
import { refusal } from './der-error.ts';
import type { DerReader } from './reader.ts';

/**
 * Reads a SET OF, whose elements stand in the order of their encodings (X.690 §11.6). A shorter encoding counts as
 * padded with zeros; as no element is a prefix of another one, that is plain bytewise order.
 */
export function readSetOf<Value>(set: DerReader, read: (set: DerReader) => Value): Value[] {
  const values: Value[] = [];
  let previous: Uint8Array | undefined;
  while (!set.done) {
    const start = set.offset;
    values.push(read(set));
    // A set of one has no order; most sets here are of one.
    if (previous === undefined && set.done) break;
    const encoding = set.since(start);
    if (previous !== undefined && compareBytes(previous, encoding) > 0) {
      throw refusal(
        'codec/der-set-order',
        'The elements of a SET OF are not in the order of their encodings.',
        start,
      );
    }
    previous = encoding;
  }
  return values;
}

/** The encodings in the order in which a SET OF has them. */
export const inSetOrder = (encodings: readonly Uint8Array[]): Uint8Array[] =>
  encodings.toSorted(compareBytes);
