import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EventJournal, type EventSource, openJournal, RuntimeCollector } from '../../src/index.ts';
import { DeviceFiles } from '../../src/runtime/device-files.ts';
import { KernelLog } from '../../src/runtime/kernel-log.ts';
import { KernelTrace } from '../../src/runtime/kernel-trace.ts';
import { DeviceFolder } from './device-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(() => rm(folder, { recursive: true }));

const random = (fill: number) => (bytes: number) => new Uint8Array(bytes).fill(fill);
const event = (detail: string) => ({ at: 1, kind: 'audit', process: '', detail });

/** A source that gives what it is told to. */
class Script implements EventSource {
  readonly name = 'script';
  next: string[] = [];
  lost = 0;
  readonly cursors: (string | undefined)[] = [];

  async read(cursor: string | undefined) {
    this.cursors.push(cursor);
    const events = this.next.map(event);
    const { lost } = this;
    this.next = [];
    this.lost = 0;
    return { events, lost, cursor: String(Number(cursor ?? 0) + events.length) };
  }
}

const openedWithoutSources = (fill: number) => EventJournal.open(join(folder, 'events'), [], random(fill));

describe('a journal', () => {
  const open = (source: Script, fill = 1) =>
    EventJournal.open(join(folder, 'events'), [source], random(fill));

  test('keeps its numbering although nothing happened', async () => {
    const first = await openedWithoutSources(1);
    await first.update();
    const again = await openedWithoutSources(2);
    expect(again.from(0).stream).toEqual(first.from(0).stream);
  });

  test('numbers events across restarts', async () => {
    const source = new Script();
    const journal = await open(source);
    source.next = ['a', 'b'];
    await journal.update();
    source.next = ['c'];
    source.lost = 3;
    await journal.update();
    const before = journal.from(0);
    expect(before).toMatchObject({ first: 0, lost: 3, events: ['a', 'b', 'c'].map(event) });
    const again = await open(source, 2);
    expect(again.from(0)).toEqual(before);
    source.next = ['d'];
    await again.update();
    expect(again.from(3)).toMatchObject({ first: 3, events: [event('d')], stream: before.stream });
    expect(source.cursors).toEqual([undefined, '2', '3']);
  });

  test('forgets what the site has, and says where it is', async () => {
    const source = new Script();
    const journal = await open(source);
    source.next = ['a', 'b', 'c'];
    await journal.update();
    expect(journal.from(2)).toMatchObject({ first: 2, events: [event('c')] });
    expect(journal.from(0)).toMatchObject({ first: 2, events: [event('c')] });
    // A site that knows more than there ever was: it is shown where the numbering is.
    expect(journal.from(99)).toMatchObject({ first: 3, events: [] });
  });

  test('keeps the newest when there is too much, and the numbers tell what is missing', async () => {
    const source = new Script();
    const journal = await open(source);
    source.next = Array.from({ length: 9000 }, (_, index) => String(index));
    await journal.update();
    const { first, events } = journal.from(0);
    expect([first, events.length]).toEqual([9000 - 8192, 8192]);
    expect(events[0]).toEqual(event(String(first)));
  });

  test.each(['', '{', '[]', '{"stream":"x"}', '{"stream":"00","first":-1}'])(
    'that is damaged (%s) is begun anew under another name',
    async (text) => {
      await writeFile(join(folder, 'events'), text);
      const journal = await open(new Script(), 7);
      expect(journal.from(0)).toEqual({ stream: random(7)(16), first: 0, lost: 0, events: [] });
    },
  );
});

const boot = {
  'proc/sys/kernel/random/boot_id': '00112233-4455-6677-8899-aabbccddeeff\n',
  'proc/stat': 'cpu 1\nbtime 1700000000\n',
};

