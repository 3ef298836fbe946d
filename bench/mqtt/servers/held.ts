import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { forked } from './forked.ts';
import { startMosquitto } from './mosquitto.ts';
import type { ServerSetup } from './server.ts';

const program = fileURLToPath(new URL('./memory-process.ts', import.meta.url));
const pageBytes = 4_096;

/** A broker whose memory is looked at. */
export interface Held {
  readonly ports: { readonly plain: number; readonly tls: number };
  /** Resident, or only what is in use. */
  memory(of?: 'memory' | 'inUse'): Promise<number>;
  stop(): Promise<unknown>;
}

/** A governed gateway, its garbage collected before each look. */
export async function heldKiten(setup: ServerSetup): Promise<Held> {
  const { child, ports } = await forked(program, setup, { execArgv: ['--expose-gc'] });
  return { ports, memory: (of = 'memory') => told(child, of), stop: () => ended(child) };
}

async function told(child: ChildProcess, of: 'memory' | 'inUse'): Promise<number> {
  child.send('measure');
  const [sizes] = (await once(child, 'message')) as [Record<'memory' | 'inUse', number>];
  return sizes[of];
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.disconnect();
  await exited;
}

export async function heldMosquitto(setup: ServerSetup): Promise<Held> {
  const { pid, ports, stop } = await startMosquitto(setup);
  const resident = () => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * pageBytes;
  return { ports, memory: async () => resident(), stop };
}
