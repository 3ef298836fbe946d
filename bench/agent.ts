// What the agent costs its device: what it is given, and what it holds while it goes on, with a TPM in software.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { loadConfiguration, openHost, requireIdentity } from '../packages/agent/src/index.ts';
import { MeasuredDevice } from '../packages/agent/test/measured-device.ts';
import { type AgentDevice, agentDevice, agentProgram } from '../test/agent.ts';
import { AgentMachine, agentPorts, settingsOf } from '../test/agent-machine.ts';
import { TestSite } from '../test/kiten.ts';
import { median, print } from './figure.ts';

const bundle = await readFile(
  fileURLToPath(new URL('../packages/agent/dist/kiten-agent.mjs', import.meta.url)),
);
print({ figure: 'the agent’s one file', value: bundle.length / 1024, unit: 'KiB' });
print({
  figure: 'the same as a package carries it (gzip)',
  value: gzipSync(bundle).length / 1024,
  unit: 'KiB',
});

await using site = await TestSite.start();
const mqtt = `mqtt = "mqtts://localhost:${site.ready.mqtts.split(':')[1]}"\n`;
for (const key of ['file', 'tpm'] as const) {
  await using machine = await MeasuredDevice.start();
  const device = await agentDevice(site, `bench-${key}`, mqtt + settingsOf(machine, key));
  await device.enrol();
  await measureMemory(device, key);
  await measureConnection(device, key);
}

async function measureMemory(device: AgentDevice, key: string): Promise<void> {
  const agent = spawn(process.execPath, [agentProgram, 'run', '--json', '--config', device.configuration]);
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
  const events = new Set<string>();
  for await (const line of createInterface({ input: agent.stdout })) {
    events.add((JSON.parse(line) as { event: string }).event);
    if (events.has('attested') && events.has('connected')) break;
  }
  await delay(2000);
  print({
    figure: `resident memory of kiten-agent run, connected and attested, key in ${key}; beside it Node doing nothing`,
    value: await resident(agent.pid!),
    peer: await resident(bare.pid!),
    unit: 'MiB',
  });
  for (const child of await childrenOf(agent.pid!)) {
    print({
      figure: 'the same of openssl, which keeps its connection',
      value: await resident(child),
      unit: 'MiB',
    });
  }
  for (const child of [agent, bare]) {
    child.kill();
    await once(child, 'exit');
  }
}

/** Until the site has shown itself, and the device. */
async function measureConnection(device: AgentDevice, key: string): Promise<void> {
  const host = await openHost(await loadConfiguration(device.configuration), agentPorts);
  const { connect } = await requireIdentity(host);
  const before = [process.resourceUsage(), await childrenTime()] as const;
  const times: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const start = performance.now();
    const stream = await connect(host.configuration.site);
    times.push(performance.now() - start);
    stream.destroy();
    await once(stream, 'close');
  }
  print({ figure: `a connection, key in ${key}`, value: median(times), unit: 'ms', rounds: 20 });
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const spent = userCPUTime + systemCPUTime - before[0].userCPUTime - before[0].systemCPUTime;
  print({ figure: 'processor time of it in the agent', value: spent / 20_000, unit: 'ms', rounds: 20 });
  const child = ((await childrenTime()) - before[1]) / 20;
  print({ figure: 'processor time of it in openssl', value: child, unit: 'ms', rounds: 20 });
}

/** Milliseconds that children took who have ended (proc_pid_stat(5), cutime and cstime, in hundredths of a second). */
async function childrenTime(): Promise<number> {
  const fields = (await readFile('/proc/self/stat', 'utf8')).replace(/^.*\) /, '').split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

async function childrenOf(parent: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

await using attesting = await AgentMachine.enrol(site, 'bench-2');
await attesting.attest();
const rounds = 20;
const times: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const start = performance.now();
  await attesting.attest();
  times.push(performance.now() - start);
}
print({
  figure: 'an attestation: challenge, quote by a software TPM, logs, verdict durable and in force',
  value: median(times),
  unit: 'ms',
  rounds,
});

/** MiB that a process has in memory (proc_pid_status(5), VmRSS). */
async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
