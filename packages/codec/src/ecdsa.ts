import { KitenError } from './error.ts';

/**
 * ECDSA-Sig-Value (RFC 3279 §2.2.3) in DER from the raw form r ‖ s (IEEE P1363), as COSE and JOSE carry it.
 *
 * @param raw an even number of octets, 132 at most; neither half zero.
 * @throws KitenError `codec/ecdsa-signature-malformed`.
 */
export function ecdsaRawToDer(raw: Uint8Array): Uint8Array {
  if (raw.length === 0 || raw.length % 2 !== 0 || raw.length > 132) {
    throw malformed(
      `A raw ECDSA signature has two equal halves of at most 66 octets, not ${raw.length} in all.`,
    );
  }
  const half = raw.length / 2;
  const r = magnitudeStart(raw, 0, half);
  const s = magnitudeStart(raw, half, raw.length);
  const rLength = integerLength(raw, r, half);
  const sLength = integerLength(raw, s, raw.length);
  const contentLength = 4 + rLength + sLength;
  const isLong = contentLength >= 0x80;
  const der = new Uint8Array((isLong ? 3 : 2) + contentLength);
  der[0] = 0x30;
  if (isLong) der[1] = 0x81;
  const start = isLong ? 3 : 2;
  der[start - 1] = contentLength;
  writeInteger(der, start, rLength, raw, r, half);
  writeInteger(der, start + 2 + rLength, sLength, raw, s, raw.length);
  return der;
}

/**
 * The raw form r ‖ s of an ECDSA-Sig-Value in DER: definite and minimal lengths, minimal positive INTEGERs,
 * nothing behind them.
 *
 * @param coordinateBytes the length of each half in octets: 32, 48 or 66.
 * @throws KitenError `codec/ecdsa-signature-malformed`.
 */
export function ecdsaDerToRaw(der: Uint8Array, coordinateBytes: number): Uint8Array {
  const start = sequenceContentStart(der);
  const r = readInteger(der, start, coordinateBytes);
  const s = readInteger(der, r.end, coordinateBytes);
  if (s.end !== der.length) throw malformed('The ECDSA signature goes on behind s.', s.end);
  const raw = new Uint8Array(coordinateBytes * 2);
  raw.set(r.magnitude, coordinateBytes - r.magnitude.length);
  raw.set(s.magnitude, coordinateBytes * 2 - s.magnitude.length);
  return raw;
}

function magnitudeStart(raw: Uint8Array, start: number, end: number): number {
  let first = start;
  while (first < end && raw[first] === 0) first += 1;
  if (first === end) throw malformed('Neither r nor s of an ECDSA signature is zero.');
  return first;
}

/** Octets of a positive INTEGER: one more where its highest bit would read as a sign. */
const integerLength = (raw: Uint8Array, start: number, end: number): number =>
  end - start + (raw[start]! >= 0x80 ? 1 : 0);

function writeInteger(
  der: Uint8Array,
  at: number,
  length: number,
  raw: Uint8Array,
  start: number,
  end: number,
): void {
  der[at] = 0x02;
  der[at + 1] = length;
  const to = at + 2 + length - (end - start);
  for (let index = start; index < end; index += 1) der[to + index - start] = raw[index]!;
}

function sequenceContentStart(der: Uint8Array): number {
  if (der[0] !== 0x30) throw malformed('An ECDSA signature is a SEQUENCE.', 0);
  const isLong = der[1] === 0x81;
  const length = isLong ? der[2] : der[1];
  const start = isLong ? 3 : 2;
  if (length === undefined || length >= 0x80 !== isLong || start + length !== der.length) {
    throw malformed('The length of the ECDSA signature is not that of its DER encoding.', 1);
  }
  return start;
}

function readInteger(der: Uint8Array, offset: number, coordinateBytes: number) {
  const length = der[offset + 1];
  const start = offset + 2;
  if (der[offset] !== 0x02 || length === undefined || length === 0 || length >= 0x80) {
    throw malformed('An ECDSA signature holds two INTEGERs.', offset);
  }
  const end = start + length;
  const first = der[start]!;
  if (end > der.length) throw malformed('The ECDSA signature is cut short.', offset);
  if (first >= 0x80) throw malformed('r and s of an ECDSA signature are positive.', start);
  if (first === 0 && (length === 1 || der[start + 1]! < 0x80)) {
    throw malformed('r or s of the ECDSA signature is zero or not encoded minimally.', start);
  }
  const magnitude = der.subarray(first === 0 ? start + 1 : start, end);
  if (magnitude.length > coordinateBytes) throw malformed('r or s is longer than the curve allows.', start);
  return { magnitude, end };
}

function malformed(message: string, offset?: number): KitenError {
  return new KitenError('codec/ecdsa-signature-malformed', message, {
    ...(offset === undefined ? {} : { detail: { offset } }),
  });
}
