import { hash } from 'node:crypto';
import type { PcrSelection, TpmHash } from '@kiten/wire';
import { hashName, type OctetText } from '../hash.ts';
import type { PcrBanks } from '../register.ts';

/**
 * The digest that a TPM quotes over selected PCRs: their values one after the other, in the order of the selections
 * and ascending within each, under the hash of the signature's scheme (TPM 2.0 Library, Part 3, 18.4).
 *
 * @returns undefined if a selected PCR has no value here
 */
export function pcrDigest(
  selections: readonly PcrSelection[],
  banks: PcrBanks,
  algorithm: TpmHash,
): OctetText | undefined {
  let values = '';
  for (const { bank, pcrs } of selections) {
    const registers = banks.get(bank.id);
    for (const pcr of pcrs) {
      const value = registers?.get(pcr);
      if (value === undefined) return undefined;
      values += value;
    }
  }
  return hash(hashName(algorithm), Buffer.from(values, 'latin1'), 'binary');
}
