import { concatBytes } from '../../src/bytes.ts';

/** An element by hand: tag, shortest length, contents. */
export function element(
  tag: number,
  ...contents: readonly (Uint8Array | readonly number[] | string)[]
): Uint8Array {
  const content = concatBytes(
    ...contents.map((part) =>
      typeof part === 'string' ? new TextEncoder().encode(part) : Uint8Array.from(part),
    ),
  );
  const { length } = content;
  const header =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concatBytes(Uint8Array.of(tag, ...header), content);
}

export const sequence = (...contents: Parameters<typeof element>[1][]): Uint8Array =>
  element(0x30, ...contents);
export const set = (...contents: Parameters<typeof element>[1][]): Uint8Array => element(0x31, ...contents);
