import { forgetTraffic } from '../store/traffic.ts';
import type { Desks } from './desks.ts';
import type { Doors } from './doors.ts';
import type { SiteOptions, SiteState } from './state.ts';

const EVERY_SECOND = 1000;
const EVERY_HOUR = 3_600_000;
const KEPT_MINUTES = 14 * 24 * 60;

/** What happens because time passes: findings lapse, the gateway hears that it is up to date, lists are renewed. */
export function watchTime(parts: {
  state: SiteState;
  desks: Desks;
  doors: Doors;
  options: SiteOptions;
}): Disposable {
  const { state, desks, doors, options } = parts;
  const { clock, logger } = options;
  const failed = (error: unknown) => logger.error({ err: error }, 'what was due could not be done');

  const second = setInterval(() => {
    const now = clock.now();
    doors.heartbeat(now);
    doors.reconsider().catch(failed);
    for (const { id, verdict } of state.book.all()) {
      if (verdict.lapsesAt !== undefined && verdict.lapsesAt <= now) desks.trust.lapse(id).catch(failed);
    }
  }, EVERY_SECOND);
  const hour = setInterval(() => hourly().catch(failed), EVERY_HOUR);

  async function hourly(): Promise<void> {
    const now = clock.now();
    if (doors.tls.due(now)) await doors.renewTls();
    await desks.operators.tidy();
    await forgetTraffic(state.database, Math.floor(now / 60_000) - KEPT_MINUTES);
  }

  return {
    [Symbol.dispose]() {
      clearInterval(second);
      clearInterval(hour);
    },
  };
}
