import type { Outcome, StreamConclusion } from './stream-report.ts';

/** What is said of a stream beside its name. */
export type Said = Omit<StreamConclusion, 'stream'>;

/** Milliseconds after which what holds is said again: before it lapses. */
const again = 3 * 3_600_000;
/** The same thing is not told twice within so many milliseconds. */
const pause = 10_000;

/** What was said of a stream, and when: what holds is said anew before it lapses, what is wrong not all the time. */
export class StreamVoice {
  readonly #say: (said: Said) => void;
  readonly #toldAt = new Map<Outcome, number>();
  readonly #since = new Map<Outcome, number>();
  #abnormalAt = 0;
  /** Of the newest that was said. */
  #saidAt = 0;

  constructor(say: (said: Said) => void) {
    this.#say = (said) => {
      this.#saidAt = Math.max(this.#saidAt, said.at);
      say(said);
    };
  }

  /** What was found of how its packs come, since an operator cleared it last; `undefined`: nothing. */
  freshness: Outcome | undefined;

  /** What holds is said again with the next readings: somebody cleared what spoke against it. */
  restate(): void {
    this.#toldAt.clear();
    this.freshness = undefined;
  }

  /** Whether it was not said that there is an alarm, or somebody cleared it since. */
  get isUnsaid(): boolean {
    return !this.#toldAt.has('abnormal');
  }

  /** Something that holds until it lapses. */
  holds(outcome: Outcome, at: number): void {
    // A replay is not undone by the pack that follows it, a gap is.
    if (this.freshness === undefined || this.freshness === 'missing') this.freshness = outcome;
    const since = this.#since.get(outcome) ?? at;
    this.#since.set(outcome, since);
    const toldAt = this.#toldAt.get(outcome);
    if (toldAt !== undefined && at - toldAt < again) return;
    this.#toldAt.set(outcome, at);
    this.#say({ outcome, at, since, count: 1 });
  }

  /** @param isOfPacks whether it speaks against their being fresh */
  fault(
    outcome: Outcome,
    at: number,
    isOfPacks: boolean,
    what: Pick<StreamConclusion, 'by' | 'problem'>,
  ): void {
    if (isOfPacks) {
      this.#since.delete('fresh');
      this.freshness = outcome;
    }
    const toldAt = this.#toldAt.get(outcome);
    if (toldAt !== undefined && at - toldAt < pause) return;
    this.#toldAt.set(outcome, at);
    if (isOfPacks) this.#toldAt.delete('fresh');
    this.#say({ outcome, at, since: at, count: 1, ...what });
  }

  /**
   * An alarm begins, or is understood otherwise. Each time is later than the one before, also where rows come faster than the
   * clock ticks: of two that are as old, one that was cleared would leave the other standing.
   */
  abnormal(said: Omit<Said, 'outcome'>): void {
    const at = Math.max(said.at, this.#abnormalAt + 1);
    this.#abnormalAt = at;
    this.#toldAt.delete('normal');
    this.#toldAt.set('abnormal', at);
    this.#say({ outcome: 'abnormal', ...said, at });
  }

  /** @param recovery milliseconds of normal readings that take an alarm back, if they do */
  normal(said: Omit<Said, 'outcome'>, recovery: number | undefined): void {
    const { at, since } = said;
    const toldAt = this.#toldAt.get('normal');
    const recovers = recovery !== undefined && at - since >= recovery;
    const isDue = toldAt === undefined || at - toldAt >= again;
    const hasRecovered = recovers && toldAt !== undefined && toldAt - since < recovery;
    if (!isDue && !hasRecovered) return;
    this.#toldAt.set('normal', at);
    this.#say({ outcome: 'normal', ...said });
  }

  /** It is not judged any more by what it was: nothing of what was said holds. */
  unjudged(): void {
    if (this.#saidAt === 0) return;
    this.#toldAt.clear();
    const at = this.#saidAt;
    this.#say({ outcome: 'unjudged', at, since: at, count: 0 });
  }

  /** No readings come. */
  silent(said: Omit<Said, 'outcome'>): void {
    this.#say({ outcome: 'silent', ...said });
    this.#toldAt.clear();
  }
}
