import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@kiten/codec';
import { loadSigner, publicKeyDigest } from '@kiten/identity';
import type { Database } from '../store/database.ts';
import { insertStatement, statementsAbout } from '../store/statements.ts';
import type { Journal } from './journal.ts';
import type { SiteKeys } from './keys.ts';
import type { Layout } from './layout.ts';
import { stateAppointment } from './statements.ts';

interface Parts {
  readonly site: string;
  readonly layout: Layout;
  readonly database: Database;
  readonly journal: Journal;
  readonly keys: SiteKeys;
  readonly clock: Clock;
}

/**
 * Sees to it that the log has the root's word for the verifier's key: without it no verdict of this site can be proved
 * to anybody. A new site has it from the start; one from before is given it as soon as the root's key is there.
 *
 * @returns whether the log has it
 */
export async function ensureAppointment({
  site,
  layout,
  database,
  journal,
  keys,
  clock,
}: Parts): Promise<boolean> {
  const { publicKey } = keys.verifier;
  const [known] = await statementsAbout(database, 'appointment', [publicKeyDigest(publicKey)]);
  if (known !== undefined) return true;
  const file = join(layout.keys, 'root.key.pem');
  if (!existsSync(file)) return false;
  const record = stateAppointment({ issuer: site, signer: await loadSigner(file) }, publicKey, clock.now());
  await journal.commit([record], (store) => insertStatement(store, record));
  return true;
}
