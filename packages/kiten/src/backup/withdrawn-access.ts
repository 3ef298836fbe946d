import type { RecordedEvent } from '@kiten/trust';
import type { Transaction } from 'kysely';
import { isRole, type Role } from '../site/operators.ts';
import { deleteOperator } from '../store/operators.ts';
import type { Tables } from '../store/tables.ts';

/**
 * What the log says of access that was withdrawn, so that a store from before does not give it back: operators that are
 * gone, roles as they were set last, tokens for programs by their id, passkeys by whose they were and their name.
 */
export class WithdrawnAccess {
  readonly #operators = new Set<string>();
  readonly #roles = new Map<string, Role>();
  readonly #tokens = new Set<string>();
  readonly #passkeys = new Map<string, { readonly operator: string; readonly name: string }>();

  /** Entry after entry, in the order of the log. */
  note({ type, data }: RecordedEvent): void {
    if (!type.startsWith('operator/')) return;
    const text = (name: string) => String(data[name] ?? '');
    const operator = text('operator');
    const passkey = { operator, name: text('name') };
    const key = JSON.stringify(passkey);
    switch (type) {
      case 'operator/added':
        this.#operators.delete(operator);
        this.#set(operator, text('role'));
        return;
      case 'operator/role-changed':
        this.#set(operator, text('role'));
        return;
      case 'operator/removed':
        this.#operators.add(operator);
        this.#roles.delete(operator);
        return;
      case 'operator/api-token-revoked':
        this.#tokens.add(text('token'));
        return;
      case 'operator/passkey-added':
        this.#passkeys.delete(key);
        return;
      case 'operator/passkey-removed':
        this.#passkeys.set(key, passkey);
    }
  }

  /** Withdraws it in a restored store. @returns how many operators, tokens and passkeys lost what they had there */
  async apply(store: Transaction<Tables>): Promise<number> {
    const counts: bigint[] = [];
    const known = await store.selectFrom('operators').select(['name', 'role']).execute();
    for (const { name, role } of known) {
      const now = this.#roles.get(name);
      if (this.#operators.has(name)) await deleteOperator(store, name);
      else if (now !== undefined && now !== role)
        await store.updateTable('operators').set({ role: now }).where('name', '=', name).execute();
      else continue;
      counts.push(1n);
    }
    for (const { hash } of await store.selectFrom('api_tokens').select('hash').execute()) {
      if (!this.#tokens.has(hash.slice(0, 16))) continue;
      counts.push(
        (await store.deleteFrom('api_tokens').where('hash', '=', hash).executeTakeFirst()).numDeletedRows,
      );
    }
    for (const { operator, name } of this.#passkeys.values()) {
      const removed = store.deleteFrom('passkeys').where('operator', '=', operator).where('name', '=', name);
      counts.push((await removed.executeTakeFirst()).numDeletedRows);
    }
    return Number(counts.reduce((sum, count) => sum + count, 0n));
  }

  #set(operator: string, role: string): void {
    if (isRole(role)) this.#roles.set(operator, role);
  }
}
