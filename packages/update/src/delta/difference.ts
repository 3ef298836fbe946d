import type { BaseIndex } from './base-index.ts';

/**
 * One step along the base: from `target` on, `added` octets of the target are those of the base from `base` on, plus a
 * difference each; the `extra` octets behind them are new.
 */
export interface Instruction {
  readonly target: number;
  readonly base: number;
  readonly added: number;
  readonly extra: number;
}

/** By so many octets another place has to fit better than the one at hand. */
const better = 8;

/**
 * Describes a target as steps along a base (Percival, “Naive Differences of Executable Code”, 2003). Where a match is
 * found that is better than going on at the place at hand, the octets between it and the last one go to either as far as
 * more than half of them agree. Code that was moved so differs in its addresses alone, which are few and alike.
 *
 * @param near where in the base the target most likely begins.
 */
export function* difference(index: BaseIndex, target: Uint8Array, near: number): Generator<Instruction> {
  const base = index.text;
  let at = { target: 0, base: near };
  for (let scan = 0; scan < target.length; ) {
    const match = nextMatch(index, target, scan, at.base - at.target);
    scan = match.target + match.length;
    const forward = agreeing(target, base, at, match.target - at.target, 1);
    const isLast = match.length === 0;
    const backward = isLast ? 0 : agreeing(target, base, match, match.target - at.target, -1);
    const overlap = Math.max(0, at.target + forward - (match.target - backward));
    const kept = split(target, base, at, match, forward - overlap, backward, overlap);
    const added = forward - overlap + kept;
    const next = { target: match.target - backward + kept, base: match.base - backward + kept };
    const extra = next.target - at.target - added;
    if (added + extra > 0) yield { ...at, added, extra };
    at = next;
    if (isLast) return;
  }
  if (at.target < target.length) {
    const rest = target.length - at.target;
    const added = agreeing(target, base, at, rest, 1);
    yield { ...at, added, extra: rest - added };
  }
}

interface Place {
  readonly target: number;
  readonly base: number;
}

interface Match extends Place {
  readonly length: number;
}

/** The next match that leads elsewhere; at the end of the target one of no length. */
function nextMatch(index: BaseIndex, target: Uint8Array, from: number, shift: number): Match {
  const base = index.text;
  const isSame = (at: number) => at + shift >= 0 && target[at] === base[at + shift];
  let [length, same, counted] = [0, 0, from];
  for (let scan = from; scan < target.length; ) {
    length = index.longestMatch(target, scan);
    for (; counted < scan + length; counted += 1) if (isSame(counted)) same += 1;
    if (length > same + better) return { target: scan, base: index.position, length };
    if (length === same && length > 0) {
      // As good as it gets at the place at hand: on behind it.
      scan += length;
      [same, counted] = [0, scan];
      continue;
    }
    if (isSame(scan)) same -= 1;
    scan += 1;
  }
  return { target: target.length, base: target.length + shift, length: 0 };
}

/** How many octets before or behind a place agree in their majority, `most` at most. */
function agreeing(
  target: Uint8Array,
  base: Uint8Array,
  from: Place,
  most: number,
  direction: 1 | -1,
): number {
  let [same, best, length] = [0, 0, 0];
  const offset = direction === 1 ? 0 : -1;
  for (let step = 0; step < most; ) {
    const [at, there] = [from.target + direction * step + offset, from.base + direction * step + offset];
    if (there < 0 || there >= base.length) break;
    if (target[at] === base[there]) same += 1;
    step += 1;
    if (2 * same - step > best) [best, length] = [2 * same - step, step];
  }
  return length;
}

/** Where what both sides claim is best divided. @returns how many octets of it go to the side before. */
function split(
  target: Uint8Array,
  base: Uint8Array,
  before: Place,
  match: Place,
  forward: number,
  backward: number,
  overlap: number,
): number {
  let [score, best, kept] = [0, 0, 0];
  for (let step = 0; step < overlap; step += 1) {
    const octet = target[before.target + forward + step];
    if (octet === base[before.base + forward + step]) score += 1;
    if (octet === base[match.base - backward + step]) score -= 1;
    if (score > best) [best, kept] = [score, step + 1];
  }
  return kept;
}
