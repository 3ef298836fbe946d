// Builds what `kiten` runs from: one bundle for each of its processes, and the console beside them.
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const finished = `${root}packages/kiten/dist`;
const output = `${finished}.new`;

await rm(output, { recursive: true, force: true });
await bundle();
if (existsSync(`${root}packages/console/vite.config.ts`)) await buildConsole();
// The old build serves until the new one is whole.
await rm(finished, { recursive: true, force: true });
await rename(output, finished);

/** Workers are programs of their own: `worker-url.ts` finds them beside the main one. */
async function bundle(): Promise<void> {
  const build = await rolldown({
    input: {
      main: `${root}packages/kiten/src/main.ts`,
      'gateway-worker': `${root}packages/kiten/src/workers/gateway-worker.ts`,
      'fleet-worker': `${root}packages/kiten/src/workers/fleet-worker.ts`,
      'password-worker': `${root}packages/kiten/src/workers/password-worker.ts`,
    },
    platform: 'node',
    // `pg` looks for its native twin, which nobody has to have.
    external: [/^node:/, '@cedar-policy/cedar-wasm/nodejs', 'pg-native'],
  });
  await build.write({
    dir: output,
    format: 'esm',
    minify: false,
    sourcemap: true,
    entryFileNames: '[name].mjs',
    chunkFileNames: 'chunks/[name]-[hash].mjs',
  });
  await build.close();
}

async function buildConsole(): Promise<void> {
  const { build } = await import('vite');
  await build({
    root: `${root}packages/console`,
    logLevel: 'warn',
    build: { outDir: `${output}/console`, emptyOutDir: true },
  });
}
