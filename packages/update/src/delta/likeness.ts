import type { Measured } from './header.ts';
import { type Positioned, piecesOf } from './positioned.ts';

/** So many places of the base are remembered, however large it is. */
const mostAnchors = 2 ** 18;
const leastDistance = 4096;
/** Octets that an anchor is known by. */
const anchorBytes = 32;

/**
 * Remembers places of a base by what stands before them, so that it is known where in a base that is larger than memory
 * a section of the target has its like. The places are chosen by content: they are found again wherever they were moved.
 */
export class Likeness {
  readonly #positions = new Map<number, number>();
  readonly #shift: number;

  private constructor(baseLength: number) {
    const distance = Math.max(leastDistance, baseLength / mostAnchors);
    this.#shift = 32 - Math.ceil(Math.log2(distance));
  }

  static async of(base: Positioned, { length }: Measured): Promise<Likeness> {
    const likeness = new Likeness(length);
    const roll = likeness.#roller();
    let position = 0;
    for await (const piece of piecesOf(base, length)) {
      for (const octet of piece) {
        position += 1;
        const key = roll(octet);
        if (key !== undefined && !likeness.#positions.has(key)) likeness.#positions.set(key, position);
      }
    }
    return likeness;
  }

  /**
   * @param step windows begin at multiples of it and are two of it long.
   * @returns the start of the window of the base that has most places in common with the target, or undefined if none
   * has any.
   */
  windowOf(target: Uint8Array, step: number): number | undefined {
    const votes = new Map<number, number>();
    const roll = this.#roller();
    for (const octet of target) {
      const key = roll(octet);
      const position = key === undefined ? undefined : this.#positions.get(key);
      if (position === undefined) continue;
      const place = Math.floor(position / step);
      for (const window of place === 0 ? [0] : [place - 1, place]) {
        votes.set(window, (votes.get(window) ?? 0) + 1);
      }
    }
    const [best] = [...votes].toSorted(([one, more], [other, less]) => less - more || one - other);
    return best === undefined ? undefined : best[0] * step;
  }

  /** Says the key of a place, if the octet that was taken last makes it one. */
  #roller(): (octet: number) => number | undefined {
    const shift = this.#shift;
    const recent = new Uint8Array(anchorBytes);
    let [sum, at] = [0, 0];
    return (octet) => {
      recent[at % anchorBytes] = octet;
      at += 1;
      // Each octet leaves the sum with its 32nd doubling.
      sum = ((sum << 1) + Math.imul(octet + 1, 0x9e3779b1)) | 0;
      if (sum >>> shift !== 0 || at < anchorBytes) return undefined;
      let key = 0;
      for (let step = 0; step < anchorBytes; step += 1)
        key = Math.imul(key ^ recent[(at + step) % anchorBytes]!, 0x01000193) | 0;
      return key;
    };
  }
}
