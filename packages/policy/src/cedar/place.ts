/** A place in a text, for people: both from 1, columns in characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of an offset in UTF-16 units. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: [...before.slice(lineStart)].length + 1 };
}

/** The UTF-16 offset of an offset in UTF-8 bytes, which is how Cedar's parser counts. */
export function fromByteOffset(text: string, bytes: number): number {
  let offset = 0;
  for (let passed = 0; passed < bytes && offset < text.length; ) {
    const point = text.codePointAt(offset)!;
    passed += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    offset += point < 0x10000 ? 1 : 2;
  }
  return offset;
}
