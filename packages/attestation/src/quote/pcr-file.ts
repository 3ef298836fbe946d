import { type PcrSelection, tpmHashOf } from '@kiten/wire';
import { bufferOf, type OctetText, refusal } from '../hash.ts';
import type { PcrBanks } from '../register.ts';

/** Octets of the TPML_PCR_SELECTION of C: a count and 16 entries of 8. */
const selectionBytes = 132;
/** Octets of the TPML_DIGEST of C: a count and 8 TPM2B_DIGESTs of 66. */
const listBytes = 532;
const listLength = 8;
const digestBytes = 66;
const maximumLists = 64;

/**
 * The PCR values that `tpm2_quote -o` writes: with `-F serialized` (the default) the tools' own C structures, the
 * lowest octet first; with `-F values` the values alone, in the order of the quote.
 *
 * @param selections what the quote selects
 * @throws KitenError `attestation/pcr-file-malformed`
 */
export function readPcrFile(bytes: Uint8Array, selections: readonly PcrSelection[]): PcrBanks {
  const total = selections.reduce((sum, { bank, pcrs }) => sum + bank.bytes * pcrs.length, 0);
  if (total > 0 && bytes.length === total)
    return assign(selections, splitValues(bufferOf(bytes), selections));
  const { selected, values } = readStructures(bufferOf(bytes));
  return assign(selected, values);
}

function splitValues(bytes: Buffer, selections: readonly PcrSelection[]): OctetText[] {
  let offset = 0;
  return selections.flatMap(({ bank, pcrs }) =>
    pcrs.map(() => {
      offset += bank.bytes;
      return bytes.toString('latin1', offset - bank.bytes, offset);
    }),
  );
}

function readStructures(bytes: Buffer): { selected: PcrSelection[]; values: OctetText[] } {
  const listsAt = selectionBytes + 4;
  const lists = bytes.length >= listsAt ? bytes.readUInt32LE(selectionBytes) : 0;
  const banks = bytes.length >= 4 ? bytes.readUInt32LE(0) : 0;
  if (
    banks < 1 ||
    banks > 16 ||
    lists < 1 ||
    lists > maximumLists ||
    bytes.length !== listsAt + lists * listBytes
  ) {
    throw malformed();
  }
  const selected = Array.from({ length: banks }, (_, index) => readSelection(bytes, 4 + index * 8));
  const values = Array.from({ length: lists }, (_, index) =>
    readList(bytes, listsAt + index * listBytes),
  ).flat();
  return { selected, values };
}

function readSelection(bytes: Buffer, at: number): PcrSelection {
  const bank = tpmHashOf(bytes.readUInt16LE(at));
  const mapBytes = bytes[at + 2]!;
  if (bank === undefined || mapBytes < 1 || mapBytes > 4) throw malformed();
  const pcrs: number[] = [];
  for (let pcr = 0; pcr < mapBytes * 8; pcr += 1)
    if ((bytes[at + 3 + (pcr >> 3)]! >> (pcr & 7)) & 1) pcrs.push(pcr);
  return { bank, pcrs, mapBytes };
}

function readList(bytes: Buffer, at: number): OctetText[] {
  const count = bytes.readUInt32LE(at);
  if (count > listLength) throw malformed();
  return Array.from({ length: count }, (_, index) => {
    const start = at + 4 + index * digestBytes;
    const length = bytes.readUInt16LE(start);
    if (length > digestBytes - 2) throw malformed();
    return bytes.toString('latin1', start + 2, start + 2 + length);
  });
}

function assign(selections: readonly PcrSelection[], values: readonly OctetText[]): PcrBanks {
  const banks = new Map<number, Map<number, OctetText>>();
  let next = 0;
  for (const { bank, pcrs } of selections) {
    const registers = banks.get(bank.id) ?? new Map<number, OctetText>();
    banks.set(bank.id, registers);
    for (const pcr of pcrs) {
      const value = values[next++];
      if (value?.length !== bank.bytes) throw malformed();
      registers.set(pcr, value);
    }
  }
  if (next !== values.length) throw malformed();
  return banks;
}

const malformed = () =>
  refusal(
    'attestation/pcr-file-malformed',
    'These are no PCR values as tpm2_quote writes them (-o, with -F serialized or values).',
  );
