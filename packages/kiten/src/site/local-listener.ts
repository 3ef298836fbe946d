import { KitenError } from '@kiten/codec';
import type { Api } from '../api/server.ts';
import { loopback } from '../config/configuration.ts';
import { listenOnAll } from '../device/listen.ts';

/** Lets the API answer on this machine only, over IPv4 and IPv6 alike. @throws KitenError `kiten/port-in-use` */
export async function listenLocally(
  api: Api,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  await api.ready();
  const doors = await namingPort('console', port, () => listenOnAll(api.server, loopback, port));
  return {
    port: doors.port,
    async close() {
      // Together: a connection that came in by a door is closed by the server that it was handed to. That
      // Fastify does not know of its ports, and so leaves readers of events their connections, is made up for.
      const closed = Promise.all([doors.close(), api.close()]);
      api.server.closeAllConnections();
      await closed;
    },
  };
}

/** Says which port is taken and what to do, instead of EADDRINUSE. */
export async function namingPort<T>(section: string, port: number, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    if (!['EADDRINUSE', 'gateway/listen-eaddrinuse'].includes((cause as { code?: string }).code ?? ''))
      throw cause;
    throw new KitenError(
      'kiten/port-in-use',
      `Port ${port} is taken by another program: set [${section}] port in kiten.toml, or start with --ports random.`,
      { cause, detail: { port } },
    );
  }
}