describe('the kernel’s log', () => {
  const lines = [
    '6,10,1000000,-;Linux version 6.12',
    ' SUBSYSTEM=x',
    '4,11,2000000,-;rootkit: loading out-of-tree module taints kernel.',
    '5,12,3000000,-;audit: type=1330 audit(1700000009.500:7): name="evil-mod"',
    '5,14,4000000,-;audit: type=1400 audit(1700000010.250:8): apparmor="DENIED" exe="/usr/bin/x" comm="x"',
    '5,15,5000000,-;audit: type=1999 audit(1700000010.250:8): nobody asked',
    '',
  ].join('\n');

  test('tells of modules and of what audit records, and counts what was overwritten', async () => {
    await using device = await DeviceFolder.create({ ...boot, 'dev/kmsg': lines });
    const log = new KernelLog(new DeviceFiles(device.root));
    const { events, lost, cursor } = await log.read(undefined);
    expect(events).toEqual([
      { at: 1_700_000_002_000, kind: 'module-loaded', process: '', detail: 'rootkit' },
      { at: 1_700_000_009_500, kind: 'module-loaded', process: '', detail: 'evil-mod' },
      {
        at: 1_700_000_010_250,
        kind: 'audit',
        process: '/usr/bin/x',
        detail: '1400 apparmor="DENIED" exe="/usr/bin/x" comm="x"',
      },
    ]);
    expect(lost).toBe(1);
    expect(await log.read(cursor)).toEqual({ events: [], lost: 0, cursor });
    await device.write('dev/kmsg', '5,20,6000000,-;nf: module verification failed: signature missing\n');
    expect(await log.read(cursor)).toMatchObject({ lost: 4, events: [{ detail: 'nf' }] });
  });

  test('of another boot begins anew', async () => {
    await using device = await DeviceFolder.create({ ...boot, 'dev/kmsg': lines });
    const log = new KernelLog(new DeviceFiles(device.root));
    expect(await log.read(`${'ff'.repeat(16)} 500`)).toMatchObject({ lost: 1, events: { length: 3 } });
  });
});

describe('the kernel’s traces', () => {
  const instance = 'sys/kernel/tracing/instances/kiten';
  const tracepoints = Object.fromEntries(
    [
      'module/module_load',
      'module/module_free',
      'sched/sched_process_exec',
      ...['', 're', 'res'].map((kind) => `syscalls/sys_enter_set${kind}uid`),
    ].map((point) => [`${instance}/events/${point}/enable`, '0']),
  );

  test('tell of modules that come and go, and of who becomes root', async () => {
    const trace = [
      '        modprobe-40      [001] .....   100.500000: module_load: can_dev E',
      '           rmmod-41      [000] d..1.   101.000000: module_free: can_dev',
      'CPU:1 [LOST 12 EVENTS]',
      '    kiten-x y-z-10       [001] .....   102.000000: sys_setresuid(ruid: ffffffff, euid: 0, suid: ffffffff)',
      '              sh-10      [001] .....   103.000000: sys_setuid(uid: 3e8)',
      '              sh-43      [001] .....   104.000000: sched_process_exec: filename=/usr/bin/plain pid=43 old_pid=43',
      'nonsense',
    ].join('\n');
    await using device = await DeviceFolder.create({
      ...boot,
      ...tracepoints,
      [`${instance}/trace_pipe`]: trace,
      'usr/bin/su': 'su',
      'usr/bin/plain': 'plain',
    });
    await device.process(10, 'usr/bin/su');
    const source = await KernelTrace.open(new DeviceFiles(device.root));
    expect(await readFile(join(device.root, `${instance}/events/module/module_load/enable`), 'utf8')).toBe(
      '1',
    );
    expect(await source?.read()).toEqual({
      events: [
        { at: 1_700_000_100_500, kind: 'module-loaded', process: 'modprobe', detail: 'can_dev' },
        { at: 1_700_000_101_000, kind: 'module-removed', process: 'rmmod', detail: 'can_dev' },
        {
          ...{ at: 1_700_000_102_000, kind: 'privilege-gained', process: '/usr/bin/su' },
          detail: 'setresuid(ruid: ffffffff, euid: 0, suid: ffffffff)',
        },
      ],
      lost: 12,
      cursor: '',
    });
  });

  test('are missing where the kernel has none, and the report says so', async () => {
    await using device = await DeviceFolder.create({ ...boot, 'dev/kmsg': '' });
    const { journal, unseen } = await openJournal(join(folder, 'events'), random(1), device.root);
    expect(unseen).toContain('traces');
    const collector = new RuntimeCollector({
      ...device,
      journal,
      ...(unseen === undefined ? {} : { eventsUnseen: unseen }),
    });
    const report = await collector.collect({ wants: ['events'], eventsFrom: 0 });
    expect(report.events).toMatchObject({ first: 0, lost: 0, events: [] });
    expect(report.unseen).toEqual([{ part: 'events', reason: unseen }]);
  });
});
