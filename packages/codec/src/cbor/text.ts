const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Up to this length a loop over ASCII is faster than the call of a TextDecoder or TextEncoder. */
export const shortText = 32;

/** The text of well-formed UTF-8 in a range of the input, or undefined. */
export function readText(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start <= shortText) {
    const text = readAscii(bytes, start, end);
    if (text !== undefined) return text;
  }
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

function readAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  const codes = new Array<number>(end - start);
  for (let at = start; at < end; at += 1) {
    const code = bytes[at]!;
    if (code >= 0x80) return undefined;
    codes[at - start] = code;
  }
  return String.fromCharCode.apply(null, codes);
}
