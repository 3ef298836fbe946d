// What the agent costs its device: what it is given, and what it holds while it goes on, with a TPM in software.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { MeasuredDevice } from '../packages/agent/test/measured-device.ts';
import { agentDevice, agentProgram } from '../test/agent.ts';
import { AgentMachine, settingsOf } from '../test/agent-machine.ts';
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
await using machine = await MeasuredDevice.start();
const device = await agentDevice(site, 'bench-1', settingsOf(machine));
await device.enrol();

const agent = spawn(process.execPath, [agentProgram, 'run', '--json', '--config', device.configuration]);
const bare = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
for await (const line of createInterface({ input: agent.stdout })) {
  if ((JSON.parse(line) as { event: string }).event === 'attested') break;
}
await delay(2000);
print({
  figure: 'resident memory of kiten-agent run, enrolled and attested; beside it Node doing nothing',
  value: await resident(agent.pid!),
  peer: await resident(bare.pid!),
  unit: 'MiB',
});
for (const child of [agent, bare]) {
  child.kill();
  await once(child, 'exit');
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
