import { reasonCodes } from '@kiten/wire';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { guarded } from './fault.ts';
import { publishWill } from './publish.ts';
import { expireSessions } from './session-store.ts';

const retainedInterval = 60_000;

/** Everything that time brings about. With `all`, also what was to be told later. */
export function sweep(core: Core, all = false): void {
  const now = core.observe();
  for (const connection of core.connections) guarded(connection, () => checkPatience(connection, now));
  if (core.isServing) {
    for (const { clientId, will } of core.wills.due(core.lifeTime)) {
      publishWill(core, will);
      core.sessions.get(clientId)?.kept?.lives();
    }
    expireSessions(core);
  }
  core.system.sweep(now);
  core.overlap.sweep(now);
  core.probing.sweep(now);
  core.counts.sweep(now);
  core.denials.sweep(now);
  core.refusals.sweep(now);
  core.policyFailures.sweep(now);
  core.bounds.passwordAttempts.sweep(now);
  core.bounds.gate.sweep(now);
  core.bounds.subscriptionRates.sweep(now);
  if (now - core.retainedSweptAt >= retainedInterval) {
    core.retainedSweptAt = now;
    core.retained.sweep(core.lifeTime);
    core.retained.stamps?.sweep();
  }
  if (all || now - core.statisticsAt >= core.limits.statisticsInterval) {
    core.statisticsAt = now;
    core.emit({ kind: 'statistics', statistics: core.measured(), at: now });
  }
  if (!all) return;
  core.counts.flush();
  core.denials.flush(now);
  core.refusals.flush(now);
  core.policyFailures.flush(now);
}

function checkPatience(connection: Connection, now: number): void {
  if (connection.state === 'open') {
    if (now > (connection.peer.validUntil ?? now)) {
      connection.end('certificate-expired', reasonCodes.notAuthorized, 'The certificate has expired.');
      return;
    }
    if (now >= (connection.authentication?.deadline ?? Number.POSITIVE_INFINITY)) {
      const text = 'The authentication was not completed in time.';
      connection.fail(reasonCodes.notAuthorized, text, 'authentication-timeout');
      return;
    }
    if (
      !connection.isPaused &&
      connection.patience > 0 &&
      now - connection.lastPacketAt > connection.patience
    ) {
      connection.end('keep-alive-timeout', reasonCodes.keepAliveTimeout);
    }
  } else if (now >= connection.deadline) {
    if (connection.state === 'connecting') {
      connection.fail(
        reasonCodes.unspecifiedError,
        'The client did not send a CONNECT in time.',
        'connect-timeout',
      );
    }
    connection.lost();
  }
}
