import type { LogTrust } from '@kiten/update';
import type { Slot } from './image.ts';
import type { InstallerPrograms } from './installer/program-installer.ts';
import type { Program } from './run-program.ts';

/** Where images go. */
export type SlotSettings =
  | { readonly kind: 'directories'; readonly directory: string }
  | {
      readonly kind: 'devices';
      readonly devices: Readonly<Record<Slot, string>>;
      readonly bootState: string;
    }
  | { readonly kind: 'programs'; readonly programs: InstallerPrograms };

/** Whose SUIT manifests are taken, and what they call this device. */
export interface SuitSettings {
  /** Files: public keys, PEM. */
  readonly keys: readonly string[];
  readonly threshold: number;
  /** A domain, and what tells the vendor’s devices apart (draft-ietf-suit-manifest §8.4.8.2). */
  readonly vendor: string;
  readonly class: string;
  readonly component: string;
}

/** How the device is updated. Times in milliseconds. */
export interface UpdateSettings {
  /** Directory: metadata, what is fetched, what is remembered. */
  readonly directory: string;
  /** The kind of hardware that images have to be made for. */
  readonly hardware: string;
  /** The device’s name among the ECUs of its vehicle, which is the device itself. */
  readonly ecu: string;
  /** Files: the first root of the Director, and of the Image repository. */
  readonly directorRoot: string;
  readonly imageRoot: string;
  readonly slots: SlotSettings;
  readonly restart: Program | undefined;
  readonly health: Program | undefined;
  readonly confirmWithin: number;
  readonly boots: number;
  /** How long at most between two looks; the site may say to look sooner. */
  readonly interval: number;
  /** Undefined: no log is asked. */
  readonly log: LogTrust | undefined;
  /** Undefined: no envelope is taken. */
  readonly suit: SuitSettings | undefined;
}
