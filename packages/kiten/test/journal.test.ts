import type { Ledger } from '@kiten/ledger';
import type { RecordedEvent } from '@kiten/trust';
import { describe, expect, it } from 'vitest';
import { type JournalParts, openJournal } from '../src/site/journal.ts';
import type { Database } from '../src/store/database.ts';
import { entriesOf, fillable, newFolder, newLedger, newStore, start, typesOf } from './fixtures.ts';

const event = (type: string, data: RecordedEvent['data'] = {}): RecordedEvent => ({
  type,
  at: start,
  actor: 'site',
  data,
});

async function journalIn(folder: string, changes: Partial<JournalParts> = {}) {
  const database = changes.database ?? (await newStore(folder));
  const ledger = changes.ledger ?? (await newLedger(folder));
  const heard: string[] = [];
  const troubles: unknown[] = [];
  const journal = await openJournal({
    database,
    ledger,
    heard: ({ type }) => void heard.push(type),
    located: () => undefined,
    troubled: (error) => void troubles.push(error),
    ...changes,
  });
  return { database, ledger, journal, heard, troubles };
}

const put = (name: string) => (store: Database) =>
  store.insertInto('facts').values({ name, value: 'x' }).execute();
const facts = async (database: Database) =>
  (await database.selectFrom('facts').select('name').orderBy('name').execute()).map(({ name }) => name);
const waiting = async (database: Database) =>
  (await database.selectFrom('outbox').selectAll().execute()).length;

function withRoomFor(room: number, ledger: Ledger) {
  return {
    ...fillable(ledger),
    size: 0,
    room,
    append(entry: Uint8Array): Promise<number> {
      return this.room-- > 0 ? ledger.append(entry) : Promise.reject(new Error('no room'));
    },
  };
}

