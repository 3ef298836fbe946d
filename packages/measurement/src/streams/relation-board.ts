import type { AttestedTier, OwnEvidence } from '../cross/own-evidence.ts';
import type { Suspicion } from '../suspicion/suspicion.ts';
import type { RelationCourse } from './relation-course.ts';
import { type RelationSurroundings, RelationWatch } from './relation-watch.ts';
import type { KnownRelation, RelationGauges } from './stream-relation.ts';
import type { AlarmWindow } from './stream-report.ts';
import type { UnitWatch } from './unit-watch.ts';

/** Milliseconds that a stream's clock may be ahead of ours. */
const ahead = 2000;

/** All relations of a site: brings what each stream says to those that it takes part in. */
export class RelationBoard {
  readonly #world: RelationSurroundings;
  readonly #relations = new Map<string, RelationWatch>();
  #byStream: ReadonlyMap<string, readonly RelationWatch[]> = new Map();
  #now = Number.POSITIVE_INFINITY;

  constructor(world: RelationSurroundings) {
    this.#world = world;
  }

  get gauges(): ReadonlyMap<string, RelationGauges> {
    return new Map([...this.#relations].map(([id, relation]) => [id, relation.gauges]));
  }

  /**
   * In place of the one of this name. What can't be judged by its profile is not judged, and may be learned anew.
   *
   * @throws KitenError `measurement/profile-…`, `measurement/detector-unknown`, `measurement/cross-…`
   */
  put(known: KnownRelation): void {
    const { id, profile, alarm } = known;
    const before = this.#end(id);
    try {
      const now = Number.isFinite(this.#now) ? this.#now : Number.NaN;
      const relation = new RelationWatch(known, this.#world, now);
      this.#relations.set(id, relation);
      this.#index();
      if (profile !== undefined) relation.judgeBy(profile, alarm);
    } finally {
      this.#withdraw(before);
    }
  }

  find(id: string): RelationWatch | undefined {
    return this.#relations.get(id);
  }

  /** The newest rows of one. */
  course(id: string): RelationCourse | undefined {
    return this.#relations.get(id)?.course();
  }

  forget(id: string): void {
    this.#withdraw(this.#end(id));
  }

  /** A stream is no more, or has other channels: what names it is not compared until it is put again. */
  leave(stream: string): void {
    for (const { id } of this.#byStream.get(stream) ?? []) this.forget(id);
  }

  /** @param units what the channels of the stream are measured in */
  take(stream: string, at: number, values: Float64Array, units?: Pick<UnitWatch, 'now'>): void {
    for (const relation of this.#byStream.get(stream) ?? [])
      relation.take(stream, Math.min(at, this.#now + ahead), values, units?.now);
  }

  /** @param says the units that a message of a stream says; it is not compared, as the stream is measured in others */
  otherUnits(stream: string, says: readonly string[], { now }: Pick<UnitWatch, 'now'>): void {
    for (const relation of this.#byStream.get(stream) ?? []) relation.otherUnits(stream, says, now);
  }

  look(now: number): void {
    this.#now = now;
    for (const relation of this.#relations.values()) relation.look(now);
  }

  /** Somebody cleared what spoke against a stream. */
  restate(stream: string): void {
    for (const relation of this.#byStream.get(stream) ?? []) relation.restate();
  }

  /** What attestation says of a device from now on; `undefined`: nothing. */
  attest(device: string, says: AttestedTier | undefined): void {
    for (const relation of this.#relations.values()) relation.attest(device, says);
  }

  #end(id: string): RelationWatch | undefined {
    const relation = this.#relations.get(id);
    relation?.close();
    this.#relations.delete(id);
    this.#index();
    return relation;
  }

  /** What one that has ended said of its streams holds as far as the one in its place goes on with it, or others say it again. */
  #withdraw(ended: RelationWatch | undefined): void {
    if (ended === undefined) return;
    const next = this.#relations.get(ended.id);
    const kept = next?.isJudged === true ? next.streams : [];
    ended.withdraw((stream) => kept.includes(stream));
    for (const stream of ended.streams)
      if (!kept.includes(stream)) for (const other of this.#byStream.get(stream) ?? []) other.agreeAgain();
  }

  #index(): void {
    const entries = [...this.#relations.values()].flatMap((relation) =>
      relation.streams.map((stream) => ({ stream, relation })),
    );
    this.#byStream = new Map(
      [...Map.groupBy(entries, ({ stream }) => stream)].map(([stream, own]) => [
        stream,
        own.map(({ relation }) => relation),
      ]),
    );
  }
}

/** What is known of a stream by itself, in the words of whoever compares it. */
export function ownEvidenceOf({
  isJudged,
  alarm,
  freshness,
}: Pick<OwnEvidence, 'freshness'> & {
  readonly isJudged: boolean;
  readonly alarm: AlarmWindow | undefined;
}): OwnEvidence {
  return {
    isJudged,
    ...(freshness === undefined ? {} : { freshness }),
    ...(alarm === undefined ? {} : { alarm: suspicionOf(alarm) }),
  };
}

function suspicionOf({ began, severity, sees, channels, diagnosis }: AlarmWindow): Suspicion {
  const carriers = diagnosis?.carriers ?? [];
  return {
    ...{ severity, sources: [sees] },
    began: (diagnosis?.since ?? began) / 1000,
    channels:
      carriers.length > 0 ? carriers : channels.map((channel) => ({ channel, share: 1 / channels.length })),
    ...{ kind: diagnosis?.kind ?? 'unknown', confidence: diagnosis?.confidence ?? 0 },
  };
}
