import type { RuntimeEvent } from '@kiten/attestation';
import { AuditEvents } from './audit-events.ts';
import { type AuditRecord, parseAuditRecord } from './audit-record.ts';
import type { DeviceFiles } from './device-files.ts';
import type { EventSource, SourcedEvents } from './event-journal.ts';
import { bootTime } from './kernel-log.ts';

const folder = 'var/log/audit';
const current = 'audit.log';
/** Octets that are read at once; what is beyond stays for the next time. */
const maximumBytes = 16 << 20;
/** Files that auditd keeps at most (`num_logs`, auditd.conf(5)). */
const mostFiles = 999;

interface LogFile {
  readonly name: string;
  /** What the file is, whatever it is called by now. */
  readonly inode: bigint;
  readonly size: number;
}

/**
 * What auditd writes down of modules and privileges. It renames its files as they fill (`audit.log` to `audit.log.1` and so
 * on, auditd.conf(5)): a file is known by its inode, and read to its end under its later name before the next.
 */
export class AuditLog implements EventSource {
  readonly name = 'audit-log';
  readonly #files: DeviceFiles;

  constructor(files: DeviceFiles) {
    this.#files = files;
  }

  /** Whether there is a log of auditd. Without auditd its records are in the kernel's own log. */
  static async isThere(files: DeviceFiles): Promise<boolean> {
    return (await files.identity(`${folder}/${current}`)) !== undefined;
  }

  async read(cursor: string | undefined): Promise<SourcedEvents> {
    const files = await this.#logFiles();
    const [inode, offset] = readCursor(cursor);
    const found = files.findIndex((file) => file.inode === inode);
    const known = files[found];
    const isCut = known !== undefined && known.size < offset;
    // A file that went away, or was emptied, has taken at least one record with it.
    const lost = inode !== undefined && (known === undefined || isCut) ? 1 : 0;
    // Of a log that is new here, only what belongs to this boot is told.
    const since = inode === undefined ? await bootTime(this.#files) : 0;
    const from = inode === undefined ? files.length - 1 : Math.max(found, 0);
    return { ...(await this.#readFrom(files.slice(from), isCut ? 0 : offset, since)), lost };
  }

  async #readFrom(
    files: readonly LogFile[],
    start: number,
    since: number,
  ): Promise<Omit<SourcedEvents, 'lost'>> {
    const judge = new AuditEvents();
    const events: RuntimeEvent[] = [];
    let left = maximumBytes;
    let place: readonly [LogFile | undefined, number] = [files[0], start];
    for (const [index, file] of files.entries()) {
      const isLast = index === files.length - 1;
      const begin = index === 0 ? start : 0;
      const text = await this.#text(file, begin, Math.min(left, file.size - begin));
      left -= text.length;
      const isPart = isLast || text.length < file.size - begin;
      const whole = (isPart ? wholeEvents(text) : undefined) ?? text.length;
      for (const record of recordsOf(text.subarray(0, whole))) {
        const event = record.at < since ? undefined : judge.of(record);
        if (event !== undefined) events.push(event);
      }
      place = [file, begin + whole];
      if (text.length < file.size - begin || left <= 0) break;
    }
    const [file, end] = place;
    return { events, cursor: file === undefined ? '' : `${file.inode} ${end}` };
  }

  /** The oldest first. */
  async #logFiles(): Promise<readonly LogFile[]> {
    const names = (await this.#files.list(folder)).flatMap((name) => {
      const [, number] = /^audit\.log(?:\.([1-9]\d{0,2}))?$/.exec(name) ?? [undefined, 'none'];
      return number === 'none' ? [] : [{ name, age: Number(number ?? 0) }];
    });
    const files: LogFile[] = [];
    for (const { name } of names.toSorted((left, right) => right.age - left.age).slice(-mostFiles)) {
      const place = `${folder}/${name}`;
      const [, inode, size] = (await this.#files.identity(place))?.split(' ') ?? [];
      if (inode !== undefined) files.push({ name: place, inode: BigInt(inode), size: Number(size) });
    }
    return files;
  }

  async #text({ name }: LogFile, start: number, length: number): Promise<Buffer> {
    return length <= 0 ? Buffer.alloc(0) : this.#files.part(name, start, length);
  }
}

function readCursor(cursor: string | undefined): readonly [inode: bigint | undefined, offset: number] {
  const [, inode, offset] = /^(\d{1,20}) (\d{1,15})$/.exec(cursor ?? '') ?? [];
  return inode === undefined ? [undefined, 0] : [BigInt(inode), Number(offset)];
}

function* recordsOf(text: Buffer): Generator<AuditRecord> {
  for (const line of text.toString('utf8').split('\n')) {
    const record = parseAuditRecord(line);
    if (record !== undefined) yield record;
  }
}

const end = /^type=(?:PROCTITLE|EOE) |^node=\S+ type=(?:PROCTITLE|EOE) /;

/**
 * Octets up to where the last event begins that may go on: its records are written one by one. An event is whole with its
 * PROCTITLE, or once another has begun, or if it has no call of the kernel in it.
 *
 * @returns undefined for what goes on without end, and is no log: it is passed over
 */
function wholeEvents(text: Buffer): number | undefined {
  const whole = text.lastIndexOf(0x0a) + 1;
  if (whole === 0 && text.length === maximumBytes) return undefined;
  let start = whole;
  let event: string | undefined;
  while (start > 0) {
    const before = text.lastIndexOf(0x0a, start - 2) + 1;
    const line = text.toString('utf8', before, start - 1);
    const record = parseAuditRecord(line);
    if (event === undefined && (record === undefined || end.test(line))) return whole;
    event ??= record?.event;
    if (record?.event !== event) break;
    start = before;
    if (record?.type === 'SYSCALL') return start;
  }
  return whole;
}
