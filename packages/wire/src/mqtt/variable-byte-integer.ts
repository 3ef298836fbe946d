/** The largest value of a variable byte integer (MQTT 5.0 §1.5.5), and so of the remaining length. */
export const maximumVariableByteInteger = 268_435_455;

/** The bytes that `value` takes: one to four. */
export function variableByteIntegerLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x200000 ? 3 : 4;
}

/**
 * Writes `value`, 0 to 268,435,455, with the fewest bytes [MQTT-1.5.5-1].
 * @returns the offset after it
 */
export function writeVariableByteInteger(target: Uint8Array, offset: number, value: number): number {
  let position = offset;
  let rest = value;
  while (rest >= 0x80) {
    target[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[position++] = rest;
  return position;
}
