import { encodeUtf8, KitenError, toHex } from '@kiten/codec';
import { sha256 } from '@kiten/identity';
import {
  type AttestedTier,
  channelsOf,
  checkUnitsOf,
  declaredUnits,
  type JointStream,
  joinedStreams,
  type KnownRelation,
  type Sensor,
  type StreamRelation,
  sensorName,
  sensorsOf,
} from '@kiten/measurement';
import { deviceOfStream } from '@kiten/trust';
import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import { lastingAlarmOf, type RelationRecord } from '../../store/stream-relations.ts';
import type { ProfileFiles } from './profile-files.ts';
import type { StreamBook } from './stream-book.ts';
import type { StreamCommand } from './stream-messages.ts';

export interface RelationTellerParts {
  readonly database: Database;
  readonly logger: Logger;
  readonly book: StreamBook;
  readonly profiles: ProfileFiles;
  /** What attestation says of a device. */
  readonly attested: (device: string) => AttestedTier | undefined;
  readonly send: (command: StreamCommand) => void;
}

/** Tells the thread that judges which streams are compared, and by what. */
export class RelationTeller {
  readonly #parts: RelationTellerParts;
  /** Of each device whose streams are compared, what was told last. */
  readonly #told = new Map<string, AttestedTier | undefined>();
  /** Why relations are not compared. */
  readonly #problems = new Map<string, string>();

  constructor(parts: RelationTellerParts) {
    this.#parts = parts;
  }

  /**
   * What cannot be compared any more is told to people, and goes on uncompared.
   *
   * @param resumes whether what was gathered before belongs to its lesson
   */
  async put({ relation, profile: digest, lesson }: RelationRecord, resumes = false): Promise<void> {
    const { database, profiles, logger, send } = this.#parts;
    const { id, every } = relation;
    try {
      const judged: Pick<KnownRelation, 'profile' | 'alarm'> =
        digest === undefined
          ? {}
          : {
              profile: { text: await profiles.read(digest), digest },
              ...(await lastingAlarmOf(database, id)),
            };
      const known: KnownRelation = {
        ...{ id, every, ...this.#joinedWith(relation), ...judged },
        ...(lesson === undefined ? {} : { lesson }),
        attested: this.#attestedOf(relation),
      };
      this.#problems.delete(id);
      send({ kind: 'relate', known, resumes });
    } catch (error) {
      if (!(error instanceof KitenError)) throw error;
      this.#problems.set(id, error.message);
      logger.error({ code: error.code, relation: id }, error.message);
    }
  }

  /** Why it is not compared, if it could not be told. */
  problemOf(id: string): string | undefined {
    return this.#problems.get(id);
  }

  /** What attestation says of a device may be something else now. */
  attested(device: string): void {
    const { attested, send } = this.#parts;
    if (!this.#told.has(device)) return;
    const says = attested(device);
    if (this.#told.get(device) === says) return;
    this.#told.set(device, says);
    send({ kind: 'attested', device, ...(says === undefined ? {} : { says }) });
  }

  /** Of devices none of whose streams are compared any more, nothing is told. */
  keepOnly(relations: readonly RelationRecord[]): void {
    const devices = new Set(relations.flatMap(({ relation }) => relation.streams.map(deviceOfStream)));
    for (const device of this.#told.keys()) if (!devices.has(device)) this.#told.delete(device);
  }

  /** Whether it can be compared. @throws KitenError `kiten/stream-unknown`, `measurement/…` */
  check(relation: StreamRelation): void {
    this.joined(relation);
    const { checks, units = {} } = relation;
    checkUnitsOf(checks, (sensor) => units[sensorName(sensor)] ?? this.#declaredUnitOf(sensor));
  }

  /** Its streams with their channels. @throws KitenError `kiten/stream-unknown`, `measurement/…` */
  joined(relation: StreamRelation): JointStream[] {
    const { book } = this.#parts;
    return joinedStreams(relation, (stream) => {
      const declared = book.declarationOf(book.get(stream).stream);
      return declared === undefined ? [] : channelsOf(declared);
    });
  }

  #declaredUnitOf({ stream, channel }: Sensor): string {
    const declared = this.#parts.book.declarationOf(stream);
    if (declared === undefined) return '';
    return declaredUnits(declared)[channelsOf(declared).indexOf(channel)] ?? '';
  }

  #joinedWith(relation: StreamRelation): Pick<KnownRelation, 'streams' | 'units'> {
    const streams = this.joined(relation);
    const { units = {} } = relation;
    return {
      streams,
      units: sensorsOf({ every: relation.every, streams }).map((each) => units[sensorName(each)] ?? ''),
    };
  }

  #attestedOf({ streams }: StreamRelation): ReadonlyMap<string, AttestedTier> {
    const says = new Map<string, AttestedTier>();
    for (const device of new Set(streams.map(deviceOfStream))) {
      const tier = this.#parts.attested(device);
      this.#told.set(device, tier);
      if (tier !== undefined) says.set(device, tier);
    }
    return says;
  }
}

/** The log has no room for all of it; it says which one it was. */
export function digestOfRelation(relation: StreamRelation): string {
  return toHex(sha256(encodeUtf8(JSON.stringify(relation))));
}
