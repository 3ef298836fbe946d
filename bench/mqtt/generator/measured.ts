import { setTimeout as pause } from 'node:timers/promises';
import { cpuSecondsOf } from '../../figure.ts';
import type { Job, Outcome } from '../workload.ts';

/** Milliseconds between looks at how far the server is. */
const interval = 20;

/**
 * What is done between the end of the warm-up and the end, and the CPU time that it takes on both sides. Both last until
 * the server has had so much CPU time: on a busy machine, that is what it takes to have its code compiled.
 */
export async function measured(job: Job, done: () => number): Promise<Outcome> {
  await cpuSecondsPass(job, job.warmupCpuSeconds);
  const before = { done: done(), at: performance.now(), cpu: cpuSecondsOf(job.pid), own: ownCpuSeconds() };
  await cpuSecondsPass(job, job.cpuSeconds);
  return {
    done: done() - before.done,
    seconds: (performance.now() - before.at) / 1000,
    serverCpuSeconds: cpuSecondsOf(job.pid) - before.cpu,
    generatorCpuSeconds: ownCpuSeconds() - before.own,
  };
}

/** Bounded: a server may be idle for as long as its clients are. */
async function cpuSecondsPass({ pid, longestSeconds }: Job, cpuSeconds: number): Promise<void> {
  const from = cpuSecondsOf(pid);
  const deadline = performance.now() + longestSeconds * 1000;
  while (cpuSecondsOf(pid) - from < cpuSeconds && performance.now() < deadline) await pause(interval);
}

/** Of this thread. */
function ownCpuSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}
