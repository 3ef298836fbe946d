import type { ImaState } from '../ima/replay-ima.ts';
import type { Conclusion } from './conclusion.ts';
import type { EventState } from './judge-events.ts';

/** What a verifier remembers of a device between two appraisals: constant in size, whatever its logs have grown to. */
export interface AttesterState {
  /** TPMS_CLOCK_INFO of its last quote. */
  readonly resetCount: number;
  readonly restartCount: number;
  readonly clock: bigint;
  /** By bank: how far its measurement list was replayed in this boot. */
  readonly ima: ReadonlyMap<number, ImaState>;
  /** What was found against what ran in this boot. It stands until the next: what ran has run. */
  readonly standing: readonly Conclusion[];
  /** How far the events of its runtime reports are known, across boots. */
  readonly events?: EventState;
}

/** Whether a state still says something about this boot. */
export const isSameBoot = (state: AttesterState | undefined, resetCount: number): state is AttesterState =>
  state !== undefined && state.resetCount === resetCount;
