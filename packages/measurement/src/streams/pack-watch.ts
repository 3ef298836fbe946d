import { defaultFreshness, judgeFreshness, type StreamMemory } from '../freshness/freshness.ts';
import type { StreamVoice } from './stream-voice.ts';

/** Of what freshness skips, what is no chance any more. */
const manyMissing = 53;

const faults = {
  replayed: 'replayed',
  'too-old': 'replayed',
  'reordered-time': 'reordered',
  stale: 'stale',
  early: 'early',
} as const;

/** What is remembered of a stream, and of which of its counters: see `counterOf`; absent as it was not noted before. */
export interface CountedMemory extends StreamMemory {
  readonly counter?: string;
}

/** What a source says of when a pack was made. */
export interface PackMark {
  readonly sequence: number;
  readonly signedAt: number;
}

/** Whether the packs of a stream are fresh, and what has to be remembered for that. */
export class PackWatch {
  readonly #voice: StreamVoice;
  #counter: string | undefined;
  #memory: CountedMemory | undefined;
  #isDirty = false;

  constructor(voice: StreamVoice, counter: string | undefined) {
    this.#voice = voice;
    this.#counter = counter;
  }

  /** `undefined` as long as nothing of what counts is remembered. */
  get memory(): CountedMemory | undefined {
    const { counter = this.#counter } = this.#memory ?? {};
    return counter === this.#counter ? this.#memory : undefined;
  }

  /** Whether there is something to be remembered. */
  get isDirty(): boolean {
    return this.#isDirty;
  }

  remember(memory: CountedMemory): void {
    this.#memory = memory;
  }

  /** It is counted so from now on. What another counter said is kept until this one says something. */
  countBy(counter: string | undefined): void {
    if (this.#memory !== undefined && this.#memory.counter === undefined) {
      this.#memory = { ...this.#memory, counter: this.#counter ?? '' };
      this.#isDirty = true;
    }
    this.#counter = counter;
  }

  /** @returns what is to be remembered since it was asked last */
  settle(): CountedMemory | undefined {
    if (!this.#isDirty) return undefined;
    this.#isDirty = false;
    return this.#memory;
  }

  /** @returns whether the rows of a pack are to be judged: where it was late, others were by now */
  isFresh(pack: PackMark, { at, duplicate }: { readonly at: number; readonly duplicate: boolean }): boolean {
    const freshness = judgeFreshness(this.memory, pack, at, defaultFreshness);
    if ('memory' in freshness) {
      const { memory } = freshness;
      this.#memory = this.#counter === undefined ? memory : { ...memory, counter: this.#counter };
      this.#isDirty = true;
      if (freshness.skipped >= manyMissing) this.#voice.fault('missing', at, true, { by: freshness.skipped });
      else this.#voice.holds('fresh', at);
      return freshness.kind === 'fresh';
    }
    // MQTT delivers once or more: what a publisher says it sends again is dropped, and no attack.
    if (freshness.kind === 'replayed' && duplicate && at - pack.signedAt < defaultFreshness.clockSkew)
      return false;
    this.#voice.fault(faults[freshness.kind], at, true, { by: freshness.by });
    return false;
  }
}
