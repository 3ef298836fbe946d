import type { Kysely } from 'kysely';
import type { Tables } from '../../store/tables.ts';
import type { Operator } from '../operators.ts';

/** Who somebody turned out to be, and what is spent with signing in: in the transaction that opens the session. */
export interface Proven {
  readonly operator: Operator;
  /** The identity provider's session (`sid`), if it came by one. */
  readonly providerSession?: string;
  readonly spend: (store: Kysely<Tables>) => Promise<unknown>;
}
