import { suffixArray } from './suffix-array.ts';

/** More octets than this aren't compared at a time: what goes on being equal is found again behind them. */
const longest = 4096;
const pairs = 65_536;

/** Finds for any octets the place in a text where most of them stand. */
export class BaseIndex {
  readonly text: Uint8Array;
  readonly #suffixes: Int32Array;
  /** Where the suffixes begin that begin with these two octets. */
  readonly #starts: Int32Array;
  /** Where the match that was found last begins. */
  position = 0;

  constructor(text: Uint8Array) {
    this.text = text;
    this.#suffixes = suffixArray(text);
    this.#starts = startsOfPairs(text);
  }

  /** @returns how many octets from `at` on stand at {@link position}: 0, or 2 to 4096. */
  longestMatch(target: Uint8Array, at: number): number {
    if (target.length - at < 2) return 0;
    const pair = target[at]! * 256 + target[at + 1]!;
    let [low, high] = [this.#starts[pair]!, this.#endOf(pair) - 1];
    if (low > high) return 0;
    let [lowLength, highLength] = [this.#common(target, at, low, 2), this.#common(target, at, high, 2)];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const length = this.#common(target, at, middle, Math.min(lowLength, highLength));
      if (this.#isBelow(target, at, middle, length)) [low, lowLength] = [middle, length];
      else [high, highLength] = [middle, length];
    }
    this.position = this.#suffixes[lowLength > highLength ? low : high]!;
    return Math.max(lowLength, highLength);
  }

  /** How many octets are equal, of which so many are known to be. */
  #common(target: Uint8Array, at: number, rank: number, known: number): number {
    const position = this.#suffixes[rank]!;
    const most = Math.min(target.length - at, this.text.length - position, longest);
    let length = Math.min(known, most);
    while (length < most && target[at + length] === this.text[position + length]) length += 1;
    return length;
  }

  #isBelow(target: Uint8Array, at: number, rank: number, length: number): boolean {
    const position = this.#suffixes[rank]! + length;
    if (position >= this.text.length) return true;
    return at + length < target.length && this.text[position]! < target[at + length]!;
  }

  #endOf(pair: number): number {
    const first = pair >> 8;
    const next = this.#starts[pair + 1]!;
    // The suffix of one octet stands before those that begin with it and go on.
    const isBetween = (pair & 255) === 255 && pair + 1 < pairs && this.text.at(-1) === first + 1;
    return isBetween ? next - 1 : next;
  }
}

function startsOfPairs(text: Uint8Array): Int32Array {
  const starts = new Int32Array(pairs + 1);
  for (let index = 1; index < text.length; index += 1) starts[text[index - 1]! * 256 + text[index]!]! += 1;
  const last = text.at(-1) ?? 256;
  let sum = 0;
  for (let pair = 0; pair <= pairs; pair += 1) {
    if (pair === last * 256) sum += 1;
    const count = starts[pair]!;
    starts[pair] = sum;
    sum += count;
  }
  return starts;
}
