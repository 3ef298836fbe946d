import type { TrustedVersions } from '../../tuf/client/client.ts';

/** What became of one client when it looked for updates. */
export type ClientOutcome =
  | { readonly client: string; readonly accepts: TrustedVersions; readonly expected: boolean }
  | {
      readonly client: string;
      /** The code of the refusal. */
      readonly refuses: string;
      readonly why: string;
      /** Whether what it trusted lies on its disk as before, to the octet. */
      readonly unchanged: boolean;
      readonly expected: boolean;
    };

/** One step of a rehearsal: who does what, and what every client makes of it. */
export interface RehearsalStep {
  readonly who: string;
  readonly does: string;
  /** What the step has to say itself: who is still to sign, how publishing was refused. */
  readonly notes: readonly string[];
  readonly clients: readonly ClientOutcome[];
}

/** What was rehearsed, with throw-away keys in a copy; nothing of the repository was changed. */
export interface Rehearsal {
  readonly steps: readonly RehearsalStep[];
  /** Delegated roles that the copy leaves out: none of these changes touches them. */
  readonly leftOut: readonly string[];
  /** Whether every client did what it should. */
  readonly asExpected: boolean;
}

/** Collects the steps. */
export class RehearsalReport {
  readonly #steps: RehearsalStep[] = [];

  add(who: string, does: string, more: Partial<Omit<RehearsalStep, 'who' | 'does'>> = {}): void {
    this.#steps.push({ who, does, notes: more.notes ?? [], clients: more.clients ?? [] });
  }

  finish(leftOut: readonly string[]): Rehearsal {
    const outcomes = this.#steps.flatMap(({ clients }) => clients);
    return { steps: this.#steps, leftOut, asExpected: outcomes.every(({ expected }) => expected) };
  }
}
