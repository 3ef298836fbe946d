import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attest,
  type Host,
  loadConfiguration,
  type MqttClient,
  openHost,
} from '../packages/agent/src/index.ts';
import { writeKernelFiles } from '../packages/agent/test/measured-device.ts';
import {
  ImaScanner,
  parseBootLog,
  type ResultMessage,
  readImaEntry,
} from '../packages/attestation/src/index.ts';
import { type AgentDevice, agentDevice } from './agent.ts';
import { agentPorts, learnFrom, sessionOf } from './agent-machine.ts';
import { TestSite } from './kiten.ts';
import { hasVirtualMachine, VirtualMachine } from './virtual-machine.ts';

const programs = {
  '/usr/bin/miner': '#!/bin/sh\necho mining\n',
  '/usr/bin/pump': '#!/bin/sh\necho pumping\n',
};
const kernelLogs = {
  'boot.log': '/sys/kernel/security/tpm0/binary_bios_measurements',
  'ima.log': '/sys/kernel/security/ima/binary_runtime_measurements',
};

describe.skipIf(!hasVirtualMachine)('a machine with firmware and kernel that measure into its TPM', () => {
  let site: TestSite;
  let machine: VirtualMachine;
  let device: AgentDevice;
  let host: Host;
  let session: MqttClient;
  beforeAll(async () => {
    site = await TestSite.start();
    machine = await VirtualMachine.build(programs);
    await machine.boot();
    const settings = `[tpm]\naddress = "${machine.address}"
[logs]\nboot = "${machine.folder}/boot.log"\nmeasurements = "${machine.folder}/ima.log"
[runtime]\nroot = "${machine.folder}/files"\n`;
    const files = ['proc/sys/kernel/osrelease', 'proc/sys/kernel/tainted', 'proc/modules', 'proc/net/tcp'];
    const own = await Promise.all(files.map(async (name) => [name, await machine.read(`/${name}`)] as const));
    await writeKernelFiles(join(machine.folder, 'files'), Object.fromEntries(own));
    device = await agentDevice(site, 'gateway-1', settings);
  }, 120_000);
  afterAll(async () => {
    session?.close();
    await machine?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  /** Attests with the logs as the kernel has them now. */
  const attestNow = async (): Promise<ResultMessage> => {
    await copyLogs();
    return attest(host);
  };

  const copyLogs = async () => {
    const [boot, ima] = [
      await machine.read(kernelLogs['boot.log']),
      await machine.read(kernelLogs['ima.log']),
    ];
    const logs = { 'boot.log': boot, 'ima.log': ima };
    for (const [name, bytes] of Object.entries(logs)) await writeFile(join(machine.folder, name), bytes);
    return logs;
  };

  it('has logs by its own firmware and kernel', async () => {
    expect(await machine.run('/usr/bin/pump')).toBe('pumping\n');
    const logs = await copyLogs();
    const boot = parseBootLog(logs['boot.log']);
    expect(new Set(boot.events.map(({ pcr }) => pcr))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
    const scanner = new ImaScanner(logs['ima.log']);
    const files: (string | undefined)[] = [];
    while (scanner.next()) files.push(readImaEntry(scanner).name);
    expect(files).toEqual(['boot_aggregate', '/init', '/bin/busybox', '/usr/bin/pump']);
  });

  it('is affirmed, by what is learned from it', async () => {
    await device.enrol();
    host = await openHost(await loadConfiguration(device.configuration), agentPorts);
    expect((await attestNow()).status).toBe('affirming');
    await learnFrom(site, 'gateway-1', 'device:gateway-1');
    const result = await attestNow();
    const codes = result.findings.map(({ code }) => code);
    for (const code of ['key-proven', 'system-approved', 'runtime-approved', 'files-approved'])
      expect(codes).toContain(`attestation/${code}`);
    expect(result.status).toBe('affirming');
    session = await sessionOf(site, host);
    await session.publish('d/gateway-1/pressure', Buffer.from('4.2'));
  });

  it('falls when it runs what is not in the reference values, and is cut off', async () => {
    expect(await machine.run('/usr/bin/miner')).toBe('mining\n');
    const result = await attestNow();
    expect(result.findings.map(({ code }) => code)).toContain('attestation/executable-unapproved');
    expect(result.status).toBe('contraindicated');
    expect((await session.ended).detail).toEqual({ reasonCode: 0x87 });
  });
});
