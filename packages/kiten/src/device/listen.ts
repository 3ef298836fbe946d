import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

const ATTEMPTS = 20;

/**
 * Lets one server answer on several addresses at the same port, so that `localhost` works over IPv4 and IPv6
 * alike. An address family that this machine lacks is left out. Port 0 finds one that is free on all.
 */
export async function listenOnAll(
  server: Server,
  hosts: readonly string[],
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  for (let attempt = 1; ; attempt++) {
    const [first, ...others] = hosts;
    await listen(server, first ?? '127.0.0.1', port);
    const chosen = (server.address() as { port: number }).port;
    const doors: Server[] = [];
    try {
      for (const host of others) {
        const door = createServer((socket: Socket) => server.emit('connection', socket));
        if (await opens(door, host, chosen)) doors.push(door);
      }
      return { port: chosen, close: async () => void (await Promise.all(doors.map((door) => closed(door)))) };
    } catch (error) {
      for (const door of doors) await closed(door);
      server.close();
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port !== 0 || attempt === ATTEMPTS)
        throw error;
    }
  }
}

async function opens(server: Server, host: string, port: number): Promise<boolean> {
  try {
    await listen(server, host, port);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return false;
    throw error;
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port, ipv6Only: host.includes(':') });
  await once(server, 'listening');
}

async function closed(server: Server): Promise<void> {
  const done = once(server, 'close');
  server.close();
  await done;
}
