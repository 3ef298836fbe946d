import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline';
import { type AgentDevice, agentProgram } from './agent.ts';

interface Said {
  readonly event: string;
  readonly [detail: string]: unknown;
}

/** `kiten-agent run`, or `update run`, in a process of its own. */
export class RunningAgent {
  readonly said: Said[] = [];
  readonly #lines: Interface;
  readonly #child: ChildProcess;

  constructor(device: AgentDevice, ...command: readonly string[]) {
    const words = command.length === 0 ? ['run'] : command;
    const args = [agentProgram, ...words, '--json', '--config', device.configuration];
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
