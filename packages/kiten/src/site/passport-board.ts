import { type Clock, fromHex } from '@kiten/codec';
import { claimNumber, type Profile } from '@kiten/trust';
import type { Kysely } from 'kysely';
import { insertMark } from '../store/marks.ts';
import { type StatementRecord, statementsInForce } from '../store/statements.ts';
import type { Tables } from '../store/tables.ts';
import type { DeviceBook, DeviceRecord } from './device-book.ts';
import type { MarkBoard } from './mark-board.ts';

interface Parts {
  readonly book: DeviceBook;
  readonly marks: MarkBoard;
  readonly clock: Clock;
}

/**
 * The verdicts that were signed for others to carry, and have not ended yet. As soon as a device is no longer what one
 * of them says, that one is marked as withdrawn.
 */
export class PassportBoard {
  readonly #parts: Parts;
  readonly #issued = new Map<string, StatementRecord[]>();

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static async load(store: Kysely<Tables>, parts: Parts): Promise<PassportBoard> {
    const board = new PassportBoard(parts);
    for (const record of await statementsInForce(store, 'verdict', parts.clock.now())) board.issued(record);
    return board;
  }

  issued(record: StatementRecord): void {
    const { subject = '' } = record;
    this.#issued.set(subject, [...this.#inForce(subject), record]);
  }

  /** The newest that says what is so and is not withdrawn. */
  present(device: DeviceRecord): StatementRecord | undefined {
    const saying = this.sayingOf(device);
    return this.#inForce(subjectOf(device)).findLast(
      ({ about, digest }) => about === saying && !this.#parts.marks.has('statement', fromHex(digest)),
    );
  }

  /** Withdraws what is no longer so. */
  follow(device: DeviceRecord): void {
    const { marks } = this.#parts;
    marks.follow(device.id, device.standing);
    for (const { digest, expiresAt } of this.#outdated(device))
      marks.add('statement', fromHex(digest), expiresAt);
  }

  /** Keeps what {@link follow} withdraws. */
  async storeSuperseded(store: Kysely<Tables>, device: DeviceRecord): Promise<void> {
    const at = this.#parts.clock.now();
    for (const { digest, expiresAt } of this.#outdated(device)) {
      await insertMark(store, { kind: 'statement', value: digest, at, expiresAt });
    }
  }

  /** All that a signed verdict says and that may change, as one text. */
  sayingOf(device: DeviceRecord): string {
    const { verdict, standing, groups } = device;
    const mask = maskOf(this.#parts.book.profile(groups));
    return `${verdict.epoch} ${standing} ${holderOf(device) ?? '-'} ${verdict.profile} ${mask}`;
  }

  #outdated(device: DeviceRecord): readonly StatementRecord[] {
    const issued = this.#inForce(subjectOf(device));
    if (issued.length === 0) return issued;
    const saying = this.sayingOf(device);
    return issued.filter(({ about }) => about !== saying);
  }

  #inForce(subject: string): readonly StatementRecord[] {
    const now = this.#parts.clock.now();
    const known = this.#issued.get(subject);
    if (known === undefined) return [];
    const inForce = known.filter(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt > now);
    if (inForce.length === 0) this.#issued.delete(subject);
    return inForce;
  }
}

const subjectOf = ({ id }: DeviceRecord): string => `device:${id}`;

/** The key that a device proves itself with now: of its certificates in force the one that lasts longest, then the newest. */
export function holderOf({ certificates }: DeviceRecord): string | undefined {
  return certificates
    .filter(({ revokedAt }) => revokedAt === undefined)
    .toReversed()
    .toSorted((left, right) => right.notAfter - left.notAfter)[0]?.publicKeyDigest;
}

/** The required claims as bits by their numbers. */
export function maskOf({ required }: Profile): number {
  return required.reduce((mask, claim) => mask | (1 << claimNumber(claim)), 0);
}
