import { reasonCodes, type Subscription } from '@kiten/wire';
import { Connection, type Wishes } from './connection.ts';
import { Due, type Grant } from './due.ts';
import { lifeLeft, type Message, type Said } from './message.ts';
import { type Sent, Session } from './session.ts';
import { SharedDue } from './shared-due.ts';
import { filterMatches, patternOf } from './topic-filter.ts';

/**
 * A broker as MQTT 5.0 and 3.1.1 describe it, without a network: what there is, and what each session is to get.
 * Where the standards leave a choice it doesn't choose; that is seen from what comes.
 */
export class Broker {
  readonly sessions = new Map<string, Session>();
  readonly retained = new Map<string, Message>();
  shared: SharedDue[] = [];
  /** Milliseconds since the Unix epoch. */
  now: number;
  #order = 0;

  constructor(now: number) {
    this.now = now;
  }

  connect(clientId: string, wishes: Wishes): { connection: Connection; isPresent: boolean } {
    const displaced = this.sessions.get(clientId)?.connection;
    // [MQTT-3.1.4-3]
    if (displaced !== undefined) this.disconnect(displaced, { goodbye: reasonCodes.sessionTakenOver });
    const before = this.sessions.get(clientId);
    // [MQTT-3.1.2-4] [MQTT-3.1.2-5]
    if (before !== undefined && wishes.cleanStart) this.#end(before);
    const isPresent = this.sessions.has(clientId);
    const session = this.sessions.get(clientId) ?? new Session(clientId);
    this.sessions.set(clientId, session);
    // [MQTT-3.1.3-9]
    session.will = undefined;
    session.expiry = wishes.sessionExpiry;
    session.endsAt = Number.POSITIVE_INFINITY;
    const connection = new Connection(session, wishes, this.now);
    session.connection = connection;
    return { connection, isPresent };
  }

  /** The connection is over; unless its client took its leave, its will counts. */
  disconnect(connection: Connection, how: { goodbye?: number; isInOrder?: boolean }): void {
    const { session, wishes } = connection;
    connection.isOpen = false;
    connection.goodbye = how.goodbye;
    session.connection = undefined;
    // Only what has QoS 1 or 2 is part of the session.
    for (const due of session.due) if (due.qos === 0) due.isRequired = false;
    this.#loseSight(session);
    const { will } = wishes;
    const hasWill = will !== undefined && how.isInOrder !== true;
    if (session.expiry === 0) this.#end(session);
    else session.endsAt = this.now + session.expiry * 1000;
    if (!hasWill) return;
    // MQTT 5.0 §3.1.3.2.2: after its delay, or with the session.
    const delay = Math.min(will.delay, session.expiry);
    if (delay === 0) this.publish(session.clientId, will);
    else session.will = { said: will, dueAt: this.now + delay * 1000 };
  }

