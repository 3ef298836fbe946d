import type { Core } from './core.ts';
import { tellFault } from './fault.ts';
import type { Delivery } from './message.ts';
import type { Session } from './session.ts';
import type { SharedGroup } from './shared-group.ts';
import { offer } from './shared-handover.ts';

/** Messages that are looked at in one turn of the loop. */
const portion = 256;

/** Whether messages of a group may wait on the disk for a session that ends: they are for the others then. */
export function hasShares({ kept, isSharing, queued, window }: Session): boolean {
  return kept !== undefined && isSharing && queued + window.size > 0;
}

/**
 * Gives what a kept session has of its groups to other members, as it is read from the disk, and forgets the session
 * when that is done. It is a member no more. Should the process end in between, the next one goes on: the session is
 * over for it too. A member may get a message twice then, as QoS 1 permits.
 */
export function depart(core: Core, session: Session): void {
  session.isDeparting = true;
  session.expiresAt = core.lifeTime;
  core.departing.add(session);
  session.kept?.lives();
  session.giveBack();
  new Departure(core, session).goOn();
}

class Departure {
  readonly #core: Core;
  readonly #session: Session;
  /** By their filters, those that it was a member of and that have others: who founds one anew has no claim. */
  readonly #groups = new Map<string, SharedGroup>();

  constructor(core: Core, session: Session) {
    this.#core = core;
    this.#session = session;
    for (const filter of session.subscriptions.keys()) {
      const group = core.subscriptions.group(filter);
      if (group !== undefined) this.#groups.set(filter, group);
    }
  }

  goOn(): void {
    const { backlog } = this.#session;
    for (let count = 0; count < portion; count++) {
      if (backlog.size === 0) {
        this.#finish();
        return;
      }
      const { first } = backlog;
      if (first?.delivery === undefined) {
        this.#core.store.refill(this.#session, () => this.#later());
        return;
      }
      backlog.shift();
      this.#give(first.delivery);
      if (first.packetId === 0) this.#session.kept?.done(first);
      else this.#session.acknowledged(first.packetId, 'puback');
    }
    setImmediate(() => this.#later());
  }

  #later(): void {
    this.#core.observe();
    try {
      this.goOn();
    } catch (error) {
      tellFault(this.#core.emit, error, this.#core.now);
    }
  }

  #give(delivery: Delivery): void {
    const filter = delivery.groupFilter ?? delivery.group?.filter;
    if (filter === undefined) return;
    offer(this.#core, delivery, this.#groups.get(filter), this.#session, true);
    this.#core.store.settle();
  }

  #finish(): void {
    const session = this.#session;
    this.#core.departing.delete(session);
    session.subscriptions.clear();
    session.kept?.ended();
    session.kept = undefined;
    session.discardMessages();
  }
}
