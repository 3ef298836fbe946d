import { setTimeout as delay } from 'node:timers/promises';
import type { SoftwareTpm } from '../../attestation/test/support/swtpm.ts';
import { openTpmTransport, Tpm } from '../src/index.ts';

export { hasSwtpm, SoftwareTpm } from '../../attestation/test/support/swtpm.ts';

export const wait = (milliseconds: number): Promise<void> => delay(milliseconds);

/** A software TPM serves one connection at a time: each command has one of its own, so that tools get a turn between. */
export async function openSoftwareTpm(software: SoftwareTpm): Promise<Tpm> {
  const exchange = async (command: Uint8Array): Promise<Uint8Array> => {
    const transport = await openTpmTransport(`swtpm:path=${software.path('tpm')}`);
    try {
      return await transport.exchange(command);
    } finally {
      await transport.close();
    }
  };
  return new Tpm({ exchange, close: async () => undefined }, { wait });
}
