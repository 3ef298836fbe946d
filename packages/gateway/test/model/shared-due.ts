import { Due, type Grant } from './due.ts';
import { lifeLeft, type Message } from './message.ts';
import type { Sent, Session } from './session.ts';

/** A message that one member of a group is to get, whichever the broker chooses (MQTT 5.0 §4.8.2). */
export class SharedDue {
  readonly message: Message;
  /** With `$share/` and the name. */
  readonly filter: string;
  /** Whether it has to come to somebody. */
  isRequired: boolean;
  /** What was sent of it over a connection that is lost. */
  astray: { readonly session: Session; readonly sent: Sent } | undefined;
  /** Everybody who was a member since, with all that they were granted meanwhile. */
  readonly #members = new Map<Session, Grant[]>();

  constructor(message: Message, filter: string, members: readonly Session[]) {
    this.message = message;
    this.filter = filter;
    for (const member of members) this.join(member);
    // The broker may choose somebody who is away and for whom it keeps nothing.
    this.isRequired =
      members.length > 0 &&
      members.every((member) => member.connection !== undefined || this.#leastQos(member) > 0);
  }

  /** A session that is a member now, or has new options. */
  join(session: Session): void {
    const grant = session.shares.get(this.filter);
    if (grant === undefined) return;
    this.#members.set(session, [...(this.#members.get(session) ?? []), grant]);
  }

  /** Who may have it: those who left may have been meant. */
  get candidates(): readonly Session[] {
    return [...this.#members.keys()];
  }

  isMember(session: Session): boolean {
    return this.#members.has(session);
  }

  /** A member leaves, and what was kept for it may go with it. */
  leave(session: Session, hasEnded: boolean): void {
    if (!this.isMember(session)) return;
    this.isRequired = false;
    if (hasEnded) this.#members.delete(session);
  }

  /** What it is to that session, in each form it may have. */
  dueTo(session: Session): Due[] {
    const grants = this.#members.get(session) ?? [];
    return grants.map((grant) => new Due(this.message, 'shared', [grant], this.message.order, true));
  }

  /** Whether nothing holds the broker up: all members are there, and have room. */
  isOverdue(members: readonly Session[], hasRoom: (session: Session) => boolean, now: number): boolean {
    if (!this.isRequired || this.astray !== undefined || lifeLeft(this.message, now) <= 0) return false;
    const isRefused = members.some(({ connection }) => connection?.refuses(this.message));
    return members.length > 0 && !isRefused && members.every(hasRoom);
  }

  #leastQos(member: Session): number {
    const grants = this.#members.get(member) ?? [];
    return Math.min(this.message.qos, ...grants.map(({ qos }) => qos));
  }
}
