import {
  type Attested,
  type AttestType,
  attestTags,
  type ClockInfo,
  readAttested,
  readClockInfo,
  writeAttested,
  writeClockInfo,
} from './attested.ts';
import { tpmRefusal } from './error.ts';
import { readTpm, type TpmReader } from './reader.ts';
import { TpmWriter } from './writer.ts';

/** TPMS_ATTEST (Part 2, 10.12.12): what a TPM signs. Its byte arrays are views of what it was decoded from. */
export interface Attest {
  /** The name of the signing key with all its parents in it. */
  readonly qualifiedSigner: Uint8Array;
  /** What the caller had signed along: the nonce. */
  readonly extraData: Uint8Array;
  readonly clockInfo: ClockInfo;
  readonly firmwareVersion: bigint;
  readonly attested: Attested;
}

/** TPM_GENERATED_VALUE: `ff` and “TCG”. No restricted key signs anything else that begins with it (Part 2, 6.2). */
export const tpmGenerated = 0xff544347;

const types: ReadonlyMap<number, AttestType> = new Map(
  (Object.entries(attestTags) as [AttestType, number][]).map(([type, tag]) => [tag, type]),
);

const maximumName = 66;
const maximumData = 66;

/** Decodes a TPMS_ATTEST that fills the bytes. @throws KitenError `wire/tpm-…` */
export const decodeAttest = (bytes: Uint8Array): Attest => readTpm(bytes, readAttest);

function readAttest(reader: TpmReader): Attest {
  if (reader.uint32() !== tpmGenerated) {
    throw tpmRefusal('wire/tpm-magic', 'What a TPM attests begins with ff and “TCG”.', 0);
  }
  const start = reader.offset;
  const type = types.get(reader.uint16());
  if (type === undefined) throw tpmRefusal('wire/tpm-attest-type', 'No attestation has this tag.', start);
  const qualifiedSigner = reader.sized(maximumName);
  const extraData = reader.sized(maximumData);
  const clockInfo = readClockInfo(reader);
  const firmwareVersion = reader.uint64();
  return { qualifiedSigner, extraData, clockInfo, firmwareVersion, attested: readAttested(type, reader) };
}

/** @throws KitenError `wire/tpm-…` for what decoding would refuse */
export function encodeAttest(attest: Attest): Uint8Array {
  const writer = new TpmWriter();
  writer.uint32(tpmGenerated).uint16(attestTags[attest.attested.type]);
  writer.sized(attest.qualifiedSigner, maximumName).sized(attest.extraData, maximumData);
  writeClockInfo(writer, attest.clockInfo);
  writer.uint64(attest.firmwareVersion);
  writeAttested(writer, attest.attested);
  return writer.result();
}
