import { type Clock, KitenError } from '@kiten/codec';
import type { Kysely } from 'kysely';
import type { Database } from '../store/database.ts';
import {
  deleteOperator,
  forgetLinks,
  insertLink,
  insertOperator,
  linkOwner,
  type StoredOperator,
  storedOperator,
  storedOperators,
  updateRole,
  useLink,
} from '../store/operators.ts';
import type { Tables } from '../store/tables.ts';
import type { AccessChanges } from './access/changes.ts';
import { handFor, inHand, isFirstCompany, keepLeft } from './access/hands.ts';
import { mustBeOurs } from './access/managed.ts';
import type { Journal } from './journal.ts';
import { newSecret, type Random, secretHash } from './secrets.ts';

export const roles = ['viewer', 'operator', 'administrator'] as const;
export type Role = (typeof roles)[number];
export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);

/** A person, or a program acting for one, who is known to the site. */
export interface Operator {
  readonly name: string;
  readonly role: Role;
  /** Whose hand the access came from by which they are here, if not their own (`access/hands.ts`). */
  readonly hand?: string;
}

export interface OperatorRecord extends Operator {
  readonly createdAt: number;
}

/** A secret that signs a browser in, once. */
export interface SignInLink {
  readonly link: string;
  readonly expiresAt: number;
}

export interface OperatorParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  readonly changes: AccessChanges;
}

const MINUTE = 60_000;
/** For oneself, at the screen. */
const LINK_LIFETIME = 15 * MINUTE;
/** For somebody whom it has to reach first. */
const INVITATION_LIFETIME = 24 * 60 * MINUTE;

/** Who may speak to the API, in which role, and the one-time links by which they come in. */
export class OperatorDesk {
  readonly #parts: OperatorParts;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  /** All of them, the oldest first. */
  async all(): Promise<OperatorRecord[]> {
    return (await storedOperators(this.#parts.database)).map(recordOf);
  }

  /** @throws KitenError `kiten/operator-unknown` */
  async mustKnow(name: string): Promise<OperatorRecord> {
    return recordOf(mustBe(await storedOperator(this.#parts.database, name), name));
  }

  /** Whoever has been administrator for longest: somebody always is. */
  async firstAdministrator(): Promise<Operator> {
    const found = (await this.all()).find(({ role }) => role === 'administrator');
    if (found === undefined) {
      throw new KitenError('kiten/administrator-missing', 'The store knows no administrator of this site.');
    }
    return found;
  }

  /** @throws KitenError `kiten/operator-known` */
  async add(name: string, role: Role, by: Operator, reason: string): Promise<void> {
    const { journal, clock } = this.#parts;
    const at = clock.now();
    const event = { type: 'operator/added', at, actor: actorOf(by), reason, data: { operator: name, role } };
    await journal.commit([event], async (store) => {
      if (await insertOperator(store, { name, role, createdAt: at })) return;
      throw new KitenError('kiten/operator-known', `There is an operator called ${name} already.`);
    });
  }

  /** @throws KitenError `kiten/operator-unknown`, `kiten/role-unchanged`, `kiten/last-administrator` */
  async changeRole(name: string, role: Role, by: Operator, reason: string): Promise<void> {
    const { journal, clock, changes } = this.#parts;
    const data = { operator: name, role };
    const event = { type: 'operator/role-changed', at: clock.now(), actor: actorOf(by), reason, data };
    await journal.commit([event], async (store) => {
      const known = mustBe(await storedOperator(store, name), name);
      await mustBeOurs(store, name);
      if (known.role === role)
        throw new KitenError('kiten/role-unchanged', `${name} has the role ${role} already.`);
      await updateRole(store, name, role);
      await mustHaveAdministrator(store);
    });
    changes.emit('changed');
  }

  /** With every session, token and link. @throws KitenError `kiten/operator-unknown`, `kiten/last-administrator` */
  async remove(name: string, by: Operator, reason: string): Promise<void> {
    const { journal, clock, changes } = this.#parts;
    const data = { operator: name };
    const event = { type: 'operator/removed', at: clock.now(), actor: actorOf(by), reason, data };
    await journal.commit([event], async (store) => {
      const { arrivedAt } = mustBe(await storedOperator(store, name), name);
      await deleteOperator(store, name);
      if (arrivedAt !== undefined) await keepLeft(store, clock.now());
      await mustHaveAdministrator(store);
    });
    changes.emit('changed');
  }

  /**
   * A link that opens one browser session: within a quarter of an hour for oneself, within a day for somebody else.
   *
   * @throws KitenError `kiten/operator-unknown`
   */
  async createLink(name: string, by?: Operator): Promise<SignInLink> {
    const { database, journal, clock, random } = this.#parts;
    await this.mustKnow(name);
    await mustBeOurs(database, name);
    const link = newSecret('ktl_', random);
    const at = clock.now();
    const expiresAt = at + (by === undefined || by.name === name ? LINK_LIFETIME : INVITATION_LIFETIME);
    const row = { hash: secretHash(link), operator: name, expiresAt, createdBy: handFor(name, by) };
    if (by === undefined) await insertLink(database, row);
    else {
      const data = { operator: name, expiresAt };
      const event = { type: 'operator/link-created', at, actor: actorOf(by), data };
      await journal.commit([event], (store) => insertLink(store, row));
    }
    return { link, expiresAt };
  }

  /**
   * Whose link this is, and how to spend it: in the transaction that opens the session.
   *
   * @throws KitenError `kiten/sign-in-link` if it is unknown, used or too old
   */
  async redeem(
    secret: string,
  ): Promise<{ operator: Operator; spend: (store: Kysely<Tables>) => Promise<void> }> {
    const { database, clock } = this.#parts;
    const [hash, now] = [secretHash(secret), clock.now()];
    const link = await linkOwner(database, hash, now);
    const operator = link === undefined ? undefined : await storedOperator(database, link.operator);
    if (link === undefined || operator === undefined) throw noSuchLink();
    const { name, createdBy } = { ...operator, ...link };
    const believed = createdBy !== null && (await isFirstCompany(database, name, createdBy, now));
    return {
      operator: inHand(recordOf(operator), believed ? undefined : createdBy),
      async spend(store) {
        const come = (await storedOperator(store, name))?.arrivedAt !== undefined;
        if ((believed && come) || !(await useLink(store, hash, now))) throw noSuchLink();
      },
    };
  }

  /** Lets go of what has expired. */
  async tidy(): Promise<void> {
    await forgetLinks(this.#parts.database, this.#parts.clock.now());
  }
}

/** As the log names an operator. */
export const actorOf = ({ name }: Operator): string => `operator:${name}`;

function noSuchLink(): KitenError {
  return new KitenError(
    'kiten/sign-in-link',
    'This sign-in link was used already, is too old, or is not of this site. `kiten sign-in` prints a new one.',
  );
}

function mustBe(operator: StoredOperator | undefined, name: string): StoredOperator {
  if (operator !== undefined) return operator;
  throw new KitenError('kiten/operator-unknown', `Nobody called ${name.slice(0, 80)} is an operator here.`);
}

/** @throws KitenError `kiten/last-administrator` */
export async function mustHaveAdministrator(store: Kysely<Tables>): Promise<void> {
  if ((await storedOperators(store)).some(({ role }) => role === 'administrator')) return;
  throw new KitenError(
    'kiten/last-administrator',
    'This is the last administrator: make somebody else administrator first.',
  );
}

function recordOf({ name, role, createdAt }: StoredOperator): OperatorRecord {
  return { name, role: role as Role, createdAt };
}
