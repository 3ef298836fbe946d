import type { CborValue } from '@kiten/codec';
import { pathOf } from './tree.ts';

export const mark = (kind: string, value: string | Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.concat([Buffer.from(`${kind}:`), Buffer.from(value as Uint8Array)]));

/** The two marks between which one would stand. */
export function absenceLeaf(
  kind: string,
  value: string | Uint8Array,
  marks: readonly Uint8Array[],
  hashes: readonly Uint8Array[],
): CborValue[] {
  const right = marks.filter((other) => Buffer.compare(other, mark(kind, value)) < 0).length;
  const neighbour = (index: number): CborValue =>
    index < 0 || index >= marks.length ? null : [index, marks[index]!, pathOf(index, hashes)];
  return [2, kind, value, neighbour(right - 1), neighbour(right)];
}
