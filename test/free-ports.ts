import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below those that the system gives to whoever asks for any port, such as each connection of another test. */
const [lowest, highest] = [16_000, 32_000];

/** Ports for programs that have to be told theirs, one on each of these addresses; no two are the same. */
export async function freePorts(hosts: readonly string[]): Promise<number[]> {
  // All open at once before any is closed.
  const taken = new Map<number, Server>();
  for (const host of hosts) await listen(host, taken);
  const servers = [...taken.values()];
  for (const server of servers) server.close();
  await Promise.all(servers.map((server) => once(server, 'close')));
  return [...taken.keys()];
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(['127.0.0.1']);
  return port as number;
}

async function listen(host: string, taken: Map<number, Server>): Promise<void> {
  for (;;) {
    const port = randomInt(lowest, highest);
    if (taken.has(port)) continue;
    const server = createServer().listen(port, host);
    try {
      await once(server, 'listening');
      taken.set(port, server);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
