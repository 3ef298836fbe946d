import type { PayloadRule } from '@kiten/gateway';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A payload rule, and who set it. */
export interface PayloadRuleRecord {
  readonly rule: PayloadRule;
  readonly setBy: string;
  readonly setAt: number;
  readonly reason: string;
}

export async function putPayloadRule(store: Kysely<Tables>, record: PayloadRuleRecord): Promise<void> {
  const { rule, setBy, setAt, reason } = record;
  const row = { rule: JSON.stringify(rule), set_by: setBy, set_at: setAt, reason };
  await store
    .insertInto('payload_rules')
    .values({ id: rule.id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

/** @returns whether there was one */
export async function forgetPayloadRule(store: Kysely<Tables>, id: string): Promise<boolean> {
  const { numDeletedRows } = await store.deleteFrom('payload_rules').where('id', '=', id).executeTakeFirst();
  return numDeletedRows > 0n;
}

/** In the order of their ids. */
export async function allPayloadRules(store: Kysely<Tables>): Promise<PayloadRuleRecord[]> {
  const rows = await store.selectFrom('payload_rules').selectAll().orderBy('id').execute();
  return rows.map(({ rule, set_by: setBy, set_at: setAt, reason }) => ({
    rule: JSON.parse(rule) as PayloadRule,
    setBy,
    setAt,
    reason,
  }));
}
