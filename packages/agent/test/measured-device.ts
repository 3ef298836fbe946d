import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tpmHashOf } from '@kiten/wire';
import {
  bootLog,
  imaEntry,
  type MadeEvent,
  type MadeMeasurement,
} from '../../attestation/test/support/logs.ts';
import { extendPcr, readPcrs, type Tpm } from '../src/index.ts';
import { openSoftwareTpm, SoftwareTpm } from './swtpm.ts';

const banks = [tpmHashOf(11)!, tpmHashOf(12)!];

export const goodEvents: readonly MadeEvent[] = [
  { pcr: 0, type: 8, data: 'firmware 1.0' },
  { pcr: 4, type: 0x80000003, data: 'shim' },
  { pcr: 4, type: 0x80000003, data: 'vmlinuz' },
  { pcr: 7, type: 0x80000001, data: 'SecureBoot=1' },
  ...[0, 4, 7].map((pcr) => ({ pcr, type: 4, data: '\0\0\0\0' })),
];
export const goodFiles = ['/sbin/init', '/bin/sh', '/usr/bin/agent'];

/** A software TPM in a device that measures what it boots and runs into it, as firmware and kernel do. */
export class MeasuredDevice implements AsyncDisposable {
  readonly software: SoftwareTpm;
  readonly tpm: Tpm;
  list: Buffer = Buffer.alloc(0);
  boot: Buffer = Buffer.alloc(0);

  private constructor(software: SoftwareTpm, tpm: Tpm) {
    this.software = software;
    this.tpm = tpm;
  }

  static async start(
    events: readonly MadeEvent[] = goodEvents,
    files: readonly string[] = goodFiles,
    options: { readonly certified?: boolean; readonly bare?: boolean } = {},
  ): Promise<MeasuredDevice> {
    const software = await SoftwareTpm.start(options);
    const device = new MeasuredDevice(software, await openSoftwareTpm(software));
    await writeKernelFiles(device.root);
    await device.bootWith(events);
    await device.run('boot_aggregate', ...files);
    return device;
  }

  get address(): string {
    return `swtpm:path=${this.software.path('tpm')}`;
  }

  /** Where its own /proc and /sys lie: not those of the machine that the test runs on. */
  get root(): string {
    return this.software.path('root');
  }

  get logs(): { readonly bootLog: string; readonly imaLog: string } {
    return { bootLog: this.software.path('boot.log'), imaLog: this.software.path('ima.log') };
  }

  async extend(pcr: number, data: Uint8Array | string): Promise<void> {
    await extendPcr(
      this.tpm,
      pcr,
      digests((name) => createHash(name).update(data).digest()),
    );
  }

  /** Measures files, which the list then has. */
  async run(...measurements: readonly (MadeMeasurement | string)[]): Promise<void> {
    for (const each of measurements) {
      const measurement = typeof each === 'string' ? { path: each } : each;
      const isAggregate = measurement.path === 'boot_aggregate';
      await this.#measure(
        isAggregate ? { ...measurement, content: (await this.#aggregate()) as never } : measurement,
      );
    }
    await this.writeLogs();
  }

  async writeLogs({
    boot = this.boot,
    list = this.list,
  }: {
    boot?: Buffer;
    list?: Buffer;
  } = {}): Promise<void> {
    await writeFile(this.logs.bootLog, boot);
    await writeFile(this.logs.imaLog, list);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.software[Symbol.asyncDispose]();
  }

  private async bootWith(events: readonly MadeEvent[]): Promise<void> {
    this.boot = bootLog(events);
    for (const { pcr, type, data } of events) if (type !== 3) await this.extend(pcr, data);
  }

  async #measure(measurement: MadeMeasurement): Promise<void> {
    const entry = imaEntry(measurement);
    // Register, digest, and the name of the template stand before the data.
    const data = entry.subarray(24 + 4 + entry.readUInt32LE(24) + 4);
    const isViolation = measurement.violation === true;
    await extendPcr(
      this.tpm,
      10,
      digests((name, bytes) =>
        isViolation ? Buffer.alloc(bytes, 0xff) : createHash(name).update(data).digest(),
      ),
    );
    this.list = Buffer.concat([this.list, entry]);
  }

  async #aggregate(): Promise<Buffer> {
    const first = Array.from({ length: 10 }, (_, pcr) => pcr);
    const values = await readPcrs(this.tpm, [{ bank: banks[0]!, pcrs: first, mapBytes: 3 }]);
    return Buffer.concat([...values.get(11)!.values()]);
  }
}

/** What a kernel says of itself that has no modules, and nothing that listens. */
const kernelFiles = {
  'proc/sys/kernel/osrelease': '6.12.48\n',
  'proc/sys/kernel/tainted': '0\n',
  'proc/sys/kernel/yama/ptrace_scope': '2\n',
  'proc/sys/kernel/random/boot_id': '00112233-4455-6677-8899-aabbccddeeff\n',
  'sys/module/module/parameters/sig_enforce': 'Y\n',
  'sys/kernel/security/lockdown': 'none [integrity] confidentiality\n',
  'proc/modules': '',
  'etc/passwd': 'root:x:0:0:root:/root:/usr/sbin/nologin\n',
  'etc/shadow': 'root:!:20000:0:99999:7:::\n',
  ...Object.fromEntries(['tcp', 'tcp6', 'udp', 'udp6'].map((table) => [`proc/net/${table}`, 'sl\n'])),
};

/** @param more what is otherwise there */
export async function writeKernelFiles(
  root: string,
  more: Readonly<Record<string, Uint8Array>> = {},
): Promise<void> {
  for (const [name, content] of Object.entries({ ...kernelFiles, ...more })) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}

const digests = (of: (name: string, bytes: number) => Uint8Array) =>
  new Map(banks.map((bank) => [bank, of(bank.name, bank.bytes)]));
