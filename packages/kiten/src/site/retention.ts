import type { Clock } from '@kiten/codec';
import type { Database } from '../store/database.ts';
import type { Journal } from './journal.ts';
import { actorOf, type Operator } from './operators.ts';

/** How long things are kept, in whole days. */
export interface Retention {
  /** Content of evidence, unless what rests on it still counts. */
  readonly evidenceDays: number;
  /** Counts of traffic and refusals. */
  readonly trafficDays: number;
}

export const retentionBounds = { evidenceDays: 36_500, trafficDays: 3650 } as const;

export interface RetentionParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  /** What kiten.toml says, or leaves at its default. */
  readonly file: Retention;
}

const FACT = 'retention';

/** How long things are kept: as kiten.toml says, until an operator says otherwise. */
export class RetentionDesk {
  readonly #parts: RetentionParts;
  #set: Retention | undefined;

  private constructor(parts: RetentionParts, set: Retention | undefined) {
    this.#parts = parts;
    this.#set = set;
  }

  static async open(parts: RetentionParts): Promise<RetentionDesk> {
    const row = await parts.database
      .selectFrom('facts')
      .select('value')
      .where('name', '=', FACT)
      .executeTakeFirst();
    const { evidenceDays, trafficDays } = parts.file;
    const bare = { ...parts, file: { evidenceDays, trafficDays } };
    return new RetentionDesk(bare, row === undefined ? undefined : (JSON.parse(row.value) as Retention));
  }

  /** What holds. */
  get present(): Retention {
    return this.#set ?? this.#parts.file;
  }

  /** What kiten.toml says; it holds unless `isSet`. */
  get file(): Retention {
    return this.#parts.file;
  }

  get isSet(): boolean {
    return this.#set !== undefined;
  }

  async set(
    { evidenceDays, trafficDays }: Retention,
    operator: Operator,
    reason: string,
  ): Promise<Retention> {
    const { journal, clock } = this.#parts;
    const wanted = { evidenceDays, trafficDays };
    const { evidenceDays: evidenceBefore, trafficDays: trafficBefore } = this.present;
    const data = { ...wanted, evidenceBefore, trafficBefore };
    const event = { type: 'site/retention-changed', at: clock.now(), actor: actorOf(operator), reason, data };
    const row = { name: FACT, value: JSON.stringify(wanted) };
    await journal.commit([event], (store) =>
      store
        .insertInto('facts')
        .values(row)
        .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
        .execute(),
    );
    this.#set = wanted;
    return wanted;
  }
}
