import type { FaultKind } from '../suspicion/kind.ts';

/** What makes us think that a sensor lies, or that it doesn't. */
export interface Reason {
  /**
   * | | |
   * | --- | --- |
   * | `check` | a declared check with it does not hold |
   * | `kept` | a declared check with it holds |
   * | `relation` | without it, the others go together |
   * | `detectors` | its own detectors |
   * | `freshness` | how its packs come |
   * | `attestation` | its device’s |
   */
  readonly what: 'check' | 'kept' | 'relation' | 'detectors' | 'freshness' | 'attestation';
  /** The check, what the detectors see, the outcome. */
  readonly name: string;
  /** Above 0 it speaks against the sensor. Natural logarithm of the odds, where there is one. */
  readonly weight: number;
}

/** One sensor, in one structure: whether, since when, what, how sure and why. */
export interface SensorJudgement {
  readonly sensor: string;
  readonly device: string;
  /** That it lies: from 0 to 1. */
  readonly probability: number;
  /** From then on there is no trust in it, if it lies; seconds. */
  readonly since: number;
  readonly kind: FaultKind;
  readonly confidence: number;
  /** On the mean since then; what it would have been by the others. */
  readonly said: number;
  readonly expected: number;
  readonly reasons: readonly Reason[];
}

export interface DeviceJudgement {
  readonly device: string;
  /** That one of its sensors lies, or several. */
  readonly probability: number;
  readonly sensors: readonly string[];
}

/** Who lies, if somebody does. */
export interface CrossJudgement {
  /** Of the newest row that it rests on; seconds. */
  readonly at: number;
  /** 1 is where an alarm begins. */
  readonly severity: number;
  readonly since: number;
  /**
   * `contraindicated`: freshness or a signature proves it; `warning`: checks and statistics say so.
   */
  readonly tier: 'warning' | 'contraindicated';
  /** Whether it can be told who lies: at least one sensor does with 0.8 or more. Otherwise one of `sensors` does, or several. */
  readonly isTold: boolean;
  /** Those that may lie, the most probable first. */
  readonly sensors: readonly SensorJudgement[];
  readonly devices: readonly DeviceJudgement[];
  /** What does not hold: declared checks, and `relation`; how far, at most. */
  readonly broken: readonly { readonly check: string; readonly severity: number }[];
}

/** An alarm as far as it has come. */
export interface OpenCrossAlarm {
  /** Seconds. */
  readonly raised: number;
  /** Rows since then, that one among them. */
  readonly rows: number;
  readonly severity: number;
  /** Of the learned relation, and of each balance; NaN: no row had all of its sensors. */
  readonly relation: number;
  readonly balances: Float64Array;
  /** Rows in which each sensor was missing. */
  readonly missing: Float64Array;
}
