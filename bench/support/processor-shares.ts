// Threads that have a part of a processor each, so that a machine with few shows what several would do.
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Where the kernel's `cpu` controller is, as version 1 lays it out: version 2 takes whole processes. */
const controller = '/sys/fs/cgroup/cpu';
/** Microseconds in which a share is used up: as short as shares of a fifth allow, since the kernel takes none below a millisecond. */
const period = 5_000;

/** Gives threads of a process no more than a share of a processor each. Needs root, and the `cpu` controller of cgroups, version 1. */
export class ProcessorShares {
  readonly #share: number;
  readonly #groups: string[] = [];

  /** @param share of one processor, above 0 */
  constructor(share: number) {
    this.#share = share;
  }

  /** The threads of a process that have used the most processor time so far. */
  limitBusiest(pid: number, count: number): void {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => ({
      thread,
      ticks: ticksOf(pid, thread),
    }));
    const busiest = threads.sort((one, other) => other.ticks - one.ticks).slice(0, count);
    for (const { thread } of busiest) {
      const group = `${controller}/kiten-bench-${pid}-${thread}`;
      mkdirSync(group);
      this.#groups.push(group);
      writeFileSync(`${group}/cpu.cfs_period_us`, String(period));
      writeFileSync(`${group}/cpu.cfs_quota_us`, String(Math.round(period * this.#share)));
      writeFileSync(`${group}/tasks`, thread);
    }
  }

  /** Once the processes have ended; the kernel takes a moment to notice. */
  async remove(): Promise<void> {
    for (const group of this.#groups.splice(0)) {
      for (let left = 50; readFileSync(`${group}/tasks`, 'utf8') !== '' && left > 0; left--) await pause(20);
      rmdirSync(group);
    }
  }
}

/** User and system time (proc(5), /proc/PID/stat, fields 14 and 15), in clock ticks. */
function ticksOf(pid: number, thread: string): number {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
