import { compareBytes, KitenError } from '@kiten/codec';

const maxItemBytes = 256;

/** Whether the bytes can be an item of a sorted tree: 1 to 256 of them. */
export function isSortedItem(item: Uint8Array): boolean {
  return item.length >= 1 && item.length <= maxItemBytes;
}

/**
 * Copies of the items, sorted, each once.
 *
 * @throws KitenError `ledger/item-unsuitable`.
 */
export function sortedItems(items: Iterable<Uint8Array>): Uint8Array[] {
  const copies: Uint8Array[] = [];
  for (const item of items) copies.push(new Uint8Array(suitable(item)));
  copies.sort(compareBytes);
  return copies.filter((item, at) => at === 0 || compareBytes(copies[at - 1]!, item) !== 0);
}

/** @throws KitenError `ledger/item-unsuitable`. */
export function suitable(item: Uint8Array): Uint8Array {
  if (isSortedItem(item)) return item;
  const message = `An item of a sorted tree has 1 to ${maxItemBytes} bytes, this one ${item.length}.`;
  throw new KitenError('ledger/item-unsuitable', message, { detail: { bytes: item.length } });
}

/** Where an item stands among sorted ones, or would stand. */
export function placeOf(item: Uint8Array, items: readonly Uint8Array[]): { at: number; found: boolean } {
  let [at, end] = [0, items.length];
  while (at < end) {
    const middle = (at + end) >>> 1;
    if (compareBytes(items[middle]!, item) < 0) at = middle + 1;
    else end = middle;
  }
  return { at, found: at < items.length && compareBytes(items[at]!, item) === 0 };
}
