import type { TpmHash } from '@kiten/wire';
import { bufferOf, type OctetText } from '../hash.ts';
import { measurementKey, readImaEntry } from '../ima/ima-entry.ts';
import { ImaScanner } from '../ima/ima-scanner.ts';
import { ImaExtender, type ImaRule } from '../ima/replay-ima.ts';
import type { ReferenceFiles } from './reference-files.ts';

/**
 * The measurement list of one image, kept once for all devices that run it. Devices measure the same files in the
 * same order while they boot: what of a device's list is the same, octet by octet, has been replayed and judged here
 * already.
 */
export class SharedImaLog {
  readonly bytes: Buffer;
  readonly digestBytes: number;
  /** Where each entry ends. */
  readonly #ends: readonly number[];
  /** How many entries from the start are approved, one after the other. */
  readonly #approved: number;
  readonly #values = new Map<string, readonly OctetText[]>();
  /** The PCR that all entries are extended into; undefined if they differ, and nothing is shared then. */
  readonly pcr: number | undefined;

  /** @throws KitenError `attestation/ima-log-…` */
  constructor(bytes: Uint8Array, files: ReferenceFiles, digestBytes = 20) {
    this.bytes = bufferOf(bytes);
    this.digestBytes = digestBytes;
    const scanner = new ImaScanner(this.bytes, 0, digestBytes);
    const ends: number[] = [];
    const pcrs = new Set<number>();
    let approved = 0;
    while (scanner.next()) {
      pcrs.add(scanner.pcr);
      const key = scanner.violation ? undefined : measurementKey(scanner);
      // The first entry is over the registers of the boot: an appraisal holds it against those.
      const isAggregate = ends.length === 0 && readImaEntry(scanner).name === 'boot_aggregate';
      const counts = key !== undefined && (isAggregate || files.hasMeasurement(key));
      if (counts && approved === ends.length) approved += 1;
      ends.push(scanner.position);
    }
    this.#ends = ends;
    this.#approved = approved;
    this.pcr = pcrs.size === 1 ? [...pcrs][0] : undefined;
  }

  get entries(): number {
    return this.#ends.length;
  }

  /** How many entries at the start of a log are those of this one, all of them approved. */
  sharedEntries(log: Buffer): number {
    if (this.pcr === undefined) return 0;
    const common = commonPrefix(log, this.bytes);
    let low = 0;
    let high = this.#approved;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#ends[middle - 1]! <= common) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Octets that so many entries take. */
  lengthOf(entries: number): number {
    return entries === 0 ? 0 : this.#ends[entries - 1]!;
  }

  /** What the PCR holds after so many entries, at least one. */
  valueAfter(entries: number, bank: TpmHash, rule: ImaRule): OctetText {
    return this.values(bank, rule)[entries - 1]!;
  }

  /** What the PCR holds after each entry. Computed once a bank and rule. */
  values(bank: TpmHash, rule: ImaRule): readonly OctetText[] {
    const name = `${bank.id} ${rule}`;
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const scanner = new ImaScanner(this.bytes, 0, this.digestBytes);
    const extender = new ImaExtender(bank, rule);
    const values: OctetText[] = [];
    while (scanner.next()) values.push(extender.extend(scanner));
    this.#values.set(name, values);
    return values;
  }
}

/** The first octet in which they differ: each step compares by the runtime's own comparison. */
function commonPrefix(one: Buffer, other: Buffer): number {
  const length = Math.min(one.length, other.length);
  if (one.compare(other, 0, length, 0, length) === 0) return length;
  let low = 0;
  let high = length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (one.compare(other, low, middle, low, middle) === 0) low = middle;
    else high = middle;
  }
  return low;
}
