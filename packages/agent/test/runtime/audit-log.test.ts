import { appendFile, mkdtemp, rename, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJournal } from '../../src/index.ts';
import { AuditEvents } from '../../src/runtime/audit-events.ts';
import { AuditLog } from '../../src/runtime/audit-log.ts';
import { auditText, parseAuditRecord } from '../../src/runtime/audit-record.ts';
import { DeviceFiles } from '../../src/runtime/device-files.ts';
import { DeviceFolder } from './device-folder.ts';

const bootedAt = 1_700_000_000;
const file = 'var/log/audit/audit.log';
let serial = 0;

interface Call {
  readonly arch?: string;
  readonly syscall: number;
  readonly uid?: number;
  readonly euid?: number;
  readonly success?: string;
}

/** A call of the kernel as auditd writes it, with more records of the same event. */
function called(
  { arch = 'c000003e', syscall, uid = 0, euid = 0, success = 'yes' }: Call,
  ...more: readonly string[]
): string {
  serial += 1;
  const stamp = `msg=audit(${bootedAt + serial}.250:${serial}):`;
  const call = `arch=${arch} syscall=${syscall} success=${success} exit=0 a0=3 a1=55 items=1 ppid=1 pid=40 auid=1000 uid=${uid} gid=0 euid=${euid} suid=${euid} fsuid=${euid} tty=(none) ses=3 comm="kmod" exe="/usr/bin/kmod" key=(null)`;
  return ['SYSCALL', ...more.map((each) => each.split(' ', 1)[0]), 'PROCTITLE']
    .map((type, index) => {
      const text = index === 0 ? call : (more[index - 1]?.slice(`${type} `.length) ?? 'proctitle="x"');
      return `type=${type} ${stamp} ${text}\n`;
    })
    .join('');
}

const loaded = (name: string) => called({ syscall: 313 }, `KERN_MODULE name="${name}"`);

describe('records of auditd', () => {
  const told = (...lines: readonly string[]) => {
    const events = new AuditEvents();
    return lines
      .join('')
      .split('\n')
      .flatMap((line) => parseAuditRecord(line) ?? [])
      .flatMap((record) => events.of(record) ?? [])
      .map(({ kind, process, detail }) => [kind, process, detail]);
  };

  test('tell of modules that come and go, on each architecture', () => {
    expect(told(loaded('can'))).toEqual([['module-loaded', '/usr/bin/kmod', 'can']]);
    for (const [arch, syscall] of [
      ['c000003e', 176],
      ['c00000b7', 106],
      ['40000028', 129],
    ] as const) {
      const gone = called({ arch, syscall }, 'KERN_MODULE name="can"');
      expect(told(gone)).toEqual([['module-removed', '/usr/bin/kmod', 'can']]);
    }
    // Records of several events may stand between each other.
    const [call = '', module = ''] = called({ syscall: 176 }, 'KERN_MODULE name="tun"').split('\n');
    expect(told(`${call}\n`, loaded('can'), `${module}\n`)).toEqual([
      ['module-loaded', '/usr/bin/kmod', 'can'],
      ['module-removed', '/usr/bin/kmod', 'tun'],
    ]);
  });

  test('tell of who gains privileges', () => {
    expect(told(called({ syscall: 59, uid: 1000 }))).toEqual([
      ['privilege-gained', '/usr/bin/kmod', 'user 1000 as root'],
    ]);
    expect(told(called({ syscall: 117 }))).toEqual([
      ['privilege-gained', '/usr/bin/kmod', 'becomes root, signed in as 1000'],
    ]);
    expect(told(called({ syscall: 59, uid: 1000, success: 'no' }), called({ syscall: 59 }))).toEqual([]);
    expect(told(called({ syscall: 59, euid: 1000 }, 'BPRM_FCAPS fver=2 fp=0000000000003000'))).toEqual([
      ['privilege-gained', '/usr/bin/kmod', 'file capabilities fver=2 fp=0000000000003000'],
    ]);
  });

  // Forms as auditd of several distributions writes them; names and addresses are made up.
  test.each([
    [
      `type=USER_CMD msg=audit(1481077231.363:475): pid=1382 uid=1000 auid=1000 ses=3 msg='cwd="/home/ann" cmd=2E2F72756E202D63 exe="/usr/bin/sudo" terminal=pts/0 res=success'`,
      ['privilege-gained', '/usr/bin/sudo', 'user 1000: ./run -c'],
    ],
    [
      'type=DAEMON_CONFIG msg=audit(1490239800.477:34) config changed, auid=0 pid=1512 res=success',
      ['audit', '', 'DAEMON_CONFIG config changed, auid=0 pid=1512 res=success'],
    ],
    [
      'node=pump-1 type=CONFIG_CHANGE msg=audit(1481077231.371:478): auid=1000 ses=3 op="add_rule" key=(null) list=4 res=1\x1dAUID="ann"',
      ['audit', '', 'CONFIG_CHANGE auid=1000 ses=3 op="add_rule" key=(null) list=4 res=1'],
    ],
    [
      'type=AVC msg=audit(1524662933.080:61207): apparmor="DENIED" operation="ptrace" pid=5571 comm="x" peer="unconfined"',
      ['audit', '', 'AVC apparmor="DENIED" operation="ptrace" pid=5571 comm="x" peer="unconfined"'],
    ],
  ])('are read as they stand: %s', (line, expected) => {
    expect(told(`${line}\n`)).toEqual([expected]);
  });

  test('do not tell what the network can cause at will, or is none', () => {
    const login = `type=USER_LOGIN msg=audit(1492896301.818:19955): pid=12635 uid=0 auid=4294967295 msg='op=login acct=28696E exe="/usr/sbin/sshd" res=failed'`;
    for (const line of [login, 'type=UNKNOWN[1329] msg=?', 'type=SYSCALL', '', 'x'.repeat(20_000)])
      expect(told(`${line}\n`)).toEqual([]);
  });

  test('with names in hexadecimal have them decoded, and words of programs stay behind those of the kernel', () => {
    const record = parseAuditRecord(
      `type=SYSCALL msg=audit(1.000:1): exe=2F746D702F61206220 comm="a" uid=1000 msg='uid=0 exe="/bin/su"'`,
    )!;
    expect(auditText(record, 'exe')).toBe('/tmp/a b ');
    expect(record.fields.get('uid')).toBe('1000');
  });

  test('are read whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(60), (octets, place) => {
        const noise = Buffer.from(octets).toString('latin1');
        const line = loaded('can');
        told(noise, line.slice(0, place) + noise + line.slice(place));
      }),
    );
  });
});

