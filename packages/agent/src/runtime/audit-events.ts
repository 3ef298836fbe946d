import type { RuntimeEvent } from '@kiten/attestation';
import { type AuditRecord, auditNumber, auditText } from './audit-record.ts';

/** What becomes of a module or of privileges by a call of the kernel. */
type Call = 'remove-module' | 'set-user';

/** i386’s, which 32-bit ARM has kept. */
const legacy: Readonly<Record<number, Call>> = {
  129: 'remove-module',
  23: 'set-user',
  70: 'set-user',
  164: 'set-user',
  203: 'set-user',
  208: 'set-user',
  213: 'set-user',
};

/** Numbers of the calls by architecture (AUDIT_ARCH_…, include/uapi/linux/audit.h; the kernel's tables of calls). */
const calls: Readonly<Record<string, Readonly<Record<number, Call>>>> = {
  // x86_64
  c000003e: { 176: 'remove-module', 105: 'set-user', 113: 'set-user', 117: 'set-user' },
  // i386
  '40000003': legacy,
  // aarch64, riscv64
  c00000b7: { 106: 'remove-module', 146: 'set-user', 145: 'set-user', 147: 'set-user' },
  c00000f3: { 106: 'remove-module', 146: 'set-user', 145: 'set-user', 147: 'set-user' },
  // arm
  '40000028': legacy,
};

/**
 * Records that are passed on as they are: that rules and daemon change, what is denied or odd, who is admitted anew. Not what
 * anybody on the network can cause at will, failed logins among them: it would push out what counts.
 */
const told =
  /^(?:CONFIG_CHANGE|DAEMON_(?:START|END|ABORT|CONFIG|ERR)|ANOM_\w+|AVC|SELINUX_ERR|MAC_(?:POLICY_LOAD|STATUS)|INTEGRITY_\w+|(?:ADD|DEL)_(?:USER|GROUP)|USER_CHAUTHTOK|ROLE_(?:ASSIGN|REMOVE)|LOGIN)$/;

/** So many calls of the kernel are remembered for the records that belong to them. */
const mostCalls = 4096;

/** Tells events of modules and privileges from the records of auditd, one after the other as they stand in its log. */
export class AuditEvents {
  /** By event: records of one event may stand between those of others. */
  readonly #calls = new Map<string, AuditRecord>();

  /** What a record tells, if anything. */
  of(record: AuditRecord): RuntimeEvent | undefined {
    const { type, at, text } = record;
    if (type === 'SYSCALL') return this.#called(record);
    if (type === 'KERN_MODULE') {
      const call = this.#calls.get(record.event);
      const kind =
        call !== undefined && callOf(call) === 'remove-module' ? 'module-removed' : 'module-loaded';
      return { at, kind, process: executable(call), detail: auditText(record, 'name') };
    }
    if (type === 'BPRM_FCAPS') {
      const process = executable(this.#calls.get(record.event));
      return { at, kind: 'privilege-gained', process, detail: `file capabilities ${text}` };
    }
    if (type === 'USER_CMD') {
      const process = auditText(record, 'exe') || 'sudo';
      const who = auditNumber(record, 'auid') ?? auditNumber(record, 'uid') ?? '?';
      return { at, kind: 'privilege-gained', process, detail: `user ${who}: ${auditText(record, 'cmd')}` };
    }
    if (!told.test(type)) return undefined;
    return { at, kind: 'audit', process: auditText(record, 'exe'), detail: `${type} ${text}` };
  }

  #called(record: AuditRecord): RuntimeEvent | undefined {
    const [oldest] = this.#calls.keys();
    if (this.#calls.size >= mostCalls && oldest !== undefined) this.#calls.delete(oldest);
    this.#calls.set(record.event, record);
    if (record.fields.get('success') !== 'yes') return undefined;
    const detail = changeOf(record);
    if (detail === undefined) return undefined;
    return { at: record.at, kind: 'privilege-gained', process: executable(record), detail };
  }
}

/** Whose rights a call ends with that whoever made it did not have before. */
function changeOf(record: AuditRecord): string | undefined {
  const [uid, effective] = [auditNumber(record, 'uid'), auditNumber(record, 'euid')];
  const key = auditText(record, 'key');
  const why = key === '' ? '' : ` (${key})`;
  // The program that was started is set-user-ID: the real user stays whose it was.
  if (effective === 0 && uid !== undefined && uid !== 0) return `user ${uid} as root${why}`;
  if (callOf(record) !== 'set-user' || effective !== 0) return undefined;
  const login = auditNumber(record, 'auid');
  return `becomes root, signed in as ${login === undefined || login === unset ? 'nobody' : login}${why}`;
}

/** 4294967295: nobody has signed in. */
const unset = 0xffff_ffff;

const callOf = (record: AuditRecord): Call | undefined =>
  calls[record.fields.get('arch') ?? '']?.[auditNumber(record, 'syscall') ?? -1];

const executable = (record: AuditRecord | undefined): string =>
  record === undefined ? '' : auditText(record, 'exe') || auditText(record, 'comm');
