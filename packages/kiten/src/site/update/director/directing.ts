import type { assignmentOf, EcuFacts } from '@kiten/update';
import type { KeptVehicle } from '../../../store/update-vehicles.ts';

export type Assignment = ReturnType<typeof assignmentOf>;

/** What a manifest says of one ECU. */
export interface HeardEcu extends EcuFacts {
  /** The release counter of what it runs, which may be on trial. */
  readonly runs?: number;
}

/** A manifest that the ECUs of a device vouch for. */
export interface HeardManifest {
  /** What it says of each ECU, with the counter that was burnt there before. */
  readonly ecus: readonly HeardEcu[];
  /** What its ECUs have noticed of attacks, by their names. */
  readonly attacks: ReadonlyMap<string, string>;
  /** To be kept, so that none of it counts twice. */
  readonly memory: string;
}

/** An ECU as an operator describes it. */
export interface DescribedEcu {
  readonly ecu: string;
  readonly hardwareId: string;
  /** PEM; that of the device’s certificate unless given. */
  readonly key?: string;
  readonly primary?: boolean;
}

/** What a device is told, signed. */
export interface Directed {
  /** To be kept before it is served. */
  readonly director: string;
  /** The version and SHA-256 of the targets that are new; absent if it was told the same before. */
  readonly said?: { readonly version: number; readonly sha256: string };
}

/** The Director repository, as the site’s desk needs it (Uptane 2.1 §5.3.2). */
export interface Directing {
  /**
   * Judges a manifest.
   *
   * @param key SPKI of the certificate that the device shows: it is that of its one ECU, unless an inventory says otherwise
   * @throws KitenError `update/uptane-…`, `update/unsigned`, `update/metadata-malformed`, `codec/…`
   */
  hear(device: string, body: Uint8Array, key: Uint8Array, kept: KeptVehicle | undefined): HeardManifest;
  /** What is kept of the ECUs that a device has. @throws KitenError `update/uptane-inventory`, `update/uptane-name` … */
  inventory(device: string, ecus: readonly DescribedEcu[]): string;
  /** Signs what a device is told after such a manifest. @throws KitenError `update/uptane-…` if its parts don’t go together */
  say(
    device: string,
    heard: HeardManifest,
    assignments: readonly Assignment[],
    kept: KeptVehicle | undefined,
  ): Directed;
}
