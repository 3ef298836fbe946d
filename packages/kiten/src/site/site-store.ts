import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KitenError } from '@kiten/codec';
import type { Logger } from 'pino';
import { linesOf } from '../backup/lines.ts';
import { type Configuration, completeConfiguration } from '../config/configuration.ts';
import { loadConfiguration } from '../config/load.ts';
import { type Database, openDatabase, readDatabase } from '../store/database.ts';
import { dumpStore, loadStore } from '../store/dump.ts';
import { migrate } from '../store/migrations.ts';
import type { PostgresAccess } from '../store/postgres.ts';
import type { Layout } from './layout.ts';

/** The environment variables that a password may be in. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An open store, and word of its end if it does not lie in the data directory. */
export interface SiteStore {
  readonly database: Database;
  readonly lost?: Promise<KitenError>;
}

/**
 * How to get into the store, if it is not in the data directory.
 *
 * @throws KitenError `kiten/store-password` if the password is not where it should be
 */
export async function storeAccess(
  { directory }: Layout,
  { store }: Pick<Configuration, 'store'>,
  environment: Environment,
): Promise<PostgresAccess | undefined> {
  if (store === undefined) return undefined;
  const { url, passwordFile, passwordEnv } = store;
  if (passwordFile !== undefined)
    return { url, password: await passwordIn(resolve(directory, passwordFile)) };
  if (passwordEnv === undefined) return { url };
  const password = environment[passwordEnv];
  if (password !== undefined) return { url, password };
  throw new KitenError(
    'kiten/store-password',
    `The environment has no ${passwordEnv}, the store’s password.`,
  );
}

/** Opens the store of a site that is to run, in its newest form. What was in the data directory moves first. */
export async function openSiteStore(
  layout: Layout,
  access: PostgresAccess | undefined,
  logger: Logger,
): Promise<SiteStore> {
  if (access === undefined) {
    if (existsSync(layout.store)) return { database: await migrated(openDatabase(layout.store)) };
    throw new KitenError(
      'kiten/store-elsewhere',
      `The store is in PostgreSQL, as ${layout.storeElsewhere} says: set store.url.`,
    );
  }
  const { openPostgres } = await import('../store/postgres.ts');
  const opened = await openPostgres(access, 'exclusive');
  try {
    await migrated(opened.database);
    if (existsSync(layout.store)) {
      await move(layout, opened.database);
      logger.info('the store has moved to PostgreSQL');
    }
    return opened;
  } catch (error) {
    await opened.database.destroy();
    throw error;
  }
}

/** Opens the store to look into it, beside a site that may be running. */
export async function readSiteStore(layout: Layout, environment: Environment): Promise<Database> {
  if (existsSync(layout.store)) return readDatabase(layout.store);
  const configuration = completeConfiguration(await loadConfiguration(layout.configuration), 'default');
  const access = await storeAccess(layout, configuration, environment);
  if (access !== undefined) {
    const { openPostgres } = await import('../store/postgres.ts');
    return (await openPostgres(access, 'beside')).database;
  }
  throw new KitenError(
    'kiten/site-missing',
    `There is no Kiten site in ${layout.directory}: \`kiten init\` creates one.`,
  );
}

async function migrated(database: Database): Promise<Database> {
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

/** Brings everything over, and then takes the file away: there is one store at any time. */
async function move(layout: Layout, to: Database): Promise<void> {
  const facts = await to.selectFrom('facts').select('name').limit(1).execute();
  if (facts.length > 0) {
    throw new KitenError(
      'kiten/store-twice',
      `There is a store in ${layout.store} and another one in PostgreSQL: take the one away that is not of this site.`,
    );
  }
  const from = openDatabase(layout.store);
  try {
    await migrate(from);
    await loadStore(to, linesOf(dumpStore(from as never)));
  } finally {
    await from.destroy();
  }
  await writeFile(
    layout.storeElsewhere,
    'The store of this site is in PostgreSQL (kiten.toml, store.url).\n',
    {
      flush: true,
    },
  );
  for (const suffix of ['', '-wal', '-shm']) await rm(layout.store + suffix, { force: true });
}

async function passwordIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).split(/\r?\n/, 1)[0] ?? '';
  } catch (cause) {
    throw new KitenError('kiten/store-password', `${file}, the store’s password, cannot be read.`, { cause });
  }
}
