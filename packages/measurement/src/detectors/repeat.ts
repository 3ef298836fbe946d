import { type Detector, type DetectorKind, isNumbers, type NormalRows } from './detector.ts';
import { Tally } from './tally.ts';

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
  learn(normal) {
    const [numbers, pairs] = [new Tally(normal.rows), new Tally(normal.rows)];
    const bits = new Float64Array(normal.channels);
    return { bits: bits.map((_, channel) => bitsOf(normal, channel, numbers, pairs)) };
  },
  fits: (model, channels): model is RepeatModel => isNumbers((model as Partial<RepeatModel>).bits, channels),
  start({ bits }, channels): Detector {
    const memory = new Memory(channels);
    return {
      statistics: Array.from({ length: channels }, (_, channel) => ({
        ...{ channel, sees: 'repeat', leastLimit },
      })),
      push(row, into, at) {
        for (let channel = 0; channel < channels; channel++)
          into[at + channel] = (bits[channel] as number) * memory.push(channel, row[channel] as number);
      },
    };
  },
};

/** How much the value after a change says if the one before is known: by pairs of changes that begin alike and end alike. */
function bitsOf({ channels, rows, values }: NormalRows, channel: number, begun: Tally, pairs: Tally): number {
  begun.clear();
  pairs.clear();
  let [before, value] = [-1, Number.NaN];
  let [alike, all] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const next = values[row * channels + channel] as number;
    if (next === value) continue;
    value = next;
    const after = begun.placeOf(value);
    // n · (n − 1) grows by 2 · n when there is one more.
    if (before >= 0) {
      all += 2 * begun.count(before);
      alike += 2 * pairs.count(pairs.placeOf(before * begun.places + after));
    }
    before = after;
  }
  return Math.min(mostBits, Math.max(leastBits, all === 0 ? mostBits : -Math.log2(alike / all)));
}

const number = new Float64Array(1);
const halves = new Uint32Array(number.buffer);

/** What a channel is like since its beginning, by their places in one array: counts, and a repetition. */
const state = { row: 0, changes: 1, lag: 2, from: 3, to: 4, length: 5 } as const;
/** Rows are counted around: two that are farther apart than this are told by what is left over. */
const turn = 0xffff;

/**
 * Of all channels. Of a passage that is remembered, it is its place that holds ten bits of its hash, and 16 more are kept: that
 * another is taken for it twice in a row, at one distance, is out of the question.
 */
class Memory {
  /** 0: nothing is remembered there. */
  readonly #prints: Uint16Array;
  readonly #rows: Uint16Array;
  readonly #marks: Uint32Array;
  readonly #before: Float64Array;
  /** `lag`: rows between a passage and its repetition; `from`, `to`: when that was found first and last, in changes. */
  readonly #states: Uint32Array;

  constructor(channels: number) {
    this.#prints = new Uint16Array(channels * remembered);
    this.#rows = new Uint16Array(channels * remembered);
    this.#marks = new Uint32Array(channels * passage);
    this.#before = new Float64Array(channels).fill(Number.NaN);
    this.#states = new Uint32Array(channels * state.length);
  }

  /** How many changes of this channel in a row have come before, as they came. */
  push(channel: number, value: number): number {
    const states = this.#states;
    const at = channel * state.length;
    states[at + state.row] = (states[at + state.row] as number) + 1;
    if (value !== this.#before[channel]) this.#change(channel, value);
    return (states[at + state.to] as number) - (states[at + state.from] as number);
  }

  #change(channel: number, value: number): void {
    const states = this.#states;
    const at = channel * state.length;
    this.#before[channel] = value;
    const changes = (states[at + state.changes] as number) + 1;
    this.#marks[channel * passage + ((changes - 1) % passage)] = markOf(value);
    states[at + state.changes] = changes;
    if (changes < passage) return;
    const hash = this.#hash(channel, changes);
    if (hash % sampling === 0) this.#look(channel, hash);
    else if (changes - (states[at + state.to] as number) > 8 * sampling)
      states[at + state.from] = states[at + state.to] as number;
  }

  #look(channel: number, hash: number): void {
    const states = this.#states;
    const at = channel * state.length;
    const slot = channel * remembered + ((hash >>> 3) % remembered);
    const print = hash >>> 16 || 1;
    const [row, changes] = [states[at + state.row] as number, states[at + state.changes] as number];
    const lag = (row - (this.#rows[slot] as number)) & turn;
    const [from, to] = [states[at + state.from] as number, states[at + state.to] as number];
    if (this.#prints[slot] !== print) states[at + state.from] = to;
    else {
      if (lag !== states[at + state.lag] || from === to) states[at + state.from] = changes - passage;
      states[at + state.lag] = lag;
      states[at + state.to] = changes;
    }
    this.#prints[slot] = print;
    this.#rows[slot] = row & turn;
  }

  /** Of the last passage, in its order. */
  #hash(channel: number, changes: number): number {
    let hash = 0x811c9dc5;
    for (let at = 0; at < passage; at++)
      hash = Math.imul(
        hash ^ (this.#marks[channel * passage + ((changes + at) % passage)] as number),
        0x01000193,
      );
    hash ^= hash >>> 15;
    return Math.imul(hash, 0x2c1b3c6d) >>> 0;
  }
}

function markOf(value: number): number {
  number[0] = value;
  const mixed = Math.imul((halves[0] as number) ^ Math.imul(halves[1] as number, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
