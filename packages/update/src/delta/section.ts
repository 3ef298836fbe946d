import { KitenError } from '@kiten/codec';
import type { BasePages } from './base-pages.ts';
import type { Instruction } from './difference.ts';
import type { SectionStreams } from './streams.ts';
import { folded, unfolded, VarintReader, VarintWriter } from './varint.ts';

/** So few octets that agree between two that don’t are written as differences of 0. */
const shortest = 3;
const pieceBytes = 256 * 1024;

/**
 * Writes down instructions.
 *
 * @param base the window of the base, to which the instructions’ places are relative.
 */
export function describeSection(
  instructions: readonly Instruction[],
  base: Uint8Array,
  target: Uint8Array,
): SectionStreams {
  const [steps, runs] = [new VarintWriter(), new VarintWriter()];
  const [differences, extra] = [new Uint8Array(target.length), new Uint8Array(target.length)];
  let [different, fresh, same, differing] = [0, 0, 0, 0];
  const endRun = () => {
    runs.add(same);
    runs.add(differing);
    [same, differing] = [0, 0];
  };
  for (const [number, { target: to, base: from, added, extra: extraLength }] of instructions.entries()) {
    const next = instructions[number + 1]?.base ?? from + added;
    steps.add(added);
    steps.add(extraLength);
    steps.add(folded(next - from - added));
    let equal = 0;
    for (let step = 0; step < added; step += 1) {
      const difference = (target[to + step]! - base[from + step]!) & 255;
      if (difference === 0) {
        equal += 1;
        continue;
      }
      if (differing > 0 && equal < shortest) {
        // They were left at 0 when the array was made.
        different += equal;
        differing += equal;
      } else {
        if (differing > 0) endRun();
        same += equal;
      }
      equal = 0;
      differences[different] = difference;
      different += 1;
      differing += 1;
    }
    if (equal > 0) {
      if (differing > 0) endRun();
      same += equal;
    }
    extra.set(target.subarray(to + added, to + added + extraLength), fresh);
    fresh += extraLength;
  }
  if (differing > 0) endRun();
  return {
    instructions: steps.bytes(),
    runs: runs.bytes(),
    differences: differences.subarray(0, different),
    extra: extra.subarray(0, fresh),
  };
}

/** Where in the base a section begins to read, and what it may read there. */
export interface SectionPlace {
  readonly from: number;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly targetBytes: number;
}

/**
 * Carries out a section. The pieces share their memory.
 *
 * @throws KitenError `update/delta-malformed`, `update/delta-overlong`, `update/delta-truncated`,
 * `update/delta-wrong-base`.
 */
export async function* carryOut(
  streams: SectionStreams,
  base: BasePages,
  { from, windowStart, windowEnd, targetBytes }: SectionPlace,
): AsyncGenerator<Uint8Array> {
  const steps = new VarintReader(streams.instructions);
  const changes = new Changes(streams);
  const buffer = new Uint8Array(Math.min(pieceBytes, targetBytes));
  let [filled, made, fresh, position] = [0, 0, 0, from];
  while (!steps.isAtEnd) {
    const [added, extra, seek] = [steps.next(), steps.next(), unfolded(steps.next())];
    if (added + extra === 0) throw malformed('has an instruction that does nothing');
    made += added + extra;
    if (made > targetBytes) throw overlong(targetBytes);
    if (added > 0 && (position < windowStart || position + added > windowEnd)) {
      throw malformed('reads the base beyond its window');
    }
    if (fresh + extra > streams.extra.length)
      throw malformed('has fewer new octets than its instructions take');
    for (let done = 0; done < added + extra; ) {
      const isAdded = done < added;
      const length = Math.min((isAdded ? added : added + extra) - done, buffer.length - filled);
      const part = buffer.subarray(filled, filled + length);
      if (isAdded) {
        await base.copy(position + done, part);
        changes.apply(part);
      } else {
        part.set(streams.extra.subarray(fresh, fresh + length));
        fresh += length;
      }
      done += length;
      filled += length;
      if (filled < buffer.length) continue;
      yield buffer;
      filled = 0;
    }
    position += added + seek;
  }
  if (filled > 0) yield buffer.subarray(0, filled);
  if (made < targetBytes)
    throw new KitenError('update/delta-truncated', 'A section of the delta ends too early.');
  if (fresh < streams.extra.length) throw overlong(targetBytes);
  changes.finish();
}

/** The differences, spread over what is added. */
class Changes {
  readonly #runs: VarintReader;
  readonly #differences: Uint8Array;
  #taken = 0;
  #same = 0;
  #differing = 0;

  constructor({ runs, differences }: SectionStreams) {
    this.#runs = new VarintReader(runs);
    this.#differences = differences;
    this.#nextRun();
  }

  apply(part: Uint8Array): void {
    for (let at = 0; at < part.length; ) {
      const same = Math.min(this.#same, part.length - at);
      this.#same -= same;
      at += same;
      const differing = Math.min(this.#differing, part.length - at);
      for (let step = 0; step < differing; step += 1)
        part[at + step]! += this.#differences[this.#taken + step]!;
      this.#taken += differing;
      this.#differing -= differing;
      at += differing;
      if (this.#same === 0 && this.#differing === 0) this.#nextRun();
    }
  }

  finish(): void {
    const isDone = this.#runs.isAtEnd && this.#taken === this.#differences.length;
    if (!isDone || this.#differing > 0) throw malformed('has differences that belong nowhere');
  }

  #nextRun(): void {
    if (this.#runs.isAtEnd) {
      // What is left of the base stays as it is.
      this.#same = Number.MAX_SAFE_INTEGER;
      return;
    }
    [this.#same, this.#differing] = [this.#runs.next(), this.#runs.next()];
    if (this.#differing === 0 || this.#taken + this.#differing > this.#differences.length) {
      throw malformed('has a run without its differences');
    }
  }
}

const malformed = (problem: string): KitenError =>
  new KitenError('update/delta-malformed', `A section of the delta ${problem}.`);

function overlong(targetBytes: number): KitenError {
  return new KitenError(
    'update/delta-overlong',
    `A section of the delta makes more than the ${targetBytes} octets that belong to it.`,
  );
}
