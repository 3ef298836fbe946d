import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { forked } from './forked.ts';
import type { Server, ServerSetup } from './server.ts';

const program = fileURLToPath(new URL('./kiten-process.ts', import.meta.url));

/**
 * A gateway as a site runs it: see `kiten-process.ts` for what is switched on. `KITEN_BENCH_NODE` has flags for Node, such as
 * `--cpu-prof`.
 */
export async function startKiten(setup: ServerSetup): Promise<Server> {
  const { child, ports } = await forked(program, setup, {
    execArgv: process.env.KITEN_BENCH_NODE?.split(' ') ?? [],
  });
  const ended = once(child, 'exit');
  return {
    name: 'kiten',
    pid: child.pid ?? 0,
    ports,
    ended,
    verdictChanges: (perSecond) => void child.send({ perSecond }),
    async stop() {
      if (child.connected) child.send('stop');
      await ended;
    },
  };
}
