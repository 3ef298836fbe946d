import { KitenError } from '@kiten/codec';
import { keyIdOf, keyObjectOf } from '../tuf/metadata/key.ts';
import type { TufKey } from '../tuf/metadata/model.ts';
import type { PublicKey } from '../tuf/repository/drafts.ts';
import { checkName } from './identifier.ts';

/** What the inventory knows of an ECU (Uptane 2.1 §5.3.2.2). */
export interface Ecu {
  readonly identifier: string;
  /** The kind of hardware: what images are made for. */
  readonly hardwareId: string;
  /** With what it signs its reports. */
  readonly key: TufKey;
  readonly isPrimary: boolean;
}

/** A vehicle of the inventory: one ECU of it is the primary. */
export interface Vehicle {
  readonly identifier: string;
  readonly ecus: ReadonlyMap<string, Ecu>;
  readonly primary: Ecu;
}

/** An ECU’s public key with the id that its signatures name. @throws KitenError `update/key-unsupported`. */
export function ecuKey({ algorithm, publicKey }: PublicKey): TufKey {
  const { keytype, scheme, keyval } = keyObjectOf(algorithm, publicKey);
  const keyId = keyIdOf({ keytype, scheme, keyval });
  return { keyId, keyType: keytype, scheme, material: { algorithm, publicKey } };
}

/** A vehicle of the inventory. @throws KitenError `update/uptane-inventory`, `update/uptane-name`. */
export function vehicleOf(identifier: string, ecus: readonly Ecu[]): Vehicle {
  checkName(identifier, 'a vehicle');
  const byName = new Map(ecus.map((ecu) => [checkName(ecu.identifier, 'an ECU'), ecu]));
  const [primary, ...others] = ecus.filter(({ isPrimary }) => isPrimary);
  if (primary !== undefined && others.length === 0 && byName.size === ecus.length) {
    return { identifier, ecus: byName, primary };
  }
  throw new KitenError(
    'update/uptane-inventory',
    `The inventory lists each ECU of a vehicle once, and one of them as its primary; that of ${identifier} does not.`,
    { detail: { vehicle: identifier } },
  );
}
