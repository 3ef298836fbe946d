import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { endOf } from './evidence/session-overlap.ts';
import { publishWill } from './publish.ts';
import { settleRetained } from './retained-part.ts';
import { Session } from './session.ts';
import { depart, hasShares } from './shared-departure.ts';
import { handOver } from './shared-handover.ts';

/** Ends the connection that a client has under this id [MQTT-3.1.4-3] (3.1.1: [MQTT-3.1.4-2]); its will counts as for any lost connection. */
export function takeOver(core: Core, clientId: string, by: Connection): void {
  const displaced = core.sessions.get(clientId)?.connection;
  if (displaced === undefined) return;
  if (core.options.access === 'governed') core.overlap.displaced(displaced, endOf(by), core.now);
  displaced.end('taken-over', 0x8e);
}

/**
 * The session for a client id: the one there is, or a new one [MQTT-3.1.2-4] to [MQTT-3.1.2-6]
 * (3.1.1: [MQTT-3.1.2-4] [MQTT-3.1.2-6]). `undefined` if the device has as many as it may.
 */
export function openSession(
  core: Core,
  connection: Connection,
  cleanStart: boolean,
): { session: Session; present: boolean } | undefined {
  const { clientId, device } = connection;
  let session = core.sessions.get(clientId);
  const isOver = session !== undefined && (session.device !== device || session.expiresAt <= core.lifeTime);
  if (session !== undefined && (cleanStart || isOver)) {
    endSession(core, session);
    session = undefined;
  }
  const present = session !== undefined;
  if (session === undefined) {
    const elsewhere = core.mesh?.elsewhere(device.id) ?? 0;
    if (device.sessions.size + elsewhere >= core.limits.sessionsPerDevice && core.options.access !== 'open')
      return undefined;
    session = new Session(clientId, device, core.limits.inflightMessages);
    core.sessions.set(clientId, session);
    device.sessions.add(session);
  }
  session.connection = connection;
  // What may be delivered may depend on how the client speaks: decisions from before are made anew.
  if (present && session.version !== connection.version) device.trustEpoch++;
  session.version = connection.version;
  session.expiresAt = Number.POSITIVE_INFINITY;
  if (session.isSharing) core.mesh?.refreshGroups(session);
  return { session, present };
}

/** The session has the life that its CONNECT asks for: from here on it is kept, if it is to outlive connections. */
export function keepSession(core: Core, session: Session): void {
  if (session.kept !== undefined) session.kept.lives();
  else if (session.isPersistent) session.kept = core.store.keep(session);
}

/**
 * The gateway ends, and the connection with it: the will of a session that lives on is deferred to the next start, as
 * MQTT 5.0 §3.1.2.5 permits. Others are not published.
 */
export function deferWill(core: Core, connection: Connection): void {
  const { will } = connection;
  connection.will = undefined;
  if (will === undefined || connection.session.kept === undefined) return;
  const { clientId, expiry } = connection.session;
  core.wills.wait(clientId, will, core.lifeTime + Math.min(will.delay, expiry) * 1000);
}

/**
 * The connection is over: the session goes with it or waits [MQTT-3.1.2-23] [MQTT-4.1.0-1]
 * (3.1.1: [MQTT-3.1.2-5] [MQTT-4.1.0-1] [MQTT-4.1.0-2]), and so does the will, if there is one
 * [MQTT-3.1.2-8] [MQTT-3.1.2-10] (3.1.1: [MQTT-3.1.2-8] [MQTT-3.1.2-12]).
 */
export function leaveSession(core: Core, connection: Connection): void {
  const { session, will } = connection;
  if (session.connection !== connection) return;
  session.connection = undefined;
  session.pause();
  if (session.isPersistent && session.replays.size > 0) settleRetained(core, session);
  connection.will = undefined;
  if (will !== undefined) {
    const delay = Math.min(will.delay, session.expiry);
    if (delay > 0) core.wills.wait(session.clientId, will, core.lifeTime + delay * 1000);
    else publishWill(core, will);
  }
  if (session.isPersistent) {
    session.expiresAt = core.lifeTime + session.expiry * 1000;
    session.kept?.lives();
    if (session.isSharing) core.mesh?.refreshGroups(session);
    handOver(core, session, false);
  } else endSession(core, session);
}

/**
 * Forgets a session, and nothing that is retained (3.1.1: [MQTT-3.1.2-7]). A will that still waited is published now
 * (MQTT 5.0 §3.1.3.2.2).
 */
export function endSession(core: Core, session: Session): void {
  if (core.sessions.get(session.clientId) !== session) return;
  core.sessions.delete(session.clientId);
  core.mesh?.left(session);
  session.device.sessions.delete(session);
  for (const subscription of session.subscriptions.values()) core.subscriptions.remove(subscription);
  if (hasShares(session)) depart(core, session);
  else {
    handOver(core, session, true);
    session.subscriptions.clear();
    session.kept?.ended();
    session.kept = undefined;
    session.discardMessages();
  }
  const will = core.wills.take(session.clientId);
  if (will !== undefined) publishWill(core, will);
}

/** Ends the sessions whose time is over [MQTT-4.1.0-2]. */
export function expireSessions(core: Core): void {
  for (const session of core.sessions.values()) {
    if (session.expiresAt > core.lifeTime) continue;
    core.statistics.expired++;
    endSession(core, session);
  }
}
