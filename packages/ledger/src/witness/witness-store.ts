/** What a witness remembers of a log: the last tree that it cosigned. */
export interface WitnessState {
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** The checkpoint as the log signed it, without the signatures of others: half of the proof of a split view. */
  readonly note: string;
}

/**
 * Where a witness keeps its memory. The promise it makes hangs on this: what `replace` resolved `true` for must
 * survive a crash, and of two calls with the same `expectedSize` at most one may resolve `true`.
 */
export interface WitnessStore {
  read(origin: string): Promise<WitnessState | undefined>;
  /**
   * Puts `state` in the place of one of `expectedSize` leaves, 0 if there is none, in one step. Resolves `false`,
   * with nothing changed, when another size is recorded.
   */
  replace(origin: string, expectedSize: number, state: WitnessState): Promise<boolean>;
}

/**
 * A checkpoint that the log signed and that the witness does not cosign because of what it cosigned before.
 *
 * - `split-view`: the two notes contradict each other by themselves; `proveSplitView` shows it to anybody.
 * - `unproven`: the checkpoint is larger, and the submitted proof does not lead to it. That alone convicts nobody:
 *   anybody may submit a signed checkpoint with a wrong proof. It does once somebody has both trees.
 *
 * A smaller checkpoint is none: a log may be asked for, and deliver late, what it signed before. Nor does the line
 * `old` make evidence, whatever it claims, because the log does not sign it.
 */
export interface Suspicion {
  readonly kind: 'split-view' | 'unproven';
  readonly origin: string;
  /** The signed note that the witness cosigned. */
  readonly cosigned: string;
  /** The signed note that was submitted. */
  readonly submitted: string;
}
