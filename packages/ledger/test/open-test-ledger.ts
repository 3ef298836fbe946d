import { type Clock, manualClock, type Signer } from '@kiten/codec';
import { type Ledger, type LedgerOptions, openLedger } from '../src/index.ts';
import { testSigner } from './signers.ts';

export { testSigner } from './signers.ts';

export const origin = 'plant-7.example/log';
export const clock: Clock = manualClock(1_790_000_000_000);

export const signer: Signer = testSigner();

/** A ledger that publishes only when told to, and doesn't fill much ahead. */
export function openTestLedger(directory: string, options: Partial<LedgerOptions> = {}): Promise<Ledger> {
  return openLedger({
    directory,
    origin,
    signer,
    clock,
    publishInterval: 3_600_000,
    preallocateBytes: 16_384,
    ...options,
  });
}
