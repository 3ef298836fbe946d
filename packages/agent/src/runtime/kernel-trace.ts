import { mkdir, stat, writeFile } from 'node:fs/promises';
import type { RuntimeEvent } from '@kiten/attestation';
import type { DeviceFiles } from './device-files.ts';
import type { EventSource, SourcedEvents } from './event-journal.ts';
import { bootTime } from './kernel-log.ts';
import { openWithoutWaiting, readReady } from './ready-octets.ts';

const instances = 'sys/kernel/tracing/instances';
const instance = `${instances}/kiten`;
const maximumBytes = 16 << 20;

/** Tracepoints of modules that come and go, of programs that start, and of who asks to be somebody else. */
const tracepoints = [
  'module/module_load',
  'module/module_free',
  'sched/sched_process_exec',
  'syscalls/sys_enter_setuid',
  'syscalls/sys_enter_setreuid',
  'syscalls/sys_enter_setresuid',
];

/**
 * What the kernel traces of modules and privileges, in a buffer of our own that goes on while the agent does not run
 * (kernel documentation, ftrace). Reading takes events out; those that found no room are counted by the kernel.
 */
export class KernelTrace implements EventSource {
  readonly name = 'kernel-trace';
  readonly #files: DeviceFiles;

  private constructor(files: DeviceFiles) {
    this.#files = files;
  }

  /**
   * Sets tracing up; undefined if the kernel has none, or not all of the tracepoints.
   *
   * @throws what the system says if the agent may not
   */
  static async open(files: DeviceFiles): Promise<KernelTrace | undefined> {
    // An empty directory is where tracing would be mounted.
    if ((await files.identity(instances)) === undefined) return undefined;
    if ((await files.identity(instance)) === undefined) await mkdir(files.path(instance));
    if ((await files.identity(`${instance}/trace_pipe`)) === undefined) return undefined;
    await writeFile(files.path(`${instance}/trace_clock`), 'boot');
    for (const point of tracepoints) {
      const file = `${instance}/events/${point}/enable`;
      if ((await files.identity(file)) === undefined) return undefined;
      await writeFile(files.path(file), '1');
    }
    return new KernelTrace(files);
  }

  async read(): Promise<SourcedEvents> {
    const file = await openWithoutWaiting(this.#files.path(`${instance}/trace_pipe`));
    let text: string;
    try {
      text = await readReady(file, maximumBytes);
    } finally {
      await file.close();
    }
    const bootedAt = await bootTime(this.#files);
    const events: RuntimeEvent[] = [];
    let lost = 0;
    for (const line of text.split('\n')) {
      const [, missing] = /^CPU:\d+ \[LOST (\d+) EVENTS\]/.exec(line) ?? [];
      if (missing !== undefined) lost += Number(missing);
      const traced = parseTraceLine(line);
      if (traced === undefined) continue;
      const event = await this.#eventOf(traced);
      if (event !== undefined) events.push({ at: bootedAt + traced.seconds * 1000, ...event });
    }
    return { events, lost, cursor: '' };
  }

  async #eventOf({ task, id, said }: TraceLine): Promise<Omit<RuntimeEvent, 'at'> | undefined> {
    const [, change, module] = /^module_(load|free): (\S+)/.exec(said) ?? [];
    if (module !== undefined) {
      const kind = change === 'load' ? 'module-loaded' : 'module-removed';
      return { kind, process: await this.#executable(id, task), detail: module };
    }
    const [, program] = /^sched_process_exec: filename=(\S+)/.exec(said) ?? [];
    if (program !== undefined) {
      if (!(await this.#becomesRoot(program))) return undefined;
      return { kind: 'privilege-gained', process: program, detail: 'runs as root (set-user-ID)' };
    }
    const [, call, given = ''] = /^sys_(set(?:re|res)?uid)\(([^)]*)\)/.exec(said) ?? [];
    if (call === undefined || !/\b(?:e?uid): 0\b/.test(given)) return undefined;
    return {
      kind: 'privilege-gained',
      process: await this.#executable(id, task),
      detail: `${call}(${given})`,
    };
  }

  /** The process may have ended by now: then the name of its task has to do. */
  async #executable(id: number, task: string): Promise<string> {
    return (await this.#files.link(`proc/${id}/exe`)) ?? task;
  }

  async #becomesRoot(program: string): Promise<boolean> {
    try {
      const { mode, uid } = await stat(this.#files.path(program));
      return (mode & 0o4000) !== 0 && uid === 0;
    } catch (error) {
      // It was removed since: what it was is not known, and its removal is no privilege.
      if (error instanceof Error && 'code' in error) return false;
      throw error;
    }
  }
}

interface TraceLine {
  readonly task: string;
  readonly id: number;
  readonly seconds: number;
  readonly said: string;
}

/** `modprobe-1234 [001] ..... 123.456789: module_load: ext4 E` */
function parseTraceLine(line: string): TraceLine | undefined {
  const [, task, id, seconds, said] = /^\s*(.+)-(\d+)\s+\[\d+\]\s+\S+\s+(\d+\.\d+): (.*)$/.exec(line) ?? [];
  if (task === undefined || said === undefined) return undefined;
  return { task, id: Number(id), seconds: Number(seconds), said };
}