describe('the log of auditd', () => {
  let device: DeviceFolder;
  let log: AuditLog;
  beforeEach(async () => {
    serial = 0;
    device = await DeviceFolder.create({ 'proc/stat': `btime ${bootedAt}\n` });
    log = new AuditLog(new DeviceFiles(device.root));
  });
  afterEach(() => device[Symbol.asyncDispose]());

  const at = (name = file) => join(device.root, name);
  const names = (events: readonly { readonly detail: string }[]) => events.map(({ detail }) => detail);

  test('is read on from where it was', async () => {
    await device.write(file, loaded('can'));
    const first = await log.read(undefined);
    expect([names(first.events), first.lost]).toEqual([['can'], 0]);
    expect(await log.read(first.cursor)).toEqual({ events: [], lost: 0, cursor: first.cursor });
    await appendFile(at(), loaded('tun'));
    expect(names((await log.read(first.cursor)).events)).toEqual(['tun']);
  });

  test('of before this boot is not told where it is new', async () => {
    await device.write(
      file,
      `type=KERN_MODULE msg=audit(${bootedAt - 5}.000:9): name="old"\n${loaded('can')}`,
    );
    expect(names((await log.read(undefined)).events)).toEqual(['can']);
  });

  test('that is renamed is read to its end, and then those that followed', async () => {
    await device.write(file, loaded('one'));
    const { cursor } = await log.read(undefined);
    await appendFile(at(), loaded('two'));
    await rename(at(), at(`${file}.1`));
    await device.write(file, loaded('three'));
    await rename(at(`${file}.1`), at(`${file}.2`));
    await rename(at(), at(`${file}.1`));
    await device.write(file, loaded('four'));
    const { events, lost } = await log.read(cursor);
    expect([names(events), lost]).toEqual([['two', 'three', 'four'], 0]);
  });

  test('that went away or was emptied is counted as lost, and what is left is told', async () => {
    await device.write(file, loaded('one'));
    const { cursor } = await log.read(undefined);
    await truncate(at(), 0);
    await appendFile(at(), 'type=KERN_MODULE msg=audit(1700000100.000:9): name="two"\n');
    const emptied = await log.read(cursor);
    expect([names(emptied.events), emptied.lost]).toEqual([['two'], 1]);
    // Before the file goes, so that the next one is another.
    await device.write(`${file}.new`, loaded('three'));
    await rm(at());
    await rename(at(`${file}.new`), at());
    const gone = await log.read(emptied.cursor);
    expect([names(gone.events), gone.lost]).toEqual([['three'], 1]);
  });

  test('is not told before an event is whole', async () => {
    const whole = loaded('can');
    await device.write(file, loaded('one') + whole.slice(0, whole.indexOf('\n') + 1));
    const first = await log.read(undefined);
    expect(names(first.events)).toEqual(['one']);
    await appendFile(at(), whole.slice(whole.indexOf('\n') + 1, -5));
    const second = await log.read(first.cursor);
    expect(second.events).toEqual([]);
    await appendFile(at(), whole.slice(-5));
    const { events } = await log.read(second.cursor);
    expect(events.map(({ process, detail }) => [process, detail])).toEqual([['/usr/bin/kmod', 'can']]);
  });

  test('that a cursor makes no sense of is read as a new one', async () => {
    await device.write(file, loaded('can'));
    for (const cursor of ['', 'x', '1', '-1 0'])
      expect(names((await log.read(cursor)).events)).toEqual(['can']);
  });

  test('is a source of the journal where there is one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'journal-'));
    try {
      await device.write('dev/kmsg', '');
      await device.write(file, loaded('can'));
      const { journal } = await openJournal(join(folder, 'events'), () => new Uint8Array(16), device.root);
      await journal.update();
      expect(names(journal.from(0).events)).toEqual(['can']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
