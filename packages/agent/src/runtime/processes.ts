import type { RunningExecutable } from '@kiten/attestation';
import { type DeviceFiles, isDenied } from './device-files.ts';
import type { FileCache } from './file-cache.ts';

/** A process that runs an executable. Threads of the kernel run none. */
export interface DeviceProcess {
  readonly id: number;
  readonly executable: string;
  readonly gone: boolean;
  readonly traced: boolean;
}

/** What could be seen of processes. */
export interface SeenProcesses {
  readonly processes: readonly DeviceProcess[];
  /** How many could not be looked into. */
  readonly denied: number;
}

const deleted = ' (deleted)';

/** Every process, by number. One that ends meanwhile is left out. */
export async function readProcesses(files: DeviceFiles): Promise<SeenProcesses> {
  const ids = (await files.list('proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const processes: DeviceProcess[] = [];
  let denied = 0;
  for (const id of ids.toSorted((left, right) => left - right)) {
    try {
      const process = await readProcess(files, id);
      if (process !== undefined) processes.push(process);
    } catch (error) {
      if (!isDenied(error)) throw error;
      denied += 1;
    }
  }
  return { processes, denied };
}

async function readProcess(files: DeviceFiles, id: number): Promise<DeviceProcess | undefined> {
  const target = await files.link(`proc/${id}/exe`);
  if (target === undefined) return undefined;
  const status = (await files.text(`proc/${id}/status`)) ?? '';
  const [, tracer = '0'] = /^TracerPid:\s*(\d+)/m.exec(status) ?? [];
  const gone = target.endsWith(deleted);
  const executable = gone ? target.slice(0, -deleted.length) : target;
  return { id, executable: executable.slice(0, 4096), gone, traced: tracer !== '0' };
}

/** What the processes run, each executable once, with the digest of what is in memory and not of what lies at its path. */
export async function readExecutables(
  { processes, denied }: SeenProcesses,
  digests: FileCache<Uint8Array>,
): Promise<{ readonly executables: readonly RunningExecutable[]; readonly denied: number }> {
  const found = new Map<string, RunningExecutable>();
  let refused = denied;
  for (const { id, executable: path, gone, traced } of processes) {
    let digest: Uint8Array | undefined;
    try {
      digest = await digests.of(`proc/${id}/exe`);
    } catch (error) {
      if (!isDenied(error)) throw error;
      refused += 1;
    }
    const key = `${path}\0${digest === undefined ? '' : Buffer.from(digest).toString('hex')}\0${gone}`;
    const before = found.get(key);
    const seen = { path, gone, traced: traced || before?.traced === true };
    found.set(key, digest === undefined ? seen : { ...seen, digest });
  }
  const executables = [...found.entries()].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return { executables: executables.map(([, each]) => each), denied: refused };
}
