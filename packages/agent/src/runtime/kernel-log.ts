import type { RuntimeEvent } from '@kiten/attestation';
import { toHex } from '@kiten/codec';
import type { DeviceFiles } from './device-files.ts';
import type { EventSource, SourcedEvents } from './event-journal.ts';
import { readBootId } from './kernel-state.ts';
import { openWithoutWaiting, readReady } from './ready-octets.ts';

const maximumBytes = 16 << 20;

/**
 * What the kernel logs of modules and, where no auditd takes it away, of audit: /dev/kmsg
 * (kernel documentation, dev-kmsg). Its records are numbered, so that those which were overwritten are counted.
 */
export class KernelLog implements EventSource {
  readonly name = 'kernel-log';
  readonly #files: DeviceFiles;

  constructor(files: DeviceFiles) {
    this.#files = files;
  }

  async read(cursor: string | undefined): Promise<SourcedEvents> {
    const boot = toHex(await readBootId(this.#files));
    const [knownBoot, known = '-1'] = cursor?.split(' ') ?? [];
    const text = await this.#read();
    const bootedAt = await bootTime(this.#files);
    // Of a boot that is new here, what the log had to give up before is not counted: it is mostly the firmware's talk.
    const after = knownBoot === boot ? Number(known) : undefined;
    let last = after ?? -1;
    let lost = 0;
    const events: RuntimeEvent[] = [];
    for (const { sequence, microseconds, message } of recordsOf(text)) {
      if (sequence <= last) continue;
      if (last >= 0) lost += sequence - last - 1;
      last = sequence;
      events.push(...eventsOf(message, bootedAt + microseconds / 1000));
    }
    return { events, lost, cursor: `${boot} ${last}` };
  }

  async #read(): Promise<string> {
    const file = await openWithoutWaiting(this.#files.path('dev/kmsg'));
    try {
      return await readReady(file, maximumBytes);
    } finally {
      await file.close();
    }
  }
}

/** When the device booted, in milliseconds since the Unix epoch (proc_stat(5)). */
export async function bootTime(files: DeviceFiles): Promise<number> {
  const [, seconds = '0'] = /^btime (\d+)/m.exec((await files.text('proc/stat')) ?? '') ?? [];
  return Number(seconds) * 1000;
}

function* recordsOf(text: string) {
  // `priority,sequence,microseconds,flags;message`; lines that begin with a space go with the one before.
  for (const [, sequence, microseconds, message = ''] of text.matchAll(/^\d+,(\d+),(\d+),[^;\n]*;(.*)$/gm)) {
    yield { sequence: Number(sequence), microseconds: Number(microseconds), message };
  }
}

/** What the kernel says when it loads a module that it does not know as its own. */
const moduleMessages = [
  /^([\w-]+): loading out-of-tree module taints kernel/,
  /^([\w-]+): module verification failed/,
  /^([\w-]+): module license '.*' taints kernel/,
];

/** Types of audit records (include/uapi/linux/audit.h): a module, a login, a change of the rules, a denial, a crash. */
const auditTypes: ReadonlySet<string> = new Set(['1006', '1305', '1330', '1400', '1701']);
const moduleRecord = '1330';

function eventsOf(message: string, at: number): RuntimeEvent[] {
  for (const pattern of moduleMessages) {
    const [, name] = pattern.exec(message) ?? [];
    if (name !== undefined)
      return [{ at, kind: 'module-loaded', process: '', detail: name.replaceAll('-', '_') }];
  }
  const [, type, seconds, record = ''] =
    /^audit: type=(\d+) audit\((\d+(?:\.\d+)?):\d+\): (.*)$/.exec(message) ?? [];
  if (type === undefined || !auditTypes.has(type)) return [];
  const when = Number(seconds) * 1000;
  const [, process = ''] = /\bexe="([^"]*)"/.exec(record) ?? [];
  const [, module] = type === moduleRecord ? (/\bname="([^"]*)"/.exec(record) ?? []) : [];
  if (module !== undefined) return [{ at: when, kind: 'module-loaded', process, detail: module }];
  return [{ at: when, kind: 'audit', process, detail: `${type} ${record}` }];
}
