import { AuditLog } from './audit-log.ts';
import { DeviceFiles, isDenied } from './device-files.ts';
import { EventJournal, type EventSource } from './event-journal.ts';
import { KernelLog } from './kernel-log.ts';
import { KernelTrace } from './kernel-trace.ts';

/** A journal over all sources that this device has, and what is missing. */
export interface OpenedJournal {
  readonly journal: EventJournal;
  /** Why not all is seen; undefined if it is. */
  readonly unseen?: string;
}

/**
 * Opens the journal of the device's events, with the kernel's log, auditd's and the kernel's traces as far as they can be had.
 *
 * @param file where it is kept
 * @param root where the device's files lie
 */
export async function openJournal(
  file: string,
  random: (bytes: number) => Uint8Array,
  root?: string,
): Promise<OpenedJournal> {
  const files = new DeviceFiles(root);
  const sources: EventSource[] = [];
  const missing: string[] = [];
  const kernelLog = new KernelLog(files);
  if (await isReadable(kernelLog)) sources.push(kernelLog);
  else missing.push('the kernel’s log');
  if (await AuditLog.isThere(files)) {
    const log = new AuditLog(files);
    if (await isReadable(log)) sources.push(log);
    else missing.push('the log of auditd');
  }
  const trace = await openTrace(files);
  if (trace === undefined) missing.push('the kernel’s traces of modules and privileges');
  else sources.push(trace);
  const journal = await EventJournal.open(file, sources, random);
  return missing.length === 0 ? { journal } : { journal, unseen: `cannot read ${missing.join(' and ')}` };
}

async function openTrace(files: DeviceFiles): Promise<KernelTrace | undefined> {
  try {
    return await KernelTrace.open(files);
  } catch (error) {
    if (isDenied(error) || isReadOnly(error)) return undefined;
    throw error;
  }
}

const isReadOnly = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EROFS';

async function isReadable(source: EventSource): Promise<boolean> {
  try {
    await source.read(undefined);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
