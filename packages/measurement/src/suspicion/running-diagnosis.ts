import type { Statistic } from '../detectors/detector.ts';
import { relation } from '../detectors/relation.ts';
import type { Judgement } from '../judge.ts';
import { type Profile, resolutionFor } from '../learn/profile.ts';
import { diagnose, ownKindOf } from './diagnose.ts';
import type { FaultKind } from './kind.ts';
import type { Suspicion } from './suspicion.ts';

/** The newest rows of a stream, the oldest of them first. */
export interface RecentRows {
  readonly rows: number;
  /** `rows` × channels, as they were read. */
  readonly values: Float64Array;
  /** Of each row, in seconds. */
  readonly times: Float64Array;
}

/** Rows of an alarm after which it is looked at: a later look has twice as many to go by, and an alarm has nine at most. */
const looks = [1, 4, 8, 16, 32, 64, 128, 256, 512];
/** Fewer rows have no shape: what was said of them waits. */
const shapely = 4;
/** Calm rows that it takes to compare an alarm with. */
const leastCalm = 20;
/** Rows that are looked at, most of them from before the alarm where it is young. */
export const rowsLookedAt = 600;
const mostSeen = 32;
/** Kinds that are told by a shape, and rows of it after which that is half as sure as the shape lets it be. */
const shapes: ReadonlySet<FaultKind> = new Set(['bias', 'drift', 'gain', 'alias', 'noise']);
const halfSure = 8;

/**
 * Follows an alarm as it goes on, and says at its beginning and then less and less often what it probably is. What is said
 * rests on the rows that there were by then.
 */
export class RunningDiagnosis {
  readonly #profile: Profile;
  readonly #decimals: number | undefined;
  readonly #canExpect: boolean;
  #seen: Statistic[] = [];
  #rows = 0;
  /** The last of them with an alarm. */
  #last = 0;
  #severity = 0;
  #look = 0;
  #suspicion: Suspicion | undefined;

  constructor(profile: Profile, decimals?: number) {
    this.#profile = profile;
    this.#decimals = decimals;
    this.#canExpect = resolutionFor(profile.resolutions, decimals).detectors.some(
      ({ kind }) => kind === relation.name,
    );
  }

  /** What the alarm is thought to be; `undefined`: there is none. */
  get suspicion(): Suspicion | undefined {
    return this.#suspicion;
  }

  /**
   * A row between the first and the last of an alarm.
   *
   * @param at the moment of the row, in seconds
   * @param recent gives the rows up to this one, `rowsLookedAt` at best, when there is a look at them; `undefined`: not now
   * @returns what is thought from now on, if that is new
   */
  push(
    at: number,
    { isAlarm, severity, worst }: Judgement,
    recent: () => RecentRows | undefined,
  ): Suspicion | undefined {
    this.#rows++;
    this.#severity = Math.max(this.#severity, severity);
    if (!isAlarm || worst === undefined) return undefined;
    this.#last = this.#rows;
    if (this.#seen.length < mostSeen && !this.#seen.includes(worst)) this.#seen.push(worst);
    if (this.#rows < (looks[this.#look] ?? Number.POSITIVE_INFINITY)) return undefined;
    const rows = recent();
    if (rows === undefined) return undefined;
    while (this.#rows >= (looks[this.#look] ?? Number.POSITIVE_INFINITY)) this.#look++;
    this.#suspicion = this.#thought(rows) ?? this.#suspicion ?? this.#seenAlone(at);
    return this.#suspicion;
  }

  /** The alarm is over. @returns what it was thought to be in the end */
  end(): Suspicion | undefined {
    const last = this.#suspicion;
    const isShort = this.#last < shapely && last?.kind === 'unknown';
    this.#seen = [];
    [this.#rows, this.#severity, this.#look, this.#suspicion] = [0, 0, 0, undefined];
    return isShort ? { ...last, kind: 'jump', confidence: 0.6 } : last;
  }

  #thought({ rows, values, times }: RecentRows): Suspicion | undefined {
    const raised = rows - this.#rows;
    if (!this.#canExpect || raised < leastCalm) return undefined;
    const { suspicion, began } = diagnose(this.#profile, {
      ...{ rows, values, times, raised, severity: this.#severity, seen: this.#seen },
      ...(this.#decimals === undefined ? {} : { decimals: this.#decimals }),
    });
    const isShape = shapes.has(suspicion.kind);
    const altered = rows - began;
    const confidence = suspicion.confidence * (isShape ? altered / (altered + halfSure) : 1);
    if (this.#rows >= shapely) return { ...suspicion, confidence };
    const isNew = raised - began < shapely;
    return {
      ...suspicion,
      ...(isNew ? { began: times[raised] as number } : {}),
      ...(suspicion.kind === 'jump' ? ({ kind: 'unknown', confidence: 0 } as const) : { confidence }),
    };
  }

  /** Without what others expect of a channel, or without calm rows, what saw it is all that there is. */
  #seenAlone(at: number): Suspicion {
    const known = ownKindOf(this.#seen);
    const channel = this.#seen.find((each) => each.channel !== undefined)?.channel;
    const name = channel === undefined ? undefined : this.#profile.channels[channel];
    return {
      ...{ severity: this.#severity, began: at, sources: [...new Set(this.#seen.map(({ sees }) => sees))] },
      channels: name === undefined ? [] : [{ channel: name, share: 1 }],
      ...{ kind: known ?? 'unknown', confidence: known === undefined ? 0 : 0.95 },
    };
  }
}

/** Keeps the newest rows of a table that is read row by row. */
export class RowMemory {
  readonly #channels: number;
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  #rows = 0;

  constructor(channels: number) {
    this.#channels = channels;
    // Twice as many, so that they are moved only once in so many rows.
    this.#values = new Float64Array(2 * rowsLookedAt * channels);
    this.#times = new Float64Array(2 * rowsLookedAt);
  }

  push(at: number, values: Float64Array): void {
    const width = this.#channels;
    if (this.#rows === this.#times.length) {
      this.#values.copyWithin(0, rowsLookedAt * width);
      this.#times.copyWithin(0, rowsLookedAt);
      this.#rows = rowsLookedAt;
    }
    this.#values.set(values, this.#rows * width);
    this.#times[this.#rows++] = at;
  }

  recent(): RecentRows {
    const rows = Math.min(this.#rows, rowsLookedAt);
    const from = this.#rows - rows;
    const width = this.#channels;
    return {
      rows,
      values: this.#values.slice(from * width, this.#rows * width),
      times: this.#times.slice(from, this.#rows),
    };
  }
}
