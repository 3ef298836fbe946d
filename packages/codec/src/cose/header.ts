import { type DecodeCborOptions, decodeCbor } from '../cbor/decode.ts';
import { encodeCbor } from '../cbor/encode.ts';
import type { CborMap, CborValue } from '../cbor/value.ts';
import { type ErrorCode, KitenError } from '../error.ts';

/** Labels of common header parameters (RFC 9052 §3.1; `cwtClaims` is RFC 9597 §2). */
export const coseHeader = {
  algorithm: 1,
  critical: 2,
  contentType: 3,
  keyIdentifier: 4,
  cwtClaims: 15,
} as const;

/** What stands for the protected header in messages and signatures: nothing at all if it is empty (§3). */
export function encodeProtected(header: CborMap): Uint8Array {
  return header.size === 0 ? new Uint8Array(0) : encodeCbor(header);
}

/** The protected header of its octets: no octets, or a map (an empty one too) (RFC 9052 §3). */
export function decodeProtected(octets: Uint8Array, options: DecodeCborOptions): CborMap {
  if (octets.length === 0) return new Map();
  const header = decodeCbor(octets, options);
  if (!(header instanceof Map)) throw refusal('codec/cose-malformed', 'The protected header is no map.');
  return header;
}

/**
 * Checks what RFC 9052 §3 asks of the two headers together: labels are integers or texts, none occurs in both;
 * `alg` and `crit` stand in the protected one only; `crit` lists labels that are there (§3.1).
 *
 * @throws KitenError `codec/cose-label-invalid`, `codec/cose-duplicate-label`,
 * `codec/cose-algorithm-unprotected` or `codec/cose-critical-malformed`.
 */
export function checkHeaders(protectedHeader: CborMap, unprotectedHeader: CborMap): void {
  for (const label of protectedHeader.keys()) checkLabel(label);
  for (const label of unprotectedHeader.keys()) {
    checkLabel(label);
    if (protectedHeader.has(label)) {
      throw refusal('codec/cose-duplicate-label', `The label ${label} occurs in both headers.`);
    }
  }
  if (unprotectedHeader.has(coseHeader.algorithm)) {
    throw refusal('codec/cose-algorithm-unprotected', 'The algorithm stands outside the protected header.');
  }
  if (unprotectedHeader.has(coseHeader.critical)) {
    throw refusal(
      'codec/cose-critical-malformed',
      'The list of critical labels stands outside the protected header.',
    );
  }
  if (protectedHeader.has(coseHeader.critical)) criticalLabels(protectedHeader);
}

/** The labels that a recipient has to understand (`crit`); none without the parameter. */
export function criticalLabels(protectedHeader: CborMap): readonly CborValue[] {
  if (!protectedHeader.has(coseHeader.critical)) return [];
  const labels = protectedHeader.get(coseHeader.critical);
  if (!Array.isArray(labels) || labels.length === 0) {
    throw refusal('codec/cose-critical-malformed', 'The critical labels are no list with an element.');
  }
  for (const label of labels) {
    checkLabel(label);
    if (!protectedHeader.has(label)) {
      throw refusal(
        'codec/cose-critical-malformed',
        `The critical label ${label} is not in the protected header.`,
      );
    }
  }
  return labels;
}

function checkLabel(label: CborValue): void {
  if (typeof label === 'string' || Number.isSafeInteger(label)) return;
  // A small bigint has the encoding of the number, but another place in a Map.
  if (typeof label === 'bigint' && !Number.isSafeInteger(Number(label))) return;
  throw refusal('codec/cose-label-invalid', 'A label of a header is neither an integer nor a text.');
}

function refusal(code: ErrorCode, message: string): KitenError {
  return new KitenError(code, message);
}
