import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { requireTool } from './tools.ts';

export const hasHaproxy = (): boolean => requireTool('haproxy', 'haproxy');

/** One way through the load balancer. */
export interface Relay {
  /** Where it listens, an address of this machine. */
  readonly at: string;
  /** `host:port` of what it leads to, and the options of its `server` line. */
  readonly to: string;
  /** The address from which it connects. */
  readonly from?: string;
  readonly options: string;
}

/** HAProxy of the distribution, relaying on ports of its own until it is disposed of. */
export class Haproxy {
  /** In the order of the relays. */
  readonly ports: readonly number[];
  readonly #directory: string;
  readonly #process: ChildProcess;

  private constructor(ports: readonly number[], directory: string, process: ChildProcess) {
    this.ports = ports;
    this.#directory = directory;
    this.#process = process;
  }

  static async start(relays: readonly Relay[]): Promise<Haproxy> {
    const directory = await mkdtemp(join(tmpdir(), 'kiten-haproxy-'));
    const ports = await freePorts(relays.map(({ at }) => at));
    const file = join(directory, 'haproxy.cfg');
    await writeFile(file, `${common}${relays.map((relay, at) => listen(relay, ports[at] ?? 0)).join('')}`);
    const process = spawn('/usr/sbin/haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    const started = new Haproxy(ports, directory, process);
    let said = '';
    process.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    for (const [at, relay] of relays.entries()) {
      while (!(await answers(relay.at, ports[at] ?? 0))) {
        if (process.exitCode !== null) throw new Error(`haproxy: ${said}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    return started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit');
    if (this.#process.exitCode === null && this.#process.kill('SIGKILL')) await ended;
    await rm(this.#directory, { recursive: true, force: true });
  }
}

const common = `defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
`;

function listen({ at, to, from, options }: Relay, port: number): string {
  const host = at.includes(':') ? `[${at}]` : at;
  const source = from === undefined ? '' : `  source ${from}\n`;
  return `listen relay${port}\n  bind ${host}:${port}\n${source}  server site ${to} ${options}\n`;
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const tell = (said: boolean) => {
      socket.destroy();
      resolve(said);
    };
    socket.once('connect', () => tell(true)).once('error', () => tell(false));
  });
}
