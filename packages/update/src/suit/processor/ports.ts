import type { SharedKey, TrustedSigner } from '../authenticate.ts';
import type { ComponentIdentifier } from '../component.ts';
import type { SuitDigest } from '../digest.ts';
import type { RecipientKeys } from '../encryption/content-key.ts';
import type { Pieces } from '../encryption/decrypt-payload.ts';
import type { VendorIdentifier } from '../parameters.ts';
import type { SuitVersion } from '../version.ts';

/** What a component answers to (draft-ietf-suit-manifest §8.4.9.1): any one of each list. */
export interface ComponentIdentity {
  readonly vendors: readonly VendorIdentifier[];
  readonly classes: readonly Uint8Array[];
  readonly devices?: readonly Uint8Array[];
}

/** What somebody who signed a manifest is about to do with a component. */
export interface ComponentUse {
  readonly signers: readonly (TrustedSigner | SharedKey)[];
  readonly component: ComponentIdentifier;
  readonly command: 'fetch' | 'copy' | 'write' | 'swap' | 'invoke';
}

/** The device as a manifest sees it. What is left out is what it cannot do: a command for it is refused. */
export interface SuitDevice {
  identity(component: ComponentIdentifier): ComponentIdentity;
  /** The slot that a component would be written to or run from. */
  slot?(component: ComponentIdentifier): number | undefined;
  /** Seconds since 1970. */
  now?(): number;
  /** What is left in it, in milliwatt-hours. */
  battery?(): number;
  /** Whether somebody has agreed to an update of this priority. */
  isAuthorized?(priority: number): boolean | Promise<boolean>;
  version?(component: ComponentIdentifier): SuitVersion | undefined;
  /** Waits for the events (SUIT_Wait_Event, encoded); false if they will not come. */
  wait?(events: Uint8Array): Promise<boolean>;
  /**
   * @param maxBytes more than this is not taken.
   * @param arguments_ what the manifest says besides, for this kind of device to make something of.
   */
  fetch?(uri: string, maxBytes: number, arguments_?: Uint8Array): AsyncIterable<Uint8Array>;
  invoke?(component: ComponentIdentifier, arguments_: Uint8Array | undefined): void | Promise<void>;
  /** A manufacturer's own command; false if it fails as a condition. */
  custom?(
    label: number,
    argument: number | string | Uint8Array | null,
    component: ComponentIdentifier,
  ): boolean | Promise<boolean>;
  /** Whether they may; everybody who is trusted may if this is left out (draft-ietf-suit-manifest §9). */
  mayUse?(use: ComponentUse): boolean;
  /** For payloads that are encrypted for this device. */
  readonly keys?: RecipientKeys;
}

/** Which manifest a device runs by: the highest it has ever installed under this place. */
export interface InstalledManifest {
  readonly sequenceNumber: number;
  readonly digest: SuitDigest;
}

/** Where images are kept. Nothing that is written is seen by anybody else until it is committed. */
export interface SuitStorage {
  /** Whether there is such a place. */
  has(component: ComponentIdentifier): boolean;
  installed(manifest: ComponentIdentifier): Promise<InstalledManifest | undefined>;
  /** @param manifest what was staged for the same manifest before is found again. */
  begin(manifest: SuitDigest): Promise<SuitTransaction>;
}

export interface SuitTransaction {
  /** As {@link SuitStorage.has}. */
  has(component: ComponentIdentifier): boolean;
  /** What was staged, or else what is installed; undefined if there is nothing. */
  read(component: ComponentIdentifier): Promise<AsyncIterable<Uint8Array> | undefined>;
  write(component: ComponentIdentifier, pieces: Pieces): Promise<void>;
  swap(one: ComponentIdentifier, other: ComponentIdentifier): Promise<void>;
  /** Puts everything in place and takes down the manifests, all of it or nothing, whatever happens to the power. */
  commit(
    manifests: readonly (InstalledManifest & { readonly manifest: ComponentIdentifier })[],
  ): Promise<void>;
  /** Forgets what was staged. */
  discard(): Promise<void>;
  /** Keeps what was staged, to go on with it later. */
  suspend(): Promise<void>;
}
