import { Backoff } from '../agent/backoff.ts';
import { failure, type Report } from '../agent/event.ts';
import type { Host } from '../agent/host.ts';
import { listen } from './listen.ts';
import { type OpenUpdates, openUpdates } from './open-updater.ts';

/** Milliseconds between two attempts at confirming what is on trial. */
const trialWait = 10_000;

/** Devices that were told in one moment come within so many milliseconds. */
const noticeSpread = 2_000;

/**
 * Goes on until it is told to stop: looks for what the device is to run, installs it, confirms it when the device is
 * well, and gives it up when it isn’t in time. Where it has an MQTT address it looks as soon as the site says so.
 */
export async function runUpdates(host: Host, report: Report, stop: AbortSignal): Promise<void> {
  const { device, mqtt } = host.configuration;
  using updates = await openUpdates(host);
  report({ event: 'started', device });
  const bell = new Bell();
  const listening = mqtt === undefined ? [] : [listen(host, mqtt, () => bell.ring(), report, stop)];
  await Promise.all([look(host, updates, bell, report, stop), ...listening]);
  report({ event: 'stopped' });
}

async function look(
  host: Host,
  updates: OpenUpdates,
  bell: Bell,
  report: Report,
  stop: AbortSignal,
): Promise<void> {
  const interval = host.configuration.update?.interval ?? Number.POSITIVE_INFINITY;
  const backoff = new Backoff(host.random);
  while (!stop.aborted) {
    // What is rung from here on is rung for the next look.
    const rung = bell.muffle();
    try {
      const seconds = await turn(updates, report);
      backoff.succeeded();
      const wait = Math.min(seconds * 1000, interval);
      // A fleet must not come back as one.
      await host.wait(wait * (0.9 + 0.2 * backoff.share()), AbortSignal.any([stop, rung]));
      if (rung.aborted) await host.wait(noticeSpread * backoff.share(), stop);
    } catch (error) {
      report(failure('update', error));
      const isOnTrial = updates.keeper.state.attempt !== undefined;
      // What was taken back is not waited for; nor does anybody ring a device out of its back-off.
      if (isOnTrial) await host.wait(trialWait, AbortSignal.any([stop, rung]));
      else await host.wait(backoff.next(), stop);
    }
  }
}

/** Rings for whoever waits, or is about to. */
class Bell {
  #rung = new AbortController();

  ring(): void {
    this.#rung.abort();
  }

  muffle(): AbortSignal {
    this.#rung = new AbortController();
    return this.#rung.signal;
  }
}

/** @returns seconds until the next one. */
async function turn({ updater, keeper }: OpenUpdates, report: Report): Promise<number> {
  const trial = await keeper.resume();
  if (trial === 'on-trial') {
    await updater.confirm();
    report({ event: 'confirmed', slot: keeper.state.confirmed, releaseCounter: keeper.state.releaseCounter });
  } else if (trial === 'before-reboot') return trialWait / 1000;
  const { assigned, checkAgainInSeconds } = await updater.check();
  if (assigned === undefined) return checkAgainInSeconds;
  const { path, releaseCounter } = assigned.image;
  report({ event: 'assigned', path, releaseCounter });
  await updater.install(assigned);
  report({ event: 'installed', path, releaseCounter });
  return 1;
}
