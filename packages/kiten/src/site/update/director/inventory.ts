import { decodePem, fromBase64, KitenError, toBase64 } from '@kiten/codec';
import { ecuKey, type Vehicle, vehicleOf } from '@kiten/update';
import { algorithmOfKey } from '../../key-algorithm.ts';
import type { DescribedEcu } from './directing.ts';

/** An ECU as an inventory is kept. */
export interface KeptEcu {
  readonly ecu: string;
  readonly hardwareId: string;
  /** SPKI in base64; absent of the one whose key is that of the device's certificate. */
  readonly key?: string;
  readonly isPrimary: boolean;
}

/** @throws KitenError `kiten/public-key-malformed` */
export function keptEcus(ecus: readonly DescribedEcu[]): readonly KeptEcu[] {
  const isOnly = ecus.length === 1;
  return ecus.map(({ ecu, hardwareId, key, primary }): KeptEcu => {
    const own = key === undefined ? {} : { key: toBase64(publicKeyIn(key)) };
    return { ecu, hardwareId, isPrimary: primary ?? isOnly, ...own };
  });
}

/**
 * A device as a vehicle of these ECUs.
 *
 * @param key SPKI of the device’s certificate
 * @throws KitenError `kiten/public-key-malformed`, `update/uptane-inventory`, `update/uptane-name`
 */
export function vehicleWith(device: string, ecus: readonly KeptEcu[], key: Uint8Array): Vehicle {
  return vehicleOf(
    device,
    ecus.map(({ ecu, hardwareId, key: own, isPrimary }) => {
      const publicKey = own === undefined ? key : fromBase64(own);
      const algorithm = algorithmOfKey(publicKey);
      if (algorithm === undefined)
        throw new KitenError('kiten/public-key-malformed', `The key of ${ecu} signs no reports.`);
      return { identifier: ecu, hardwareId, isPrimary, key: ecuKey({ algorithm, publicKey }) };
    }),
  );
}

function publicKeyIn(pem: string): Uint8Array {
  const [block] = decodePem(pem).filter(({ label }) => label === 'PUBLIC KEY');
  if (block !== undefined) return block.der;
  throw new KitenError('kiten/public-key-malformed', 'There is no “PUBLIC KEY” in this PEM.');
}
