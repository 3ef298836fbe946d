import { join } from 'node:path';
import { manualClock } from '@kiten/codec';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { ApiTokenDesk } from '../src/site/access/api-tokens.ts';
import { accessChanges } from '../src/site/access/changes.ts';
import { openJournal } from '../src/site/journal.ts';
import { OperatorDesk } from '../src/site/operators.ts';
import { secretHash } from '../src/site/secrets.ts';
import { openDatabase } from '../src/store/database.ts';
import { migrate } from '../src/store/migrations.ts';
import { newFolder, newLedger, random, start } from './fixtures.ts';

it('an operator of a site from before there were scopes keeps the token, for everything', async () => {
  const folder = await newFolder();
  const database = openDatabase(join(folder, 'site.db'));
  onTestFinished(() => database.destroy());
  await migrate(database, '0002-proof');
  const token = `kto_${'A'.repeat(43)}`;
  await sql`insert into operators values ('owner', 'administrator', ${secretHash(token)}, ${start})`.execute(
    database,
  );
  await migrate(database);
  const journal = await openJournal({
    database,
    ledger: await newLedger(folder),
    heard: () => undefined,
    located: () => undefined,
    troubled: () => undefined,
  });
  const parts = { database, journal, clock: manualClock(start), random, changes: accessChanges() };
  expect(await new OperatorDesk(parts).all()).toEqual([
    { name: 'owner', role: 'administrator', createdAt: start },
  ]);
  expect(await new ApiTokenDesk(parts).byToken(token)).toMatchObject({
    operator: { name: 'owner', role: 'administrator' },
    token: { name: 'operator.token', scopes: ['administer', 'account'] },
  });
});
