import type { MetadataOf, MetadataType, Signed } from './model.ts';
import { parseMetadata } from './parse-metadata.ts';

/** How metadata is written. There is the standard’s way, and that of older servers for vehicles. */
export interface MetadataFormat {
  /** As {@link parseMetadata}. */
  read<T extends MetadataType>(type: T, bytes: Uint8Array, maxBytes: number): Signed<MetadataOf<T>>;
  /** What a file’s length and hashes may be of, where another file says them: one of these forms, and what we say first. */
  described(bytes: Uint8Array): readonly [Uint8Array, ...Uint8Array[]];
  /** Whether the length that is said of a file bounds the file itself. */
  readonly boundsFile: boolean;
}

/** TUF 1.0.34 §4: a file is described as it is. */
export const tufFormat: MetadataFormat = {
  read: parseMetadata,
  described: (bytes) => [bytes],
  boundsFile: true,
};
