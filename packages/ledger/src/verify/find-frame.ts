import type { FileWindow } from '../segment/file-window.ts';
import { frameHeaderBytes, readFrameHeader } from '../segment/frame.ts';
import { isZero } from '../segment/read-frame.ts';

const magic = Buffer.from('KFR1', 'latin1');
const stretch = 131_072;

/**
 * Where the next frame starts after the one at `offset`: at `length` bytes from it if a header is there, else at
 * the first readable header further on. Nothing if there is none in the rest of the file.
 *
 * Every byte is tried, because inserted or removed bytes shift what follows.
 */
export async function findFrame(
  window: FileWindow,
  offset: number,
  length: number | undefined,
): Promise<number | undefined> {
  if (length !== undefined) {
    const head = await window.view(offset + length, frameHeaderBytes);
    if (readFrameHeader(head) !== undefined) return offset + length;
    if (isZero(head)) return undefined;
  }
  for (let at = offset + 1; ; at += stretch) {
    const bytes = await window.view(at, stretch + frameHeaderBytes);
    for (let hit = bytes.indexOf(magic); hit >= 0 && hit < stretch; hit = bytes.indexOf(magic, hit + 1)) {
      if (readFrameHeader(bytes.subarray(hit)) !== undefined) return at + hit;
    }
    if (bytes.length <= stretch) return undefined;
  }
}
