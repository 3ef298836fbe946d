import type { Core } from './core.ts';
import { place } from './delivery.ts';
import type { StoreHost } from './persistence/open-disk-store.ts';

/** What a store asks of the gateway that it keeps sessions for, and tells it. */
export function storeHost(core: Core): StoreHost {
  // What keeps failing is told once in a while.
  let told = { code: '', at: Number.NEGATIVE_INFINITY };
  return {
    now: () => core.lifeTime,
    place: (session, queued) => place(core, session, queued),
    publisherOf: (id) => core.publisher(id),
    willOf(session) {
      const { clientId, connection, isDeparting } = session;
      if (isDeparting) return undefined;
      if (connection?.will !== undefined) return { ...connection.will, dueAt: undefined };
      const waiting = core.wills.of(clientId);
      return waiting === undefined ? undefined : { ...waiting.will, dueAt: waiting.dueAt };
    },
    sessions: () => [...core.sessions.values(), ...core.departing],
    retained: () => core.retained.all(),
    committed() {
      for (const answers of core.answering) answers.release();
      core.mesh?.committed();
      if (!core.store.isLagging) core.pressure.relieve(undefined);
    },
    lost(session, queued, { code, message }) {
      session.backlog.remove(queued);
      if (queued.packetId !== 0)
        session.acknowledged(queued.packetId, session.window.awaits(queued.packetId) ?? 'puback');
      else session.kept?.done(queued);
      core.statistics.dropped++;
      core.emit({ kind: 'fault', code, message, at: core.now });
    },
    failed({ code, message }) {
      const now = core.observe();
      if (told.code === code && now - told.at < core.limits.denialInterval) return;
      told = { code, at: now };
      core.emit({ kind: 'fault', code, message, at: now });
    },
  };
}
