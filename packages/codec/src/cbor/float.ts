const scratch = new DataView(new ArrayBuffer(8));

/** The value of a binary16 pattern (RFC 8949 Appendix D). */
export function halfToNumber(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (mantissa + 1024) * 2 ** (exponent - 25);
}

/** The value of a binary32 pattern. */
export function singleToNumber(bits: number): number {
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}

/** The value of a binary64 pattern, given as its two halves. */
export function doubleToNumber(high: number, low: number): number {
  scratch.setUint32(0, high);
  scratch.setUint32(4, low);
  return scratch.getFloat64(0);
}

/** Whether binary32 holds the value exactly (NaN aside). */
export const fitsSingle = (value: number): boolean => Math.fround(value) === value;

/** The binary16 pattern that holds the value exactly, or -1; NaN is the quiet one without payload, 7e00. */
export function numberToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  if (!fitsSingle(value)) return -1;
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const mantissa = bits & 0x7fffff;
  const exponent = ((bits >>> 23) & 0xff) - 127;
  if (exponent === 128) return sign | 0x7c00;
  if (exponent === -127) return mantissa === 0 ? sign : -1;
  if (exponent > 15 || exponent < -24) return -1;
  if (exponent >= -14) return mantissa & 0x1fff ? -1 : sign | ((exponent + 15) << 10) | (mantissa >> 13);
  const significand = mantissa | 0x800000;
  const shift = -1 - exponent;
  return significand & ((1 << shift) - 1) ? -1 : sign | (significand >> shift);
}

/** Writes the value as binary32 or binary64, big-endian, at `offset`. */
export function writeFloat(target: Uint8Array, offset: number, value: number, octets: 4 | 8): void {
  if (octets === 4) scratch.setFloat32(0, value);
  else scratch.setFloat64(0, value);
  for (let index = 0; index < octets; index += 1) target[offset + index] = scratch.getUint8(index);
}
