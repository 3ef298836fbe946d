import type { Kysely } from 'kysely';
import { storedOperators } from '../../store/operators.ts';
import type { Tables } from '../../store/tables.ts';
import type { Operator } from '../operators.ts';

/**
 * What takes two people must not be done by one who has made the other's access. So all access remembers whose hand it
 * came from: a link, a session, a passkey, a recovery code or a token that somebody makes for another operator is in the
 * maker's hand, and so is whatever is made by it in turn.
 */

/** Of access that nobody knows the maker of. Nobody can be called this. */
export const unknownHand = '?';

/** Whose hand access is in that `by` makes for an operator; absent if it is the operator's own. */
export function handFor(operator: string, by: Operator | undefined): string | undefined {
  return by === undefined || by.name === operator ? by?.hand : (by.hand ?? by.name);
}

/** An operator who came in by access from this hand. */
export function inHand(operator: Operator, hand: string | null | undefined): Operator {
  const own = hand === null || hand === undefined || hand === operator.name;
  return own ? operator : { ...operator, hand };
}

type Person = Pick<Operator, 'name' | 'hand'>;

/** Whether one person may be behind both. */
export function mayBeOne(one: Person, other: Person): boolean {
  if (one.hand === unknownHand || other.hand === unknownHand) return true;
  const people = [one.name, one.hand ?? one.name];
  return people.includes(other.name) || people.includes(other.hand ?? other.name);
}

const LEFT = 'operator-left';
/** For so long after somebody left, whoever is alone can't invite a second person on their own word. */
const ALONE_AFTER = 30 * 86_400_000;

/** Keeps that somebody who had come in is gone. */
export async function keepLeft(store: Kysely<Tables>, at: number): Promise<void> {
  const row = { name: LEFT, value: String(at) };
  await store
    .insertInto('facts')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

/**
 * Whether this is how a site comes by its second person: nobody but the one who invites has ever come in, or not for a
 * month. Somebody has to be believed then, and the invitation counts as the new operator's own.
 */
export async function isFirstCompany(
  store: Kysely<Tables>,
  operator: string,
  inviter: string,
  now: number,
): Promise<boolean> {
  const others = (await storedOperators(store)).filter(({ arrivedAt }) => arrivedAt !== undefined);
  if (others.some(({ name }) => name !== inviter) || others.some(({ name }) => name === operator))
    return false;
  const left = await store.selectFrom('facts').select('value').where('name', '=', LEFT).executeTakeFirst();
  return left === undefined || Number(left.value) + ALONE_AFTER <= now;
}
