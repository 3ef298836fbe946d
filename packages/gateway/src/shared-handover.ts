import type { Core } from './core.ts';
import { deliver } from './delivery.ts';
import { judgeReceipt, judgeSubscription } from './judge-recipient.ts';
import { type Delivery, hasExpired } from './message.ts';
import type { Session } from './session.ts';
import { fitnessOf, fitnessOfLink } from './shared-delivery.ts';
import type { SharedGroup } from './shared-group.ts';
import type { Subscription } from './subscriptions.ts';

/**
 * Gives what a group sent to a member that left to another one: what waits, and QoS 1 that was not acknowledged.
 * QoS 2 that was begun stays with its member while its session lasts [MQTT-4.8.2-4], and ends with it
 * [MQTT-4.8.2-5]. A session that may come back keeps what nobody who is here can take, and one that is kept on the disk
 * all of it.
 */
export function handOver(core: Core, session: Session, hasEnded: boolean): void {
  if (!session.isSharing) return;
  const isTaken = (delivery: Delivery): boolean => offer(core, delivery, delivery.group, session, hasEnded);
  for (const { id, awaits, queued } of session.window.entries()) {
    const delivery = queued?.delivery;
    if (awaits === 'puback' && delivery?.group !== undefined && isTaken(delivery)) {
      session.window.release(id, awaits);
    }
  }
  session.withdraw((delivery) => delivery.group !== undefined && isTaken(delivery));
  core.store.settle();
}

/** Gives a message of a group to another member than the one it was for; says whether there is one that may have it. */
export function offer(
  core: Core,
  delivery: Delivery,
  group: SharedGroup | undefined,
  from: Session,
  hasEnded: boolean,
): boolean {
  const { message } = delivery;
  if (hasExpired(message, core.lifeTime)) return false;
  const least = hasEnded ? 1 : 2;
  const member = group?.choose((each) => {
    if (each.session === from) return 0;
    if (each.session.link !== undefined) {
      const fitness = fitnessOfLink(core, each, message.qos);
      return fitness >= least ? fitness : 0;
    }
    const fitness = fitnessOf(each.session, lesser(message.qos, each.qos));
    return fitness >= least && mayHave(core, each, delivery) ? fitness : 0;
  });
  if (member === undefined) return false;
  const { session, qos, retainAsPublished, identifier } = member;
  if (session.link !== undefined) {
    core.mesh?.outward.share(session.link, message, member.filter);
    return true;
  }
  deliver(core, session, {
    message,
    qos: lesser(message.qos, qos),
    retain: retainAsPublished && message.retain,
    identifiers: identifier === undefined ? undefined : [identifier],
    note: judgeReceipt(core, session, message, delivery.retain).note,
    group,
  });
  return true;
}

function mayHave(core: Core, member: Subscription, { message, retain }: Delivery): boolean {
  return judgeReceipt(core, member.session, message, retain).allow && judgeSubscription(core, member).allow;
}

function lesser(one: 0 | 1 | 2, other: 0 | 1 | 2): 0 | 1 | 2 {
  return one < other ? one : other;
}
