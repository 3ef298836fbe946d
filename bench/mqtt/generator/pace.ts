import type { Job, Outcome, Pace } from '../workload.ts';
import { measured } from './measured.ts';
import { Traffic } from './traffic.ts';

/** Sends one message after the other at its time, and notes how long each took; it looks all the time, so as to miss none. */
export async function pace(job: Job, workload: Pace): Promise<Outcome> {
  const traffic = await Traffic.open(job, workload);
  const { publishers } = traffic;
  const latencies: number[] = [];
  const began = performance.now();
  const measuredFrom = began + job.longestSeconds * 1000;
  traffic.arrived = (sentAt) => {
    if (sentAt >= measuredFrom) latencies.push(performance.now() - sentAt);
  };
  let isOver = false;
  function turn(): void {
    if (isOver) return;
    const due = ((performance.now() - began) / 1000) * workload.perSecond;
    while (traffic.sent < due) {
      // What is sent late because the machine was busy elsewhere counts from when it was sent.
      traffic.sent += publishers[traffic.sent % publishers.length]!.publish(performance.now());
    }
    setImmediate(turn);
  }
  turn();
  const never = Number.POSITIVE_INFINITY;
  const outcome = await measured(
    { ...job, warmupCpuSeconds: never, cpuSeconds: never },
    () => traffic.received,
  );
  isOver = true;
  traffic.close();
  return { ...outcome, latencies: Float64Array.from(latencies) };
}
