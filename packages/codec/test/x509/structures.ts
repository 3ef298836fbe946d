import { fromHex } from '../../src/bytes.ts';
import { element, sequence, set } from '../der/element.ts';

/** The parts of a certificate, each replaceable: what an issuer that follows the standard would never write. */
export interface CertificateParts {
  version?: Uint8Array;
  serial?: Uint8Array;
  algorithm?: Uint8Array;
  issuer?: Uint8Array;
  validity?: Uint8Array;
  subject?: Uint8Array;
  publicKey?: Uint8Array;
  /** What follows the key. */
  tail?: Uint8Array;
  outerAlgorithm?: Uint8Array;
  signature?: Uint8Array;
  end?: Uint8Array;
}

export const ecdsaWithSha256 = sequence(fromHex('06082a8648ce3d040302'));
const nothing = new Uint8Array(0);
export const named = (text: string) => sequence(set(sequence(fromHex('0603550403'), element(0x0c, text))));
export const utcTime = (digits: string) => element(0x17, `${digits}Z`);
export const generalizedTime = (digits: string) => element(0x18, `${digits}Z`);
const p256 = sequence(
  sequence(fromHex('06072a8648ce3d0201'), fromHex('06082a8648ce3d030107')),
  element(0x03, [0, 4], new Uint8Array(64).fill(1)),
);

/** A certificate by hand; the signature is a placeholder. */
export function certificateOf(parts: CertificateParts): Uint8Array {
  const algorithm = parts.algorithm ?? ecdsaWithSha256;
  return sequence(
    sequence(
      parts.version ?? element(0xa0, [2, 1, 2]),
      parts.serial ?? element(2, [1]),
      algorithm,
      parts.issuer ?? named('authority'),
      parts.validity ?? sequence(utcTime('260101000000'), utcTime('270101000000')),
      parts.subject ?? named('pump-1'),
      parts.publicKey ?? p256,
      parts.tail ?? nothing,
    ),
    parts.outerAlgorithm ?? algorithm,
    parts.signature ?? element(0x03, [0], sequence(element(2, [1]), element(2, [1]))),
    parts.end ?? nothing,
  );
}

/** One extension by hand; `critical` is the encoding of the flag. */
export const extensionOf = (oid: string, value: Uint8Array, critical: Uint8Array = nothing) =>
  sequence(fromHex(oid), critical, element(0x04, value));

export const extensionsOf = (...list: Uint8Array[]) => element(0xa3, sequence(...list));
