import { type PcrSelection, type TpmReader, TpmWriter, tpmHashOf } from '@kiten/wire';
import type { Tpm } from './tpm.ts';

/** TPM_CAP (TPM 2.0 Library, Part 2, 6.12). */
const capability = { handles: 1, pcrs: 5, properties: 6, curves: 8 } as const;
/** TPM_PT (Part 2, 6.13). */
const property = { manufacturer: 0x105, vendor: 0x106, firmware: 0x10b } as const;
const maximumEntries = 1024;

/** What a TPM says it is. */
export interface TpmDescription {
  /** Four letters of the vendor in the TCG's registry, such as `IFX`. */
  readonly manufacturer: string;
  readonly vendor: string;
  /** Both halves of its firmware's version, 16 hexadecimal digits. */
  readonly firmware: string;
  /** The banks of its PCRs and which there are. */
  readonly banks: readonly PcrSelection[];
  /** TPM_ECC_CURVE. */
  readonly curves: readonly number[];
}

/** @throws KitenError `agent/tpm-refused` */
export async function describeTpm(tpm: Tpm): Promise<TpmDescription> {
  const properties = new Map(
    await ask(tpm, capability.properties, property.manufacturer, 7, (reader) =>
      entries(reader, () => [reader.uint32(), reader.uint32()] as const),
    ),
  );
  const letters = (...keys: readonly number[]) =>
    keys
      .map((key) => asciiOf(properties.get(key) ?? 0))
      .join('')
      .trim();
  const hex = (key: number) => (properties.get(key) ?? 0).toString(16).padStart(8, '0');
  return {
    manufacturer: letters(property.manufacturer),
    vendor: letters(property.vendor, property.vendor + 1, property.vendor + 2, property.vendor + 3),
    firmware: hex(property.firmware) + hex(property.firmware + 1),
    banks: await readBanks(tpm),
    curves: await ask(tpm, capability.curves, 0, 64, (reader) => entries(reader, () => reader.uint16())),
  };
}

/** Handles in use from `first` on, of its kind: persistent objects from 0x81000000, NV indices from 0x01000000. */
export const listHandles = (tpm: Tpm, first: number): Promise<readonly number[]> =>
  ask(tpm, capability.handles, first, 254, (reader) => entries(reader, () => reader.uint32()));

async function readBanks(tpm: Tpm): Promise<readonly PcrSelection[]> {
  const all = await ask(tpm, capability.pcrs, 0, 64, (reader) =>
    entries(reader, () => {
      const bank = tpmHashOf(reader.uint16());
      const map = reader.octets(reader.uint8());
      return { bank, map };
    }),
  );
  // A bank of a hash function that is unknown here cannot be quoted either.
  return all.flatMap(({ bank, map }) => {
    const pcrs = [...map].flatMap((bits, octet) =>
      Array.from({ length: 8 }, (_, bit) => octet * 8 + bit).filter((pcr) => (bits >> (pcr & 7)) & 1),
    );
    return bank === undefined || pcrs.length === 0 ? [] : [{ bank, pcrs, mapBytes: map.length }];
  });
}

async function ask<Value>(
  tpm: Tpm,
  kind: number,
  first: number,
  count: number,
  read: (reader: TpmReader) => Value,
): Promise<Value> {
  const parameters = new TpmWriter().uint32(kind).uint32(first).uint32(count).result();
  const { value } = await tpm.command('getCapability', { parameters }, (reader) => {
    // More may follow: what is asked for here fits into one answer.
    reader.boolean();
    reader.uint32();
    return read(reader);
  });
  return value;
}

function entries<Value>(reader: TpmReader, read: () => Value): Value[] {
  const count = Math.min(reader.uint32(), maximumEntries);
  return Array.from({ length: count }, read);
}

const asciiOf = (value: number): string =>
  String.fromCharCode(
    ...[24, 16, 8, 0].map((shift) => (value >>> shift) & 0x7f).filter((letter) => letter >= 0x20),
  );
