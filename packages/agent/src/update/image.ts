/** One of the two places that the device’s software runs from. */
export type Slot = 'a' | 'b';

export const otherSlot = (slot: Slot | undefined): Slot => (slot === 'a' ? 'b' : 'a');

/** What an image that is a SUIT envelope brings along, and its manifest says of it. */
export interface SuitContent {
  readonly length: number;
  readonly sha256: string;
  readonly sequenceNumber: number;
  /** SHA-256 of the manifest, lower-case hexadecimal. */
  readonly manifest: string;
}

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
  /** What lies in the slot, where that isn’t the image itself. */
  readonly content?: SuitContent;
}

/** What lies in a slot that holds an image. */
export const contentOf = (image: Image): { readonly length: number; readonly sha256: string } =>
  image.content ?? image;

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