  /** Says whether there is anybody to bring it to. */
  publish(publisher: string, said: Said): { isHeard: boolean } {
    const message: Message = { ...said, publisher, order: ++this.#order, at: this.now };
    if (said.retain) this.#retain(message);
    let isHeard = false;
    for (const session of this.sessions.values()) {
      // [MQTT-3.8.3-3]
      const grants = [...session.grants.values()].filter(
        ({ filter, noLocal }) =>
          filterMatches(filter, said.topic) && !(noLocal && session.clientId === publisher),
      );
      if (grants.length === 0) continue;
      isHeard = true;
      const due = new Due(message, 'live', grants, message.order, true);
      // Keeping QoS 0 for who is away is up to the broker (MQTT 5.0 §4.1).
      due.isRequired = due.qos > 0 || session.connection !== undefined;
      session.due.push(due);
    }
    for (const [filter, members] of this.#groups()) {
      if (!filterMatches(patternOf(filter), said.topic)) continue;
      isHeard = true;
      this.shared.push(new SharedDue(message, filter, members));
    }
    return { isHeard };
  }

  subscribe(session: Session, wanted: readonly Subscription[], identifier: number | undefined): void {
    for (const { filter, qos, noLocal, retainAsPublished, retainHandling } of wanted) {
      const order = ++this.#order;
      const grant: Grant = { filter, qos, noLocal, retainAsPublished, identifier };
      if (filter.startsWith('$share/')) {
        session.shares.set(filter, grant);
        for (const due of this.shared) if (due.filter === filter) due.join(session);
        continue;
      }
      // [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]
      const isWanted = retainHandling === 0 || (retainHandling === 1 && !session.grants.has(filter));
      session.grants.set(filter, grant);
      if (!isWanted) continue;
      // What is on its way already because of the same filter need not come twice.
      for (const due of session.due) if (due.isRetainedBy(filter)) due.isRequired = false;
      this.#bringRetained(session, grant, order);
    }
  }

  /** Says for each filter whether there was such a subscription. */
  unsubscribe(session: Session, filters: readonly string[]): boolean[] {
    return filters.map((filter) => {
      if (session.shares.has(filter))
        for (const due of this.shared) if (due.filter === filter) due.leave(session, false);
      const existed = session.grants.delete(filter) || session.shares.delete(filter);
      // [MQTT-3.10.4-2]: what waits because of it may still come, and need not.
      for (const due of session.due) if (!due.rests(session.grants)) due.isRequired = false;
      return existed;
    });
  }

  /** Whether a message that looks the same is on its way to anybody, so that one could not tell which of them comes. */
  isUnderWay({ topic, payload }: Said): boolean {
    const due = [...this.sessions.values()].flatMap((session) => session.due);
    return [...due, ...this.shared].some(
      ({ message }) => message.topic === topic && message.payload === payload,
    );
  }

  /** When something happens by itself next. */
  get nextEventAt(): number {
    const times = [...this.sessions.values()].flatMap(({ connection, endsAt, will }) => [
      endsAt,
      will?.dueAt ?? Number.POSITIVE_INFINITY,
      connection?.patienceEndsAt ?? Number.POSITIVE_INFINITY,
    ]);
    return Math.min(Number.POSITIVE_INFINITY, ...times);
  }

  /** Lets everything happen that is due at that time. */
  elapse(now: number): void {
    this.now = now;
    for (const session of [...this.sessions.values()]) {
      const { connection, will } = session;
      if (connection !== undefined && connection.patienceEndsAt < now)
        this.disconnect(connection, { goodbye: reasonCodes.keepAliveTimeout });
      if (will !== undefined && will.dueAt <= now) {
        session.will = undefined;
        this.publish(session.clientId, will.said);
      }
      if (session.endsAt <= now) this.#end(session);
      session.due = session.due.filter((due) => due.isAlive(now));
    }
    this.shared = this.shared.filter(
      ({ astray, message }) => astray !== undefined || lifeLeft(message, now) >= 0,
    );
    for (const [topic, message] of this.retained)
      if (lifeLeft(message, now) <= 0) this.retained.delete(topic);
  }

  /** A message that was shared doesn't come again to who was sent it before: another member has it, or will. */
  giveUp(session: Session, given: Sent): void {
    session.sent = session.sent.filter((sent) => sent !== given);
    for (const shared of this.shared) if (shared.astray?.sent === given) shared.astray = undefined;
  }

  /** The sessions that share a subscription, by its filter. */
  membersOf(filter: string): Session[] {
    return [...this.sessions.values()].filter(({ shares }) => shares.has(filter));
  }

  #groups(): Map<string, Session[]> {
    const filters = [...this.sessions.values()].flatMap(({ shares }) => [...shares.keys()]);
    return new Map(filters.map((filter) => [filter, this.membersOf(filter)]));
  }

  #retain(message: Message): void {
    // Whoever was to get the one from before hears of this one, and need not have both.
    for (const { due } of this.sessions.values()) {
      for (const each of due) {
        if (each.cause === 'retained' && each.message.topic === message.topic) each.isRequired = false;
      }
    }
    // [MQTT-3.3.1-5] [MQTT-3.3.1-6] [MQTT-3.3.1-7]
    if (message.payload === '' || lifeLeft(message, this.now) <= 0) this.retained.delete(message.topic);
    else this.retained.set(message.topic, message);
  }

  #bringRetained(session: Session, grant: Grant, order: number): void {
    for (const message of this.retained.values()) {
      if (!filterMatches(grant.filter, message.topic)) continue;
      // Whether no-local holds for retained messages too is left open: §3.3.1.3 sends them, §3.8.3.1 doesn't forward.
      const isOwn = grant.noLocal && message.publisher === session.clientId;
      session.due.push(new Due(message, 'retained', [grant], order, !isOwn));
    }
  }

  #end(session: Session): void {
    this.sessions.delete(session.clientId);
    for (const due of this.shared) {
      due.leave(session, true);
      if (due.astray?.session !== session) continue;
      // Then it should go to another member, and need not.
      due.isRequired = false;
      due.astray = undefined;
    }
    // MQTT 5.0 §3.1.3.2.2
    if (session.will !== undefined) this.publish(session.clientId, session.will.said);
  }

  /** What was shared and isn't acknowledged may go to another member, unless it has begun as QoS 2 [MQTT-4.8.2-4]. */
  #loseSight(session: Session): void {
    for (const sent of session.sent) {
      const { due, awaits } = sent;
      if (due.cause !== 'shared' || awaits !== 'puback' || sent.mayBeElsewhere) continue;
      sent.mayBeElsewhere = true;
      const [grant] = sent.form.grants;
      const shared = new SharedDue(
        due.message,
        (grant as Grant).filter,
        this.membersOf((grant as Grant).filter),
      );
      shared.astray = { session, sent };
      this.shared.push(shared);
    }
  }
}
