import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfiguration, type MqttClient, openHost } from '../packages/agent/src/index.ts';
import {
  ImaScanner,
  parseBootLog,
  type ResultMessage,
  readImaEntry,
} from '../packages/attestation/src/index.ts';
import { type AgentDevice, agentDevice } from './agent.ts';
import { agentPorts, sessionOf } from './agent-machine.ts';
import { TestSite } from './kiten.ts';
import { hasVirtualMachine, VirtualMachine } from './virtual-machine.ts';

const programs = {
  '/usr/bin/pump': '#!/bin/sh\necho pumping\n',
  // It reads what somebody else holds open for writing: what was read, nobody can tell.
  '/usr/bin/careless': '#!/bin/sh\nexec 4>>/usr/bin/pump\ncat /usr/bin/pump\n',
};
const kernelLogs = {
  'boot.log': '/sys/kernel/security/tpm0/binary_bios_measurements',
  'ima.log': '/sys/kernel/security/ima/binary_runtime_measurements',
};

describe.skipIf(!hasVirtualMachine)('a machine with firmware and kernel that measure into its TPM', () => {
  let site: TestSite;
  let machine: VirtualMachine;
  let device: AgentDevice;
  let session: MqttClient;
  beforeAll(async () => {
    [site, machine] = await Promise.all([TestSite.start(), VirtualMachine.boot(programs)]);
    const settings = `[tpm]\naddress = "${machine.address}"
[logs]\nboot = "${machine.folder}/boot.log"\nmeasurements = "${machine.folder}/ima.log"\n`;
    device = await agentDevice(site, 'gateway-1', settings);
  }, 120_000);
  afterAll(async () => {
    session?.close();
    await machine?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  /** Attests with the logs as the kernel has them now. */
  const attest = async (): Promise<ResultMessage> => {
    const logs = await copyLogs();
    const { stdout, stderr } = await device.agent('attest', '--json');
    if (stdout === '') throw new Error(`kiten-agent: ${stderr}`);
    expect(logs['ima.log'].length).toBeGreaterThan(0);
    return JSON.parse(stdout) as ResultMessage;
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

  it('is affirmed', async () => {
    await device.enrol();
    const result = await attest();
    expect(result.findings.map(({ code }) => code)).toEqual([
      'attestation/key-proven',
      'attestation/boot-unjudged',
      'attestation/runtime-unjudged',
      'attestation/files-unjudged',
    ]);
    expect(result.status).toBe('affirming');
    session = await sessionOf(
      site,
      await openHost(await loadConfiguration(device.configuration), agentPorts),
    );
    await session.publish('d/gateway-1/pressure', Buffer.from('4.2'));
  });

  it('falls when its kernel cannot tell what was read, and is cut off', async () => {
    await machine.run('/usr/bin/careless');
    const result = await attest();
    expect(result.findings.map(({ code }) => code)).toContain('attestation/ima-violation');
    expect(result.status).toBe('contraindicated');
    expect((await session.ended).detail).toEqual({ reasonCode: 0x87 });
  });
});
