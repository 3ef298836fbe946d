import type { Flow, Job, Outcome } from '../workload.ts';
import { measured } from './measured.ts';
import { Traffic } from './traffic.ts';

/** Milliseconds without a message after which nothing is thought to come any more. */
const patience = 3_000;

/**
 * As many messages as the server brings while no more than the window is under way. Publishers have one write after the
 * other, in turn, until the window is full, and only then what has arrived is read: reading a little after each write is
 * what would make the generator the bottleneck.
 */
export async function flow(job: Job, workload: Flow): Promise<Outcome> {
  const traffic = await Traffic.open(job, workload);
  const { publishers } = traffic;
  let turn = 0;
  let isScheduled = false;
  let isOver = false;

  function pump(): void {
    isScheduled = false;
    if (isOver) return;
    let waiting = 0;
    while (waiting < publishers.length && traffic.underWay + workload.batch <= workload.window) {
      const publisher = publishers[turn]!;
      turn = (turn + 1) % publishers.length;
      if (publisher.isReady) {
        traffic.sent += publisher.publish();
        waiting = 0;
      } else waiting++;
    }
  }
  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(pump);
  }
  traffic.moved = schedule;
  schedule();
  let seen = 0;
  const watch = setInterval(() => {
    if (traffic.received === seen)
      throw new Error(`Nothing arrives any more: ${traffic.underWay} of ${traffic.sent} are missing.`);
    seen = traffic.received;
  }, patience);
  const outcome = await measured(job, () => traffic.received);
  clearInterval(watch);
  isOver = true;
  traffic.close();
  return outcome;
}
