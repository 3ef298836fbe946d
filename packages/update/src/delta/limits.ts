/** What is taken of a delta at most, so that nobody fills a device by it or keeps it busy. */
export interface DeltaLimits {
  /** Octets of the target. */
  readonly targetBytes: number;
  /** Octets of the target that one section makes. Whoever applies it needs up to four times that, rarely a tenth. */
  readonly sectionBytes: number;
}

export const defaultDeltaLimits: DeltaLimits = {
  targetBytes: 16 * 1024 ** 3,
  sectionBytes: 16 * 1024 ** 2,
};

/** How much a maker of deltas looks at at a time: its memory is about seven times the window. */
export interface DeltaWindows {
  /** Octets of the target that are described together. */
  readonly sectionBytes: number;
  /** Octets of the base in which a section’s likeness is looked for. */
  readonly windowBytes: number;
}

export const defaultDeltaWindows: DeltaWindows = {
  sectionBytes: 16 * 1024 ** 2,
  windowBytes: 128 * 1024 ** 2,
};
