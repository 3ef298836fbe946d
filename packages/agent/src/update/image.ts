/** One of the two places that the device’s software runs from. */
export type Slot = 'a' | 'b';

export const otherSlot = (slot: Slot | undefined): Slot => (slot === 'a' ? 'b' : 'a');

/** A file that somebody vouches for who may. */
export interface Image {
  /** Its path in the metadata. */
  readonly path: string;
  /** Octets. */
  readonly length: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Releases are counted: no device goes back behind one that it has confirmed. */
  readonly releaseCounter: number;
}

/** A way to an image that is shorter than the image itself, for whoever has its base. */
export interface ImageDelta {
  readonly path: string;
  readonly length: number;
  readonly sha256: string;
  /** SHA-256 of the image that it begins from. */
  readonly base: string;
}

/** An image as it is going to be written: as often as it is asked for. */
export interface PreparedImage extends Image {
  pieces(): AsyncIterable<Uint8Array>;
  /** Where it lies whole, if it does. */
  readonly file?: string;
}
