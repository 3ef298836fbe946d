import type { Kysely } from 'kysely';
import type { Tables } from '../../store/tables.ts';

/** What a device is one of, as far as somebody said. */
export interface Make {
  readonly model?: string;
  readonly lot?: string;
}

const unknown: Make = {};

/** Models and lots of devices, in memory; the store holds the same. */
export class MakeBook {
  readonly #makes = new Map<string, Make>();

  static async load(store: Kysely<Tables>): Promise<MakeBook> {
    const book = new MakeBook();
    for (const { device, model, lot } of await store.selectFrom('device_makes').selectAll().execute())
      book.put(device, { ...(model === null ? {} : { model }), ...(lot === null ? {} : { lot }) });
    return book;
  }

  find(device: string): Make {
    return this.#makes.get(device) ?? unknown;
  }

  put(device: string, make: Make): void {
    this.#makes.set(device, make);
  }
}

export async function storeMake(store: Kysely<Tables>, device: string, make: Make): Promise<void> {
  const row = { device, model: make.model ?? null, lot: make.lot ?? null };
  await store
    .insertInto('device_makes')
    .values(row)
    .onConflict((conflict) => conflict.column('device').doUpdateSet(row))
    .execute();
}
