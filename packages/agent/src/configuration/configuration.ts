import type { MeasurementFiles } from '../evidence/measurements.ts';
import type { Pkcs11Settings } from '../keys/pkcs11-key.ts';
import type { Address } from '../site/connector.ts';
import type { TpmKeyKind } from '../tpm/key-template.ts';
import type { UpdateSettings } from '../update/settings.ts';

export type KeySettings =
  | { readonly store: 'tpm' | 'file' }
  | ({ readonly store: 'pkcs11' } & Pkcs11Settings);

/** The agent's configuration, with what was left out filled in. */
export interface AgentConfiguration {
  readonly device: string;
  /** The site's port for devices. */
  readonly site: Address;
  /** File: PEM of the site's root. */
  readonly trust: string;
  /** Directory. */
  readonly state: string;
  readonly tpm:
    | {
        readonly address: string;
        readonly attestation: TpmKeyKind;
        /** Undefined: the first that the maker certified. */
        readonly endorsement: TpmKeyKind | undefined;
      }
    | undefined;
  /** Where the key of the device's certificate lives. */
  readonly key: KeySettings;
  readonly logs: MeasurementFiles;
  /** Where the device's files lie that the runtime report is made of. */
  readonly root: string;
  /** Where it connects by MQTT to be challenged there; undefined: it attests by HTTPS alone. */
  readonly mqtt: Address | undefined;
  /** Undefined: the agent updates nothing. */
  readonly update: UpdateSettings | undefined;
}
