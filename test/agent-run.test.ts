import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MeasuredDevice } from '../packages/agent/test/measured-device.ts';
import { hasHardwareTls } from '../packages/agent/test/openssl/peer.ts';
import { hasSwtpm } from '../packages/agent/test/swtpm.ts';
import { type AgentDevice, agentDevice, agentProgram } from './agent.ts';
import { settingsOf } from './agent-machine.ts';
import { TestSite } from './kiten.ts';

interface Said {
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** `kiten-agent run` in a process of its own. */
class RunningAgent {
  readonly said: Said[] = [];
  readonly #lines: Interface;
  readonly #child: ChildProcess;

  constructor(device: AgentDevice) {
    const args = [agentProgram, 'run', '--json', '--config', device.configuration];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: child.stdout });
    this.#lines.on('line', (line) => this.said.push(JSON.parse(line) as Said));
    this.#child = child;
  }

  /** The first event of a kind from a place on. @returns it and the place behind it */
  async next(event: string, from = 0): Promise<Said & { readonly place: number }> {
    for (;;) {
      const place = this.said.findIndex((each, index) => index >= from && each.event === event);
      if (place !== -1) return { ...this.said[place]!, place: place + 1 };
      await once(this.#lines, 'line');
    }
  }

  /** The programs that it started. */
  async children(): Promise<readonly string[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const status = (pid: string) => readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const all = await Promise.all(pids.map(async (pid) => [pid, await status(pid)] as const));
    return all.filter(([, text]) => text.includes(`PPid:\t${this.#child.pid}\n`)).map(([pid]) => pid);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    return ((await exit) as [number | null])[0];
  }
}

describe.skipIf(!hasSwtpm || !hasHardwareTls)('an agent that goes on, with its key in the TPM', () => {
  let site: TestSite;
  let machine: MeasuredDevice;
  let agent: RunningAgent;
  let device: AgentDevice;
  beforeAll(async () => {
    [site, machine] = await Promise.all([TestSite.start(), MeasuredDevice.start()]);
    const within = ['--attest-within', '60s', '--reason', 'a busy machine has time'];
    await site.json('group', 'set', 'default', '--mode', 'enforce', ...within);
    const mqtt = `mqtt = "mqtts://localhost:${site.ready.mqtts.split(':')[1]}"\n`;
    device = await agentDevice(site, 'pump-1', mqtt + settingsOf(machine, 'tpm'));
    await device.enrol();
    agent = new RunningAgent(device);
  }, 60_000);
  afterAll(async () => {
    await agent?.end('SIGKILL');
    await machine?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  it('attests within AUTH as it connects, and by HTTPS because it never did', async () => {
    expect(await agent.next('connected')).toMatchObject({ attested: true });
    expect(await agent.next('attested')).toMatchObject({ status: 'affirming' });
    expect(await site.json('verdict', 'show', 'pump-1')).toMatchObject({ status: 'affirming' });
  });

  it('answers whenever it is challenged', async () => {
    const { place } = await agent.next('connected');
    const from = agent.said.length;
    expect(await site.json('device', 'challenge', 'pump-1')).toMatchObject({ connected: true });
    const challenged = await agent.next('challenged', Math.max(place, from));
    const attested = await agent.next('attested', challenged.place);
    expect(attested).toMatchObject({ status: 'affirming' });
    expect(agent.said.map(({ event }) => event)).not.toContain('disconnected');
  });

  it('is cut off when it falls, and comes back to attest', async () => {
    await machine.extend(14, 'what nobody knows');
    const from = agent.said.length;
    await site.json('device', 'challenge', 'pump-1');
    expect(await agent.next('disconnected', from)).toMatchObject({ code: 'agent/mqtt-refused' });
    const back = await agent.next('connected', from);
    expect(back).toMatchObject({ attested: true });
    expect(await site.json('verdict', 'show', 'pump-1')).toMatchObject({ status: 'contraindicated' });
    await site.json('device', 'challenge', 'pump-1');
    expect(await agent.next('attested', back.place)).toMatchObject({ status: 'contraindicated' });
  });

  it('leaves no program behind, however it ends', async () => {
    const [child] = await agent.children();
    expect(child).toBeDefined();
    await agent.end('SIGKILL');
    const isGone = async () => ((await readdir('/proc')).includes(child!) ? undefined : true);
    expect(await site.until(isGone, 'the end of openssl')).toBe(true);
    const again = new RunningAgent(device);
    await again.next('connected');
    expect(await again.end('SIGTERM')).toBe(0);
    expect(again.said.at(-1)).toEqual({ event: 'stopped' });
  });
});
