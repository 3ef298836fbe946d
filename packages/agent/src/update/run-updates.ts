import { Backoff } from '../agent/backoff.ts';
import { failure, type Report } from '../agent/event.ts';
import type { Host } from '../agent/host.ts';
import { type OpenUpdates, openUpdates } from './open-updater.ts';

/** Milliseconds between two attempts at confirming what is on trial. */
const trialWait = 10_000;

/**
 * Goes on until it is told to stop: looks for what the device is to run, installs it, confirms it when the device is
 * well, and gives it up when it isn’t in time.
 */
export async function runUpdates(host: Host, report: Report, stop: AbortSignal): Promise<void> {
  const { device, update } = host.configuration;
  using updates = await openUpdates(host);
  report({ event: 'started', device });
  const backoff = new Backoff(host.random);
  while (!stop.aborted) {
    try {
      const seconds = await turn(updates, report);
      backoff.succeeded();
      const wait = Math.min(seconds * 1000, update?.interval ?? seconds * 1000);
      // A fleet must not come back as one.
      await host.wait(wait * (0.9 + 0.2 * backoff.share()), stop);
    } catch (error) {
      report(failure('update', error));
      const isOnTrial = updates.keeper.state.attempt !== undefined;
      await host.wait(isOnTrial ? trialWait : backoff.next(), stop);
    }
  }
  report({ event: 'stopped' });
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
