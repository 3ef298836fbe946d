import { tpmHashFunctions } from '@kiten/wire';
import { bufferOf, digestText, type OctetText, textOf } from '../hash.ts';
import { readImaEntry } from '../ima/ima-entry.ts';
import { ImaScanner } from '../ima/ima-scanner.ts';
import type { PcrBanks } from '../register.ts';

/** Linux takes PCRs 0 to 7 into it, and 8 and 9 since 5.8, unless its hash is SHA-1. */
const spans = [8, 10] as const;

/**
 * Whether a measurement list that begins with `boot_aggregate` begins in this boot: it is the digest over the first
 * registers of the bank of its hash. True where that cannot be told, because they are not all quoted.
 *
 * @throws KitenError `attestation/ima-log-…`
 */
export function isOfThisBoot(entries: Uint8Array, quoted: PcrBanks): boolean {
  const scanner = new ImaScanner(bufferOf(entries));
  if (!scanner.next() || scanner.violation) return true;
  const { name, hash, digest } = readImaEntry(scanner);
  if (name !== 'boot_aggregate' || digest === undefined) return true;
  const algorithm = tpmHashFunctions.find((known) => known.name === hash?.replace(/^ima:/, ''));
  const registers = algorithm === undefined ? undefined : quoted.get(algorithm.id);
  if (algorithm === undefined || registers === undefined) return true;
  const values: OctetText[] = [];
  for (let pcr = 0; pcr < spans[0]; pcr += 1) {
    const value = registers.get(pcr);
    if (value === undefined) return true;
    values.push(value);
  }
  const zeros = '\0'.repeat(algorithm.bytes);
  values.push(registers.get(8) ?? zeros, registers.get(9) ?? zeros);
  return spans.some((span) => {
    const over = Buffer.from(values.slice(0, span).join(''), 'latin1');
    return digestText(algorithm, over) === textOf(digest);
  });
}
