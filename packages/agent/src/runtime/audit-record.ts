/** One line of auditd's log. */
export interface AuditRecord {
  /** `SYSCALL`, `KERN_MODULE`; `UNKNOWN[1334]` for one that auditd has no name for. */
  readonly type: string;
  /** Names the event that the record belongs to: its time and number. */
  readonly event: string;
  /** Milliseconds since the Unix epoch, by the device's clock. */
  readonly at: number;
  /** What it says, as it stands there. */
  readonly text: string;
  readonly fields: ReadonlyMap<string, string>;
}

const head =
  /^(?:node=\S+ )?type=([A-Z][A-Z0-9_]*|UNKNOWN\[\d+\]) msg=audit\((\d{1,12})\.(\d{3}):(\d{1,20})\):? ?(.*)$/;
const field = /(?<![\w-])([\w-]{1,64})=("[^"]*"|\([^)]*\)|[^\s"'(]+)/g;
/** More than the kernel writes into one record (MAX_AUDIT_MESSAGE_LENGTH). */
const longest = 16_384;
const mostFields = 256;
/** What auditd adds for people behind what the kernel wrote (`log_format = ENRICHED`). */
const separator = '\x1d';

/**
 * Reads a line of `/var/log/audit/audit.log` (audit.log as auditd(8) writes it, raw or enriched).
 *
 * @returns undefined for what is no record
 */
export function parseAuditRecord(line: string): AuditRecord | undefined {
  if (line.length > longest) return undefined;
  const [, type, seconds, milliseconds, serial, rest = ''] = head.exec(line) ?? [];
  if (type === undefined) return undefined;
  const fields = new Map<string, string>();
  const text = rest.split(separator, 1)[0]?.trimEnd() ?? '';
  for (const [, name = '', value = ''] of rest.matchAll(field)) {
    // What programs say stands within `msg='…'`, and must not pass for what the kernel says before it.
    if (name !== 'msg' && !fields.has(name)) fields.set(name, value);
    if (fields.size === mostFields) break;
  }
  return {
    type,
    event: `${seconds}.${milliseconds}:${serial}`,
    at: Number(`${seconds}${milliseconds}`),
    text,
    fields,
  };
}

const hexadecimal = /^(?:[0-9A-F]{2})+$/;

/** A text in a record: in quotation marks, or in hexadecimal if it has blanks or such in it. Empty if it is not there. */
export function auditText({ fields }: AuditRecord, name: string): string {
  const value = fields.get(name) ?? '';
  if (value.startsWith('"')) return value.slice(1, -1);
  if (value === '(null)' || value === '?') return '';
  return hexadecimal.test(value) ? Buffer.from(value, 'hex').toString('utf8') : value;
}

/** A number in a record, in decimal; undefined if there is none. */
export function auditNumber({ fields }: AuditRecord, name: string): number | undefined {
  const value = fields.get(name) ?? '';
  return /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}
