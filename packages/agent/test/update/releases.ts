import { createHash } from 'node:crypto';
import type { Image, PreparedImage } from '../../src/update/image.ts';

export const imageBytes = 40_000;

const contents = new Map<number, Uint8Array>();

/** Octets of a release, each different from those of another. */
export function contentOf(release: number): Uint8Array {
  const made =
    contents.get(release) ??
    Uint8Array.from({ length: imageBytes }, (_, at) => (at * 31 + release * 101 + (at >> 8)) & 255);
  contents.set(release, made);
  return made;
}

export function imageOf(release: number, content = contentOf(release)): Image {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path: `pump/${release}.img`, length: content.length, sha256, releaseCounter: release };
}

export const preparedOf = (release: number, content = contentOf(release)): PreparedImage => ({
  ...imageOf(release, content),
  async *pieces() {
    for (let at = 0; at < content.length; at += 16_384) yield content.subarray(at, at + 16_384);
  },
});
