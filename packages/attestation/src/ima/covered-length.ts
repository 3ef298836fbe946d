import { tpmAlgorithm, tpmHashOf } from '@kiten/wire';
import { bufferOf } from '../hash.ts';
import { initialValue, type PcrBanks } from '../register.ts';
import { ImaScanner } from './ima-scanner.ts';
import { ImaExtender, type ImaRule } from './replay-ima.ts';

/** The register that the kernel extends unless it was told otherwise. */
const usual = 10;

/**
 * How much of a measurement list a quote covers, in octets: the list goes on growing between a quote and its being
 * read, and what came after the quote is for the next one. Undefined if the list nowhere leads to the quoted value.
 *
 * @param banks the values that were quoted
 * @throws KitenError `attestation/ima-log-…`
 */
export function coveredLength(log: Uint8Array, banks: PcrBanks): number | undefined {
  for (const [id, values] of banks) {
    const bank = tpmHashOf(id);
    const target = values.get(usual);
    if (bank === undefined || target === undefined) continue;
    if (target === initialValue(usual, bank)) return 0;
    const rules: readonly ImaRule[] = id === tpmAlgorithm.sha1 ? ['hashed'] : ['hashed', 'padded'];
    for (const rule of rules) {
      const scanner = new ImaScanner(bufferOf(log));
      const extender = new ImaExtender(bank, rule);
      while (scanner.next())
        if (extender.extend(scanner) === target && scanner.pcr === usual) return scanner.position;
    }
    return undefined;
  }
  return undefined;
}
