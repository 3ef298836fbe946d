import type { Flow, Job, Outcome } from '../workload.ts';
import { measured } from './measured.ts';
import { Traffic } from './traffic.ts';

/** Milliseconds without a message after which nothing is thought to come any more. */
const patience = 3_000;

/**
 * As many messages as the server brings while no more than the window is under way: in each turn of the loop every
 * publisher has one write, once what has arrived was read.
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
    let isMoving = false;
    for (let count = 0; count < publishers.length; count++) {
      if (traffic.underWay + workload.batch > workload.window) return;
      const publisher = publishers[turn]!;
      turn = (turn + 1) % publishers.length;
      if (!publisher.isReady) continue;
      traffic.sent += publisher.publish();
      isMoving = true;
    }
    if (isMoving) schedule();
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
