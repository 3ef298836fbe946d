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

/** What a source says of when a pack was made. */
export interface PackMark {
  readonly sequence: number;
  readonly signedAt: number;
}

/** Whether the packs of a stream are fresh, and what has to be remembered for that. */
export class PackWatch {
  readonly #voice: StreamVoice;
  #memory: StreamMemory | undefined;
  #isDirty = false;

  constructor(voice: StreamVoice) {
    this.#voice = voice;
  }

  get memory(): StreamMemory | undefined {
    return this.#memory;
  }

  /** Whether there is something to be remembered. */
  get isDirty(): boolean {
    return this.#isDirty;
  }

  remember(memory: StreamMemory): void {
    this.#memory = memory;
  }

  /** @returns what is to be remembered since it was asked last */
  settle(): StreamMemory | undefined {
    if (!this.#isDirty) return undefined;
    this.#isDirty = false;
    return this.#memory;
  }

  /** @returns whether the rows of a pack are to be judged: where it was late, others were by now */
  isFresh(pack: PackMark, { at, duplicate }: { readonly at: number; readonly duplicate: boolean }): boolean {
    const freshness = judgeFreshness(this.#memory, pack, at, defaultFreshness);
    if ('memory' in freshness) {
      this.#memory = freshness.memory;
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
