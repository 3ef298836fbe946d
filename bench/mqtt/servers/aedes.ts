import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { forked } from './forked.ts';
import type { Server, ServerSetup } from './server.ts';

const program = fileURLToPath(new URL('./aedes-process.ts', import.meta.url));

/** Aedes, with nothing switched on. */
export async function startAedes(setup: ServerSetup): Promise<Server> {
  const { child, ports } = await forked(program, setup, { isQuiet: true });
  const ended = once(child, 'exit');
  return {
    name: 'aedes',
    pid: child.pid ?? 0,
    ports,
    ended,
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
