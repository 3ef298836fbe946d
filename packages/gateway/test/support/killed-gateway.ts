import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Limits } from '../../src/index.ts';

const program = fileURLToPath(new URL('gateway-process.ts', import.meta.url));

/** A gateway on a directory that can be killed and started again. */
export class KilledGateway {
  readonly #directory: string;
  readonly #limits: Partial<Limits>;
  #child: ChildProcess | undefined;
  /** Where it listens now. */
  port = 0;

  constructor(directory: string, limits: Partial<Limits> = {}) {
    this.#directory = directory;
    this.#limits = limits;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [program, this.#directory, JSON.stringify(this.#limits)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The gateway ended by itself.')));
    const lines = createInterface({ input: child.stdout });
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
    ended.catch(() => undefined);
    this.port = Number(line);
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    const child = this.#child as ChildProcess;
    const exited = once(child, 'exit');
    child.stdin?.end();
    await exited;
  }
}
