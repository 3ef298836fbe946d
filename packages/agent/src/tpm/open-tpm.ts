import { TpmWriter } from '@kiten/wire';
import { openTpmTransport } from './open-transport.ts';
import { isTpmRefusal, Tpm, type TpmOptions } from './tpm.ts';

/** TPM_SU_CLEAR (TPM 2.0 Library, Part 2, 6.10). */
const startupClear = 0;

/**
 * Opens a TPM by its address ({@link openTpmTransport}). A simulator is started up; a computer's has long been by its
 * firmware.
 *
 * @throws KitenError `agent/tpm-address`, `agent/tpm-unreachable`, `agent/tpm-refused`
 */
export async function openTpm(address: string, options: TpmOptions): Promise<Tpm> {
  const tpm = new Tpm(await openTpmTransport(address), options);
  if (address.startsWith('device')) return tpm;
  try {
    await tpm.order('startup', { parameters: new TpmWriter().uint16(startupClear).result() });
  } catch (error) {
    // Has been started already.
    if (isTpmRefusal(error, 'TPM_RC_INITIALIZE')) return tpm;
    await tpm.close();
    throw error;
  }
  return tpm;
}
