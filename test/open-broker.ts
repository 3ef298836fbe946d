import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { launcher } from './kiten.ts';

/** An open broker in a process of its own, on free ports of this machine. */
export interface OpenBroker {
  /** `host:port` */
  readonly mqtt: string;
  readonly websocket: string;
  readonly port: string;
  /** The line with which it said that it was there. */
  readonly ready: unknown;
  /** Asks it to stop; resolves with its exit code. */
  readonly stop: () => Promise<number | null>;
}

export async function startOpenBroker(workers = 1): Promise<OpenBroker> {
  const where = ['--port', '0', '--websocket', '0', '--json'];
  const args = ['broker', '--open', ...where, '--workers', String(workers)];
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  const ready = JSON.parse(line) as { mqtt: string; websocket: string };
  const { mqtt, websocket } = ready;
  const stop = async (): Promise<number | null> => {
    const ended = once(child, 'exit') as Promise<[number | null]>;
    child.kill('SIGTERM');
    return (await ended)[0];
  };
  return { mqtt, websocket, port: mqtt.split(':')[1] as string, ready, stop };
}
