import type { PayloadForm } from '../streams/declaration.ts';
import { FoundUnits } from './found-units.ts';
import { type KeptTally, NumberTally } from './number-tally.ts';
import type { PayloadShape } from './payload-shape.ts';

/** What is kept of a candidate: what its messages are like, and none of what they say. Plain data. */
export interface KeptCandidate {
  readonly device: string;
  readonly topic: string;
  readonly form: PayloadForm;
  /** Milliseconds since the Unix epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly messages: number;
  readonly rows: number;
  /** Messages that count for what they are like. */
  readonly recent: number;
  /** Milliseconds between messages. */
  readonly gaps: readonly number[];
  readonly fields: readonly (readonly [field: string, tally: KeptTally])[];
  /** What they are said to be measured in; '' of a field that was said to be in several. */
  readonly units?: readonly (readonly [field: string, unit: string])[];
  /** Of signed packs. */
  readonly pack?: PackSeen;
}

/** What packs on a topic say of themselves. */
export interface PackSeen {
  /** What the newest calls its stream, and how many in a row did. */
  readonly stream: string;
  readonly same: number;
  /** Whether they are signed with a key of the device's certificates; absent: not known yet. */
  readonly isOwnKey?: boolean;
}

const mostGaps = 32;
const mostFields = 64;
/** So many messages say what they are like; then those from before count half, for devices change what they say. */
const mostRecent = 256;
/** Messages apart by so much were not looked at one after the other, in milliseconds. */
const apart = 20_000;

/** What one device publishes to one topic, and that may be readings. */
export class Candidate {
  readonly device: string;
  readonly topic: string;
  readonly form: PayloadForm;
  readonly #tallies = new Map<string, NumberTally>();
  #units = new FoundUnits();
  #gaps: number[] = [];
  #recent = 0;
  /** When the last one came, unless somebody else saw it. */
  #before: number | undefined;
  #pack: PackSeen | undefined;
  messages = 0;
  rows = 0;
  readonly firstAt: number;
  lastAt: number;

  constructor(device: string, topic: string, form: PayloadForm, at: number) {
    this.device = device;
    this.topic = topic;
    this.form = form;
    this.firstAt = at;
    this.lastAt = at;
  }

  /** One from before. */
  static from(kept: KeptCandidate): Candidate {
    const { device, topic, form, firstAt, lastAt, messages, rows, recent, gaps, fields } = kept;
    const candidate = new Candidate(device, topic, form, firstAt);
    Object.assign(candidate, { lastAt, messages, rows });
    candidate.#recent = recent;
    candidate.#gaps = [...gaps];
    candidate.#pack = kept.pack;
    candidate.#units = new FoundUnits(kept.units);
    for (const [field, tally] of fields) candidate.#tallies.set(field, new NumberTally(tally));
    return candidate;
  }

  get kept(): KeptCandidate {
    const { device, topic, form, firstAt, lastAt, messages, rows } = this;
    return {
      ...{ device, topic, form, firstAt, lastAt, messages, rows },
      ...{ recent: this.#recent, gaps: this.#gaps },
      fields: [...this.#tallies].map(([field, tally]) => [field, tally.kept]),
      units: this.#units.kept,
      ...(this.#pack === undefined ? {} : { pack: this.#pack }),
    };
  }

  take({ values, rows, units, stream }: PayloadShape, at: number): void {
    const gap = this.#before === undefined ? -1 : at - this.#before;
    if (gap >= 0) this.#gaps = [...this.#gaps, gap].slice(-mostGaps);
    this.#before = at;
    this.messages++;
    this.rows += rows;
    this.lastAt = at;
    for (const [field, value] of values) this.#tallyOf(field)?.take(value, at);
    if (units !== undefined) this.#units.take(units);
    if (stream !== undefined) {
      const same = this.#pack?.stream === stream ? this.#pack.same + 1 : 1;
      this.#pack = { ...this.#pack, stream, same };
    }
    if (++this.#recent >= mostRecent) this.#halve();
  }

  /** Whether packs are signed with a key of the device's certificates. */
  signedBy(isOwnKey: boolean): void {
    if (this.#pack !== undefined) this.#pack = { ...this.#pack, isOwnKey };
  }

  /** Of packs: what they call their stream, `undefined` if that differs; and whether the device's own key has signed them. */
  get pack(): { readonly stream: string | undefined; readonly isOwnKey: boolean } | undefined {
    if (this.#pack === undefined) return undefined;
    const { stream, same, isOwnKey = false } = this.#pack;
    return { stream: same >= 0.9 * this.#recent ? stream : undefined, isOwnKey };
  }

  /** Seconds between two messages; `undefined` if there was only one. */
  get everySeconds(): number | undefined {
    if (this.#gaps.length === 0) return undefined;
    const near = this.#gaps.filter((gap) => gap < apart).sort((one, other) => one - other);
    // Between looks, nobody knows what came.
    const gap = near[Math.floor(near.length / 2)] ?? Math.min(...this.#gaps);
    return Math.max(1, Math.round(gap)) / 1000;
  }

  /** Those that are in nearly every message, but for counts and times. */
  get channels(): readonly string[] {
    return this.#usual((tally) => !tally.isCount(this.#recent) && !tally.isTime('any'));
  }

  /** What each of its channels is said to be measured in; '' where nobody says, or several things. */
  get units(): readonly string[] {
    return this.#units.of(this.channels);
  }

  /** Where a number grows by one each time, and where the time stands in seconds: with both, freshness can be judged. */
  get marks(): { readonly sequence: string; readonly time: string } | undefined {
    if (this.form !== 'json') return undefined;
    const [sequence] = this.#usual(
      (tally) => tally.isCount(this.#recent) && tally.isRising && !tally.isTime('any'),
    );
    const [time] = this.#usual((tally) => tally.isTime('seconds'));
    return sequence === undefined || time === undefined ? undefined : { sequence, time };
  }

  #usual(is: (tally: NumberTally) => boolean): readonly string[] {
    return [...this.#tallies]
      .filter(([, tally]) => tally.seen >= 0.9 * this.#recent && is(tally))
      .map(([field]) => field);
  }

  #tallyOf(field: string): NumberTally | undefined {
    const known = this.#tallies.get(field);
    if (known !== undefined || this.#tallies.size === mostFields) return known;
    const tally = new NumberTally();
    this.#tallies.set(field, tally);
    return tally;
  }

  #halve(): void {
    this.#recent = Math.floor(this.#recent / 2);
    for (const [field, tally] of this.#tallies) {
      tally.halve();
      if (tally.seen === 0) this.#tallies.delete(field);
    }
    this.#units.renew((field) => this.#tallies.has(field));
  }
}
