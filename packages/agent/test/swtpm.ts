import { setTimeout as delay } from 'node:timers/promises';
import type { SoftwareTpm } from '../../attestation/test/support/swtpm.ts';
import { openTpm, type Tpm } from '../src/index.ts';

export { hasSwtpm, SoftwareTpm } from '../../attestation/test/support/swtpm.ts';

/** Milliseconds that a test waits for a TPM to be ready. */
export const wait = (milliseconds: number): Promise<void> => delay(milliseconds);

export const openSoftwareTpm = (tpm: SoftwareTpm): Promise<Tpm> =>
  openTpm(`swtpm:path=${tpm.path('tpm')}`, { wait });
