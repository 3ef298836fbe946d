import { type Detector, type DetectorKind, isNumbers, type NormalRows } from './detector.ts';

/** Changes of value that make a passage. */
const passage = 8;
/** Passages that are remembered of each channel, one of `sampling` that there were: of the last rows eight times as many. */
const remembered = 1024;
const sampling = 8;
/** Bits that came before, as they came, by which chance is out of the question: some ten thousand rows are remembered. */
const leastLimit = 160;
/** A change that says less than this is counted as if it said so much, and one that says more, too. */
const [leastBits, mostBits] = [0.1, 8];

export interface RepeatModel {
  /** What a change of value says of each channel, in bits, by how often two changes are the same (Rényi's entropy of order 2). */
  readonly bits: Float64Array;
}

/**
 * Sees a channel that says again what it said before, value for value: a recording that is played back. The statistic is how
 * many bits in a row came as they did so many rows ago.
 *
 * Passages of eight changes are told by a hash of their values. Which of them are remembered depends on that hash alone, so
 * that a passage that comes again is looked for if, and only if, it was remembered.
 */
export const repeat: DetectorKind<RepeatModel> = {
  name: 'repeat',
  weight: 0.02,
  drift: 'kept',
  learn: (normal) => ({
    bits: Float64Array.from({ length: normal.channels }, (_, channel) => bitsOf(normal, channel)),
  }),
  fits: (model, channels): model is RepeatModel => isNumbers((model as Partial<RepeatModel>).bits, channels),
  start({ bits }, channels): Detector {
    const memories = Array.from({ length: channels }, () => new Memory());
    return {
      statistics: Array.from({ length: channels }, (_, channel) => ({
        ...{ channel, sees: 'repeat', leastLimit },
      })),
      push(row, into, at) {
        for (let channel = 0; channel < channels; channel++)
          into[at + channel] =
            (bits[channel] as number) * (memories[channel] as Memory).push(row[channel] as number);
      },
    };
  },
};

/** How much the value after a change says if the one before is known: by pairs of changes that begin alike and end alike. */
function bitsOf({ channels, rows, values }: NormalRows, channel: number): number {
  // Values by their number: so many pairs begin with each, and so many are the same.
  const numbers = new Map<number, number>();
  const begun: number[] = [];
  const pairs = new Map<number, number>();
  let [before, value] = [-1, Number.NaN];
  let [alike, all] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const next = values[row * channels + channel] as number;
    if (next === value) continue;
    value = next;
    const known = numbers.get(value);
    const after = known ?? begun.push(0) - 1;
    if (known === undefined) numbers.set(value, after);
    if (before >= 0) {
      const pair = before * rows + after;
      const count = pairs.get(pair) ?? 0;
      pairs.set(pair, count + 1);
      // n · (n − 1) grows by 2 · n when there is one more.
      alike += 2 * count;
      all += 2 * (begun[before] as number);
      begun[before] = (begun[before] as number) + 1;
    }
    before = after;
  }
  return Math.min(mostBits, Math.max(leastBits, all === 0 ? mostBits : -Math.log2(alike / all)));
}

const number = new Float64Array(1);
const halves = new Uint32Array(number.buffer);

class Memory {
  readonly #hashes = new Uint32Array(remembered);
  readonly #rows = new Uint32Array(remembered);
  readonly #marks = new Uint32Array(passage);
  #row = 0;
  #changes = 0;
  #before = Number.NaN;
  /** Rows between a passage and its repetition, and when the repetition was found first and last, in changes. */
  #lag = 0;
  #from = 0;
  #to = 0;

  /** How many changes in a row have come before, as they came. */
  push(value: number): number {
    this.#row++;
    if (value === this.#before) return this.#to - this.#from;
    this.#before = value;
    this.#marks[this.#changes++ % passage] = markOf(value);
    if (this.#changes < passage) return 0;
    const hash = this.#hash();
    if (hash % sampling === 0) this.#look(hash);
    else if (this.#changes - this.#to > 8 * sampling) this.#from = this.#to;
    return this.#to - this.#from;
  }

  #look(hash: number): void {
    const slot = (hash >>> 3) % remembered;
    const lag = this.#row - (this.#rows[slot] as number);
    if (this.#hashes[slot] !== hash || (this.#rows[slot] as number) === 0) this.#from = this.#to;
    else {
      if (lag !== this.#lag || this.#from === this.#to) this.#from = this.#changes - passage;
      this.#lag = lag;
      this.#to = this.#changes;
    }
    this.#hashes[slot] = hash;
    this.#rows[slot] = this.#row;
  }

  /** Of the last passage, in its order. */
  #hash(): number {
    let hash = 0x811c9dc5;
    for (let at = 0; at < passage; at++)
      hash = Math.imul(hash ^ (this.#marks[(this.#changes + at) % passage] as number), 0x01000193);
    hash ^= hash >>> 15;
    return Math.imul(hash, 0x2c1b3c6d) >>> 0;
  }
}

function markOf(value: number): number {
  number[0] = value;
  const mixed = Math.imul((halves[0] as number) ^ Math.imul(halves[1] as number, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
