import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { ServerSetup } from './server.ts';

/** A server that is a program of ours: it is sent its setup, and answers with its ports. */
export async function forked(
  program: string,
  setup: ServerSetup,
  { execArgv = [], isQuiet = false }: { execArgv?: readonly string[]; isQuiet?: boolean } = {},
): Promise<{ child: ChildProcess; ports: { plain: number; tls: number } }> {
  const child = fork(program, { execArgv: [...execArgv], silent: isQuiet });
  child.send(setup);
  const [ports] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${program} ended with ${code}.`);
    }),
  ])) as [{ plain: number; tls: number }];
  return { child, ports };
}