describe('the journal', () => {
  it('commits the change and its entries, and tells of them when both are durable', async () => {
    const { journal, database, ledger, heard } = await journalIn(await newFolder());
    const result = await journal.commit([event('a/one'), event('a/two')], async (store) => {
      expect(heard).toEqual([]);
      await put('fact')(store);
      return 'result';
    });
    expect(result).toBe('result');
    expect(await facts(database)).toEqual(['fact']);
    expect(await typesOf(ledger)).toEqual(['a/one', 'a/two']);
    expect(heard).toEqual(['a/one', 'a/two']);
  });

  it('keeps neither the change nor an entry of work that failed', async () => {
    const { journal, database, ledger, heard } = await journalIn(await newFolder());
    const work = async (store: Database) => {
      await put('fact')(store);
      throw new Error('no');
    };
    await expect(journal.commit([event('a/one')], work)).rejects.toThrow('no');
    expect(await facts(database)).toEqual([]);
    expect(await waiting(database)).toBe(0);
    expect(ledger.size).toBe(0);
    expect(heard).toEqual([]);
    await journal.commit([event('a/two')], put('fact'));
    expect(await typesOf(ledger)).toEqual(['a/two']);
  });

  it('keeps nothing of a change whose entry cannot be encoded', async () => {
    const { journal, database } = await journalIn(await newFolder());
    const tooLong = event('a/one', { text: 'x'.repeat(5000) });
    await expect(journal.commit([tooLong], put('fact'))).rejects.toMatchObject({
      code: expect.stringMatching(/^trust\//),
    });
    expect(await facts(database)).toEqual([]);
  });

  it('writes the entries of parallel changes in the order in which they were committed', async () => {
    const { journal, ledger, heard, database } = await journalIn(await newFolder());
    const names = Array.from({ length: 60 }, (_, n) => `n/x${n}`);
    await Promise.all(names.map((name) => journal.commit([event(name)], put(name))));
    const rows = await database
      .selectFrom('facts')
      .select('name')
      .orderBy('rowid' as 'name')
      .execute();
    expect(await typesOf(ledger)).toEqual(rows.map(({ name }) => name));
    expect([...heard].sort()).toEqual([...names].sort());
  });

  it('does not let the outbox grow: an entry known to be in the log leaves with the next change', async () => {
    const { journal, database } = await journalIn(await newFolder());
    await Promise.all(Array.from({ length: 60 }, (_, n) => journal.commit([event(`n/x${n}`)], put(`x${n}`))));
    await journal.commit([event('n/last')], put('last'));
    expect(await waiting(database)).toBe(1);
    await journal.settled();
    expect(await waiting(database)).toBe(0);
  });

  describe('a crash between store and log', () => {
    it('the entry is brought forward at the next start, once', async () => {
      const folder = await newFolder();
      const [database, ledger] = [await newStore(folder), await newLedger(folder)];
      const dying = { ...fillable(ledger), size: 0, append: () => new Promise<number>(() => undefined) };
      const before = await journalIn(folder, { database, ledger: dying });
      void before.journal.commit([event('a/one'), event('a/two')], put('fact'));
      while ((await waiting(database)) === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(ledger.size).toBe(0);

      await journalIn(folder, { database, ledger });
      expect(await typesOf(ledger)).toEqual(['a/one', 'a/two']);
      await journalIn(folder, { database, ledger });
      expect(await typesOf(ledger)).toEqual(['a/one', 'a/two']);
    });

    it('an entry that did reach the log is not written again', async () => {
      const folder = await newFolder();
      const [database, ledger] = [await newStore(folder), await newLedger(folder)];
      const { journal } = await journalIn(folder, { database, ledger });
      await journal.record(event('a/zero'));
      await journal.commit([event('a/one')], put('fact'));
      expect(await waiting(database)).toBe(1);
      await journalIn(folder, { database, ledger });
      expect(await typesOf(ledger)).toEqual(['a/zero', 'a/one']);
      expect(await waiting(database)).toBe(0);
    });

    it('of two entries that read the same, the one that is missing is written', async () => {
      const folder = await newFolder();
      const [database, real] = [await newStore(folder), await newLedger(folder)];
      const { journal } = await journalIn(folder, { database, ledger: withRoomFor(1, real) });
      await journal.commit([event('a/same'), event('a/same')], put('fact'));
      expect(real.size).toBe(1);
      await journalIn(folder, { database, ledger: real });
      expect(await typesOf(real)).toEqual(['a/same', 'a/same']);
    });
  });

  describe('a log that cannot be written', () => {
    async function filled() {
      const folder = await newFolder();
      const ledger = fillable(await newLedger(folder));
      const parts = await journalIn(folder, { ledger });
      ledger.full = true;
      return { ...parts, ledger };
    }

    it('does not undo the change: the store has it and the entry, which follows later', async () => {
      const { journal, database, ledger, heard, troubles } = await filled();
      await journal.commit([event('a/one')], put('fact'));
      expect(await facts(database)).toEqual(['fact']);
      expect(heard).toEqual(['a/one']);
      expect(troubles).toMatchObject([{ code: 'ledger/disk-full' }]);
      expect(ledger.size).toBe(0);
      ledger.full = false;
      await journal.commit([event('a/two')], put('other'));
      expect(await typesOf(ledger)).toEqual(['a/one', 'a/two']);
    });

    it('lets nothing more be committed until it can be written again', async () => {
      const { journal, database, ledger } = await filled();
      await journal.commit([event('a/one')], put('fact'));
      await expect(journal.commit([event('a/two')], put('other'))).rejects.toMatchObject({
        code: 'ledger/disk-full',
      });
      await expect(journal.record(event('a/three'))).rejects.toMatchObject({ code: 'ledger/disk-full' });
      expect(await facts(database)).toEqual(['fact']);
      ledger.full = false;
      await journal.record(event('a/four'));
      await journal.commit([event('a/five')], put('more'));
      expect((await typesOf(ledger)).toSorted()).toEqual(['a/five', 'a/four', 'a/one']);
    });

    it('gets each entry once, however many changes wait for it', async () => {
      const { journal, ledger } = await filled();
      await journal.commit([event('a/one')], put('one'));
      ledger.full = false;
      await Promise.all(['b', 'c', 'd'].map((name) => journal.commit([event(`a/${name}`)], put(name))));
      expect((await typesOf(ledger)).toSorted()).toEqual(['a/b', 'a/c', 'a/d', 'a/one']);
      expect((await typesOf(ledger))[0]).toBe('a/one');
    });

    it('gets each entry once when only some of a change’s entries found room', async () => {
      const folder = await newFolder();
      const real = await newLedger(folder);
      const ledger = withRoomFor(1, real);
      const { journal } = await journalIn(folder, { ledger });
      await journal.commit([event('a/one'), event('a/two')], put('fact'));
      ledger.room = 100;
      await journal.commit([event('a/three')], put('other'));
      expect(await typesOf(real)).toEqual(['a/one', 'a/two', 'a/three']);
    });

    it('gets what it lacks when the site stops, if there is room by then', async () => {
      const { journal, database, ledger } = await filled();
      await journal.commit([event('a/one')], put('fact'));
      await expect(journal.settled()).rejects.toMatchObject({ code: 'ledger/disk-full' });
      expect(await waiting(database)).toBe(1);
      ledger.full = false;
      await journal.settled();
      expect(await typesOf(ledger)).toEqual(['a/one']);
      expect(await waiting(database)).toBe(0);
    });
  });

  it('settles when what is under way is done, whether it went well or not', async () => {
    const { journal, ledger, heard } = await journalIn(await newFolder());
    const fails = journal.commit([event('a/never')], async () => {
      throw new Error('no');
    });
    const outcome = expect(fails).rejects.toThrow('no');
    void journal.commit([event('a/one')], put('fact'));
    void journal.record(event('a/two'));
    await journal.settled();
    await outcome;
    expect([...heard].sort()).toEqual(['a/one', 'a/two']);
    expect((await entriesOf(ledger)).length).toBe(2);
  });
});
