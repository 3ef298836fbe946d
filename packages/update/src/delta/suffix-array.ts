type Text = Uint8Array | Int32Array;

const empty = -1;

/**
 * The positions of all suffixes of a text in lexical order, by induced sorting (SA-IS: Nong, Zhang, Chan, “Two Efficient
 * Algorithms for Linear Time Suffix Array Construction”, 2011). Linear in time; beside the result it takes at most two
 * and a half octets more for each octet of the text.
 */
export function suffixArray(text: Uint8Array): Int32Array {
  const sorted = new Int32Array(text.length);
  sort(text, sorted, 256);
  return sorted;
}

/** @param symbols the text has symbols from 0 up to and without this. */
function sort(text: Text, sorted: Int32Array, symbols: number): void {
  const length = text.length;
  if (length < 2) {
    if (length === 1) sorted[0] = 0;
    return;
  }
  const buckets = new Buckets(text, symbols);
  sorted.fill(empty);
  const ends = buckets.ends();
  forEachLeftmost(text, (position) => {
    const end = ends[text[position]!]! - 1;
    ends[text[position]!] = end;
    sorted[end] = position;
  });
  const starts = induce(text, sorted, buckets);
  const count = gatherLeftmost(text, sorted, starts);
  const names = nameSubstrings(text, sorted, count);
  const reduced = sorted.subarray(length - count);
  const order = sorted.subarray(0, count);
  if (names < count) sort(reduced, order, names);
  else for (let index = 0; index < count; index += 1) order[reduced[index]!] = index;
  placeLeftmost(text, sorted, count, buckets);
  induce(text, sorted, buckets);
}

/** Where the suffixes begin and end that begin with the same symbol. */
class Buckets {
  readonly #counts: Int32Array;

  constructor(text: Text, symbols: number) {
    this.#counts = new Int32Array(symbols);
    for (let index = 0; index < text.length; index += 1) this.#counts[text[index]!]! += 1;
  }

  starts(): Int32Array {
    const starts = new Int32Array(this.#counts.length);
    for (let symbol = 1; symbol < starts.length; symbol += 1)
      starts[symbol] = starts[symbol - 1]! + this.#counts[symbol - 1]!;
    return starts;
  }

  ends(): Int32Array {
    const ends = this.starts();
    for (let symbol = 0; symbol < ends.length; symbol += 1) ends[symbol]! += this.#counts[symbol]!;
    return ends;
  }
}

/** From the last to the first: each position of a suffix smaller than its successor whose predecessor is larger (LMS). */
function forEachLeftmost(text: Text, take: (position: number) => void): void {
  // The suffix at the end is larger than the empty one that follows it.
  let isSmaller = false;
  for (let position = text.length - 2; position >= 0; position -= 1) {
    const [symbol, next] = [text[position]!, text[position + 1]!];
    if (symbol < next) isSmaller = true;
    else if (symbol > next) {
      if (isSmaller) take(position + 1);
      isSmaller = false;
    }
  }
}

/** @returns where in each bucket those begin that are smaller than their successors. */
function induce(text: Text, sorted: Int32Array, buckets: Buckets): Int32Array {
  const length = text.length;
  const starts = buckets.starts();
  const last = text[length - 1]!;
  sorted[starts[last]!] = length - 1;
  starts[last]! += 1;
  for (let index = 0; index < length; index += 1) {
    const position = sorted[index]! - 1;
    if (position < 0) continue;
    const symbol = text[position]!;
    if (symbol < text[position + 1]!) continue;
    const start = starts[symbol]!;
    starts[symbol] = start + 1;
    sorted[start] = position;
  }
  const ends = buckets.ends();
  for (let index = length - 1; index >= 0; index -= 1) {
    const position = sorted[index]! - 1;
    if (position < 0) continue;
    const [symbol, next] = [text[position]!, text[position + 1]!];
    // Of two equal symbols the type of the second decides, and its place in the bucket shows it.
    if (symbol > next || (symbol === next && index < ends[next]!)) continue;
    const end = ends[symbol]! - 1;
    ends[symbol] = end;
    sorted[end] = position;
  }
  return ends;
}

/** Moves the LMS positions to the front, in their order. @returns how many there are. */
function gatherLeftmost(text: Text, sorted: Int32Array, starts: Int32Array): number {
  let count = 0;
  for (let index = 0; index < sorted.length; index += 1) {
    const position = sorted[index]!;
    if (position === 0) continue;
    const symbol = text[position]!;
    if (text[position - 1]! <= symbol || index < starts[symbol]!) continue;
    sorted[count] = position;
    count += 1;
  }
  return count;
}

/**
 * Gives each LMS substring a name such that names are in the order of the substrings, and puts the text of names at the
 * end. @returns how many different ones there are.
 */
function nameSubstrings(text: Text, sorted: Int32Array, count: number): number {
  const length = text.length;
  // LMS positions are two apart at least, so half of a position is a place of its own.
  sorted.fill(empty, count);
  let next = length;
  forEachLeftmost(text, (position) => {
    sorted[count + (position >> 1)] = next - position + 1;
    next = position;
  });
  let [names, previous, previousLength] = [0, 0, 0];
  for (let index = 0; index < count; index += 1) {
    const position = sorted[index]!;
    const ownLength = sorted[count + (position >> 1)]!;
    if (ownLength !== previousLength || !isSame(text, position, previous, ownLength)) {
      names += 1;
      previous = position;
      previousLength = ownLength;
    }
    sorted[count + (position >> 1)] = names - 1;
  }
  let to = length;
  for (let from = length - 1; from >= count; from -= 1) {
    const name = sorted[from]!;
    if (name === empty) continue;
    to -= 1;
    sorted[to] = name;
  }
  return names;
}

function isSame(text: Text, one: number, other: number, length: number): boolean {
  if (one + length > text.length || other + length > text.length) return false;
  for (let index = 0; index < length; index += 1) {
    if (text[one + index] !== text[other + index]) return false;
  }
  return true;
}

/** Turns the order of names into positions, and puts these at the ends of their buckets. */
function placeLeftmost(text: Text, sorted: Int32Array, count: number, buckets: Buckets): void {
  let to = text.length;
  forEachLeftmost(text, (position) => {
    to -= 1;
    sorted[to] = position;
  });
  for (let index = 0; index < count; index += 1) sorted[index] = sorted[to + sorted[index]!]!;
  sorted.fill(empty, count);
  const ends = buckets.ends();
  for (let index = count - 1; index >= 0; index -= 1) {
    const position = sorted[index]!;
    sorted[index] = empty;
    const end = ends[text[position]!]! - 1;
    ends[text[position]!] = end;
    sorted[end] = position;
  }
}
