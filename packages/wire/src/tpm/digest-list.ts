import { tpmRefusal } from './error.ts';
import { readTpm, type TpmReader } from './reader.ts';
import { TpmWriter } from './writer.ts';

/** A TPML_DIGEST holds eight of them (Part 2, 10.9.3). */
const maximumDigests = 8;
const maximumDigestBytes = 64;

/** Decodes a TPM2B_DIGEST (Part 2, 10.4.2). @throws KitenError `wire/tpm-…` */
export const decodeSizedDigest = (bytes: Uint8Array): Uint8Array =>
  readTpm(bytes, (reader) => reader.sized(maximumDigestBytes));

/** Decodes a TPML_DIGEST: what TPM2_PCR_Read returns. @throws KitenError `wire/tpm-…` */
export const decodeDigests = (bytes: Uint8Array): readonly Uint8Array[] => readTpm(bytes, readDigests);

function readDigests(reader: TpmReader): readonly Uint8Array[] {
  const count = reader.uint32();
  if (count > maximumDigests) {
    throw tpmRefusal('wire/tpm-count', `A list of more than ${maximumDigests} digests.`, 0);
  }
  return Array.from({ length: count }, () => reader.sized(maximumDigestBytes));
}

/** @throws KitenError `wire/tpm-…` for what decoding would refuse */
export function encodeDigests(digests: readonly Uint8Array[]): Uint8Array {
  if (digests.length > maximumDigests) {
    throw tpmRefusal('wire/tpm-count', `A list of more than ${maximumDigests} digests.`);
  }
  const writer = new TpmWriter().uint32(digests.length);
  for (const digest of digests) writer.sized(digest, maximumDigestBytes);
  return writer.result();
}
