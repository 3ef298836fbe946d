import { setTimeout as pause } from 'node:timers/promises';
import { cpuSecondsOf } from '../../figure.ts';
import type { Job, Outcome } from '../workload.ts';

/** What is done between the end of the warm-up and the end, and the CPU time that it takes on both sides. */
export async function measured(job: Job, done: () => number): Promise<Outcome> {
  await pause(job.warmupSeconds * 1000);
  const before = { done: done(), at: performance.now(), cpu: cpuSecondsOf(job.pid), own: ownCpuSeconds() };
  await pause(job.seconds * 1000);
  return {
    done: done() - before.done,
    seconds: (performance.now() - before.at) / 1000,
    serverCpuSeconds: cpuSecondsOf(job.pid) - before.cpu,
    generatorCpuSeconds: ownCpuSeconds() - before.own,
  };
}

/** Of this thread. */
function ownCpuSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}
