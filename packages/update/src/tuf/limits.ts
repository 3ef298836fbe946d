/** What a client takes at most, so that nobody keeps it busy or fills its disk. */
export interface TufLimits {
  /** Octets of metadata whose length nobody has declared. A declared length counts where it is less. */
  readonly rootBytes: number;
  readonly timestampBytes: number;
  readonly snapshotBytes: number;
  readonly targetsBytes: number;
  /** Roots fetched in one update (TUF §5.3.3). */
  readonly roots: number;
  /** Targets roles visited in search of one target, the top-level one included (TUF §5.6.7.1). */
  readonly roles: number;
  /** Octets of one target, whatever its metadata declares. */
  readonly targetBytes: number;
  /** Milliseconds in which one metadata file must be there. */
  readonly metadataDeadline: number;
  /** Milliseconds in which a target must be there. */
  readonly targetDeadline: number;
  /** Octets a second, over each `rateWindow`, below which a retrieval is given up. */
  readonly minimumRate: number;
  /** Milliseconds. */
  readonly rateWindow: number;
}

export const defaultTufLimits: TufLimits = {
  rootBytes: 512 * 1024,
  timestampBytes: 16 * 1024,
  snapshotBytes: 4 * 1024 * 1024,
  targetsBytes: 16 * 1024 * 1024,
  roots: 256,
  roles: 32,
  targetBytes: 16 * 1024 ** 3,
  metadataDeadline: 60_000,
  targetDeadline: 4 * 3_600_000,
  minimumRate: 256,
  rateWindow: 20_000,
};
