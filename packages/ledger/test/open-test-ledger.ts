import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { type Clock, manualClock, type Signer } from '@kiten/codec';
import { type Ledger, type LedgerOptions, openLedger } from '../src/index.ts';

export const origin = 'plant-7.example/log';
export const clock: Clock = manualClock(1_790_000_000_000);

/** An Ed25519 signer whose secret is one byte, 32 times. */
export function testSigner(seed = 1): Signer {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return { algorithm: 'EdDSA', publicKey, sign: (data) => sign(null, data, key) };
}

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
