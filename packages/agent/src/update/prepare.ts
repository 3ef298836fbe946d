import { createReadStream } from 'node:fs';
import { fromHex } from '@kiten/codec';
import { applyDelta } from '@kiten/update';
import { contentOf, type Image, type ImageDelta, type PreparedImage } from './image.ts';
import type { OpenSlot } from './installer/installer.ts';

const readBytes = 256 * 1024;
const piecesIn = (file: string): AsyncIterable<Uint8Array> =>
  createReadStream(file, { highWaterMark: readBytes });

/** An image that lies whole in a file, verified. */
export const preparedFile = (image: Image, file: string): PreparedImage => ({
  ...image,
  file,
  pieces: () => piecesIn(file),
});

/**
 * An image that a delta makes from the slot that the device runs from. It is made once without being kept: nothing is
 * written before the whole has proved to be the image that is vouched for.
 *
 * @param open the slot that the device runs from; it is opened each time that the image is made.
 * @throws KitenError `update/delta-…`.
 */
export async function preparedDelta(
  image: Image,
  file: string,
  open: () => Promise<OpenSlot>,
): Promise<PreparedImage> {
  const expected = { length: image.length, sha256: fromHex(image.sha256) };
  const prepared: PreparedImage = {
    ...image,
    async *pieces() {
      await using base = await open();
      yield* applyDelta(piecesIn(file), base.file, { expected });
    },
  };
  for await (const _piece of prepared.pieces());
  return prepared;
}

/** The delta that begins from what the device runs, if one does. */
export const deltaFrom = (
  deltas: readonly ImageDelta[],
  running: Image | undefined,
): ImageDelta | undefined => running && deltas.find(({ base }) => base === contentOf(running).sha256);
