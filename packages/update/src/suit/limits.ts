/** What is taken from a manifest at most, so that nobody keeps a device busy or fills it. */
export interface SuitLimits {
  /** Octets of an envelope, its integrated payloads included. */
  readonly envelopeBytes: number;
  /** Octets of a manifest or of one member that can be severed. */
  readonly manifestBytes: number;
  /** Signatures and authentication codes of one envelope. */
  readonly authentications: number;
  readonly components: number;
  /** Commands of one manifest, those of nested sequences included. */
  readonly commands: number;
  /** How deep command sequences nest; the section itself is 1. */
  readonly nesting: number;
  /** Commands executed in one procedure, each component of each command counted. */
  readonly steps: number;
  /** Octets written by one procedure, all components together. */
  readonly writtenBytes: number;
  /** How deep manifests depend on manifests; the root is 1. */
  readonly manifests: number;
}

export const defaultSuitLimits: SuitLimits = {
  envelopeBytes: 64 * 1024 ** 2,
  manifestBytes: 1024 ** 2,
  authentications: 16,
  components: 1024,
  commands: 16_384,
  nesting: 8,
  steps: 65_536,
  writtenBytes: 16 * 1024 ** 3,
  manifests: 4,
};
