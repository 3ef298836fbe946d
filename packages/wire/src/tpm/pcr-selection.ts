import type { TpmHash } from './algorithm.ts';
import { tpmRefusal } from './error.ts';
import { readTpm, type TpmReader } from './reader.ts';
import { TpmWriter } from './writer.ts';

/** TPMS_PCR_SELECTION (Part 2, 10.6.2): PCRs of one bank. */
export interface PcrSelection {
  readonly bank: TpmHash;
  /** Ascending, each once, 0 to 31. */
  readonly pcrs: readonly number[];
  /** Octets of the bit map, 1 to 4; three cover the 24 PCRs of a PC. */
  readonly mapBytes: number;
}

/** As many banks as a TPML_PCR_SELECTION holds (HASH_COUNT). */
const maximumBanks = 16;
const maximumMapBytes = 4;

/** Decodes a TPML_PCR_SELECTION (Part 2, 10.9.7) that fills the bytes. @throws KitenError `wire/tpm-…` */
export const decodePcrSelections = (bytes: Uint8Array): readonly PcrSelection[] =>
  readTpm(bytes, readPcrSelections);

export function readPcrSelections(reader: TpmReader): readonly PcrSelection[] {
  const start = reader.offset;
  const count = reader.uint32();
  if (count > maximumBanks) {
    throw tpmRefusal('wire/tpm-count', `A selection of more than ${maximumBanks} banks.`, start);
  }
  const selections: PcrSelection[] = [];
  for (let index = 0; index < count; index += 1) selections.push(readPcrSelection(reader));
  return selections;
}

function readPcrSelection(reader: TpmReader): PcrSelection {
  const bank = reader.hash();
  const start = reader.offset;
  const mapBytes = reader.uint8();
  if (mapBytes < 1 || mapBytes > maximumMapBytes) throw mapSize(start);
  const pcrs: number[] = [];
  for (let octet = 0; octet < mapBytes; octet += 1) {
    const bits = reader.uint8();
    for (let bit = 0; bit < 8; bit += 1) if ((bits >> bit) & 1) pcrs.push(octet * 8 + bit);
  }
  return { bank, pcrs, mapBytes };
}

/** @throws KitenError `wire/tpm-…` for what decoding would refuse */
export function encodePcrSelections(selections: readonly PcrSelection[]): Uint8Array {
  const writer = new TpmWriter();
  writePcrSelections(writer, selections);
  return writer.result();
}

export function writePcrSelections(writer: TpmWriter, selections: readonly PcrSelection[]): void {
  if (selections.length > maximumBanks) {
    throw tpmRefusal('wire/tpm-count', `A selection of more than ${maximumBanks} banks.`);
  }
  writer.uint32(selections.length);
  for (const { bank, pcrs, mapBytes } of selections) {
    if (!Number.isInteger(mapBytes) || mapBytes < 1 || mapBytes > maximumMapBytes) throw mapSize();
    const map = new Uint8Array(mapBytes);
    for (const pcr of pcrs) {
      if (!Number.isInteger(pcr) || pcr < 0 || pcr >= mapBytes * 8) {
        throw tpmRefusal('wire/tpm-pcr', `The bit map has no place for PCR ${pcr}.`);
      }
      map[pcr >> 3]! |= 1 << (pcr & 7);
    }
    writer.uint16(bank.id).uint8(mapBytes).octets(map);
  }
}

const mapSize = (offset?: number) =>
  tpmRefusal(
    'wire/tpm-pcr-map',
    `The bit map of a PCR selection has 1 to ${maximumMapBytes} octets.`,
    offset,
  );
