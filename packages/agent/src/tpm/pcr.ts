import { KitenError } from '@kiten/codec';
import {
  type PcrSelection,
  readPcrSelections,
  type TpmHash,
  TpmWriter,
  writePcrSelections,
} from '@kiten/wire';
import { emptyPassword, type Tpm } from './tpm.ts';

/** Values of PCRs by bank (TPM_ALG_ID) and number. */
export type PcrReadings = ReadonlyMap<number, ReadonlyMap<number, Uint8Array>>;

/** A TPML_DIGEST holds eight. */
const maximumDigests = 8;

/**
 * Reads what is selected, in as many rounds as the TPM needs (TPM 2.0 Library, Part 3, 22.4).
 *
 * @throws KitenError `agent/tpm-pcr` for a register or bank that isn't there
 */
export async function readPcrs(tpm: Tpm, selections: readonly PcrSelection[]): Promise<PcrReadings> {
  const readings = new Map<number, Map<number, Uint8Array>>();
  for (const { bank, pcrs, mapBytes } of selections) {
    const values = readings.get(bank.id) ?? new Map<number, Uint8Array>();
    for (let at = 0; at < pcrs.length; at += maximumDigests) {
      const wanted = pcrs.slice(at, at + maximumDigests);
      const read = await readSome(tpm, { bank, pcrs: wanted, mapBytes });
      if (read.length !== wanted.length) throw missing(bank);
      for (const [index, pcr] of wanted.entries()) values.set(pcr, read[index]!);
    }
    readings.set(bank.id, values);
  }
  return readings;
}

async function readSome(tpm: Tpm, selection: PcrSelection): Promise<readonly Uint8Array[]> {
  const writer = new TpmWriter();
  writePcrSelections(writer, [selection]);
  const { value } = await tpm.command('pcrRead', { parameters: writer.result() }, (reader) => {
    reader.uint32();
    readPcrSelections(reader);
    const count = Math.min(reader.uint32(), maximumDigests);
    return Array.from({ length: count }, () => reader.sized(selection.bank.bytes));
  });
  return value;
}

const missing = (bank: TpmHash) =>
  new KitenError('agent/tpm-pcr', `The TPM lacks a selected register of its ${bank.name} bank.`);

/** Extends a PCR in each bank that a digest is given for (Part 3, 22.2). */
export function extendPcr(tpm: Tpm, pcr: number, digests: ReadonlyMap<TpmHash, Uint8Array>): Promise<void> {
  const writer = new TpmWriter().uint32(digests.size);
  for (const [bank, digest] of digests) writer.uint16(bank.id).octets(digest);
  return tpm.order('pcrExtend', {
    handles: [pcr],
    authorizations: [emptyPassword],
    parameters: writer.result(),
  });
}
