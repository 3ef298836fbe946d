import { KitenError } from '@kiten/codec';
import type { Kysely } from 'kysely';
import { managedBy } from '../../store/identities.ts';
import type { Tables } from '../../store/tables.ts';

/**
 * Whoever comes in by an identity provider comes in by nothing else: who is gone there must be gone here.
 *
 * @throws KitenError `kiten/operator-managed`
 */
export async function mustBeOurs(store: Kysely<Tables>, operator: string): Promise<void> {
  const issuer = await managedBy(store, operator);
  if (issuer === undefined) return;
  throw new KitenError(
    'kiten/operator-managed',
    `${operator} comes in by ${issuer} and by nothing else, in the role that the groups there give.`,
  );
}
