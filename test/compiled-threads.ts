import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const programs = ['packages/kiten/src/workers/*-worker.ts', 'packages/gateway/test/support/worker.ts'];

/**
 * Node takes the types out of sources by WebAssembly, in each thread anew unless the compile cache has them, and the V8
 * of Node 24 ends whole processes now and then in which WebAssembly comes and goes (nodejs/node#64500). So that is done
 * before, once.
 */
export default function setup(): void {
  if (process.env.KITEN_THREADS_COMPILED !== undefined) return;
  process.env.KITEN_THREADS_COMPILED = 'yes';
  const files = globSync(programs, { cwd: root }).map((file) => `${root}${file}`);
  const { status } = spawnSync(process.execPath, [`${root}test/compile-threads.ts`, ...files], {
    stdio: 'ignore',
  });
  if (status !== 0) throw new Error('The sources of threads cannot be compiled.');
}
