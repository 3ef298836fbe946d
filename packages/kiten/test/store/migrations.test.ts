import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { manualClock } from '@kiten/codec';
import { expect, it, onTestFinished } from 'vitest';
import { loadBook } from '../../src/site/load.ts';
import { openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrations.ts';
import { newFolder, start } from '../fixtures.ts';

/** A store as version 0.1.0 left it: two devices, one of them revoked, and an open token. */
const fixture = fileURLToPath(new URL('../fixtures/store-0002.sql', import.meta.url));

async function olderStore(): Promise<string> {
  const file = join(await newFolder(), 'site.db');
  const database = new DatabaseSync(file);
  database.exec(await readFile(fixture, 'utf8'));
  database.close();
  return file;
}

function open(file: string) {
  const database = openDatabase(file);
  onTestFinished(() => database.destroy());
  return database;
}

it('brings an older store forward, with everything that is in it', async () => {
  const database = open(await olderStore());
  await migrate(database);
  await migrate(database);
  const book = await loadBook(database, manualClock(start));
  expect([...book.all()].map(({ id, standing }) => `${id} ${standing}`)).toEqual([
    'pump-1 admitted',
    'pump-2 revoked',
  ]);
  expect(book.get('pump-1').verdict.vector['instance-identity']).toBe(2);
  expect(book.get('pump-2').certificates[0]?.revokedAt).toBe(start);
  expect(await database.selectFrom('tokens').selectAll().execute()).toHaveLength(3);
});

it('moves evidence from a store of before there were proofs', async () => {
  const database = open(join(await newFolder(), 'site.db'));
  await migrate(database, '0001-site');
  const row = { digest: 'sha256:ab', media_type: 'text/plain', subject: 'device:pump-1', via: '[]' };
  const old = { ...row, received_at: start, body: new Uint8Array([1, 2, 3]) };
  await database
    .insertInto('evidence')
    .values(old as never)
    .execute();
  await migrate(database);
  expect(await database.selectFrom('evidence').selectAll().execute()).toEqual([
    { ...old, size: 3, salt: null, erased_at: null },
  ]);
});

it('leaves a store as it was when a migration cannot be done, and brings it forward once it can', async () => {
  const file = await olderStore();
  const other = new DatabaseSync(file);
  onTestFinished(() => other.close());
  const schema = () =>
    other.prepare("select name, sql from sqlite_schema where name not like '%kysely%' order by name").all();
  other.exec('create table passkeys (in_the_way integer)');
  const before = schema();
  await expect(migrate(open(file))).rejects.toThrow('already exists');
  expect(schema()).toEqual(before);
  other.exec('drop table passkeys');
  await migrate(open(file));
  expect(schema()).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'stream_alarms' })]));
});

it('leaves a store alone that a newer program has written', async () => {
  const file = await olderStore();
  const writer = new DatabaseSync(file);
  writer.exec("insert into kysely_migration values ('9999-later', '2031-01-01T00:00:00.000Z')");
  writer.close();
  await expect(migrate(open(file))).rejects.toMatchObject({ code: 'kiten/store-newer' });
  await expect(migrate(open(file), '9998-unknown')).rejects.toMatchObject({ code: 'kiten/store-newer' });
});
