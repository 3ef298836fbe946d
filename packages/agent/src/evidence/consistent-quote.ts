import { type PcrBanks, pcrDigest } from '@kiten/attestation';
import { KitenError, toHex } from '@kiten/codec';
import { type ClockInfo, decodeAttest, decodeTpmSignature, type PcrSelection } from '@kiten/wire';
import { quote, type SignedStatement } from '../tpm/attest.ts';
import { type PcrReadings, readPcrs } from '../tpm/pcr.ts';
import type { Tpm } from '../tpm/tpm.ts';

/** A quote and the values that it is over. */
export interface ConsistentQuote {
  readonly signed: SignedStatement;
  readonly banks: PcrBanks;
  readonly clockInfo: ClockInfo;
}

const attempts = 50;

/**
 * Quotes registers and reads them. What was extended between the two is found out by the digest in the quote, and both
 * are done again: the kernel goes on measuring.
 *
 * @throws KitenError `agent/registers-restless`, `agent/tpm-…`
 */
export async function quoteWithValues(
  tpm: Tpm,
  key: number,
  nonce: Uint8Array,
  selections: readonly PcrSelection[],
): Promise<ConsistentQuote> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const signed = await quote(tpm, key, nonce, selections);
    const banks = banksOf(await readPcrs(tpm, selections));
    const { attested, clockInfo } = decodeAttest(signed.message);
    const { hash } = decodeTpmSignature(signed.signature);
    if (attested.type !== 'quote') break;
    const digest = pcrDigest(attested.selections, banks, hash);
    if (digest !== undefined && toHex(Buffer.from(digest, 'latin1')) === toHex(attested.pcrDigest)) {
      return { signed, banks, clockInfo };
    }
  }
  throw new KitenError(
    'agent/registers-restless',
    `The registers changed between each of ${attempts} quotes and their being read.`,
  );
}

/** Values as appraisal has them: octets as characters. */
const banksOf = (readings: PcrReadings): PcrBanks =>
  new Map(
    [...readings].map(([id, values]) => [
      id,
      new Map([...values].map(([pcr, value]) => [pcr, Buffer.from(value).toString('latin1')])),
    ]),
  );
