import type { Core } from './core.ts';
import { hasExpired } from './message.ts';
import type { OpenedStore } from './persistence/open-disk-store.ts';
import type { RecoveredSession } from './persistence/recover.ts';
import type { StoredSubscription } from './persistence/replay.ts';
import { Session } from './session.ts';
import { endSession } from './session-store.ts';
import { depart } from './shared-departure.ts';
import { subscriptionOf } from './subscriptions.ts';

/** Puts back what a store has kept: sessions with all they were, retained messages, wills that wait. */
export function restore(core: Core, opened: OpenedStore): void {
  for (const recovered of opened.recovered.sessions.values()) restoreSession(core, opened, recovered);
  for (const content of opened.recovered.retained) {
    const message = content.message((id) => core.expected(id));
    if (!hasExpired(message, core.lifeTime)) core.retained.restore(message);
  }
}

function restoreSession(core: Core, opened: OpenedStore, recovered: RecoveredSession): void {
  const { stored } = recovered;
  const { clientId, expiry, expiresAt, will } = stored;
  const device = core.expected(stored.device);
  const session = new Session(clientId, device, core.limits.inflightMessages);
  const other = core.sessions.get(clientId);
  core.sessions.set(clientId, session);
  device.sessions.add(session);
  session.expiry = expiry;
  // What had a connection lost it, at the latest now.
  const wasConnected = expiresAt === 0;
  session.expiresAt = wasConnected ? core.lifeTime + expiry * 1000 : expiresAt;
  for (const subscription of stored.subscriptions.values()) subscribe(core, session, subscription);
  for (const packetId of stored.unreleased) session.unreleased.add(packetId);
  for (const [id, { awaits, sequence }] of stored.inFlight) {
    const found = recovered.underWay.get(sequence);
    const queued =
      found === undefined ? undefined : { sequence, ...found, delivery: undefined, packetId: id };
    session.window.restore({ id, awaits, queued });
  }
  session.kept = opened.resume(recovered, session);
  session.backlog.found(recovered.bytes);
  if (will !== undefined) {
    const found = will.will((id) => core.expected(id));
    const { delay, dueAt = core.lifeTime + Math.min(delay, expiry) * 1000 } = found;
    core.wills.wait(clientId, found, dueAt);
  }
  // Both count from here on, however often there is a restart.
  if (wasConnected) session.kept.lives();
  if (other !== undefined) keepOne(core, session, other);
}

/** Of two sessions of one client the one was over already, and had given what it had of groups to others in part. */
function keepOne(core: Core, one: Session, another: Session): void {
  const [over, kept] = one.expiresAt <= another.expiresAt ? [one, another] : [another, one];
  core.sessions.set(kept.clientId, kept);
  over.device.sessions.delete(over);
  for (const subscription of over.subscriptions.values()) core.subscriptions.remove(subscription);
  over.isDeparting = true;
  core.departing.add(over);
}

function subscribe(core: Core, session: Session, stored: StoredSubscription): void {
  const subscription = subscriptionOf(session, stored, stored.identifier);
  session.subscriptions.set(stored.filter, subscription);
  if (subscription.group !== undefined) session.isSharing = true;
  core.subscriptions.add(subscription);
}

/**
 * The first client is about to be let in: by now the register has told all it knows. Whoever it does not know any more
 * was removed while nobody was looking.
 */
export function beginServing(core: Core): void {
  if (core.isServing) return;
  core.isServing = true;
  for (const session of core.departing) depart(core, session);
  if (core.options.access === 'open') return;
  for (const session of core.sessions.values()) {
    if (session.device.device !== undefined) continue;
    core.wills.cancel(session.clientId);
    endSession(core, session);
  }
  core.retained.sweep(core.lifeTime, ({ publisher }) => publisher.device === undefined);
  core.replica.forgetUnknown();
}
