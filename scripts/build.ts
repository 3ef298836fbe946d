// Builds what `kiten` runs from: one bundle for each of its processes, and the console beside them; and the agent.
import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { billOfMaterials } from './build/bill-of-materials.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const finished = `${root}packages/kiten/dist`;
const output = `${finished}.new`;

await rm(output, { recursive: true, force: true });
const modules = [
  ...(await bundle()),
  ...(existsSync(`${root}packages/console/vite.config.ts`) ? await buildConsole() : []),
];
const bill = await billOfMaterials(root.replace(/\/$/, ''), modules, ['@cedar-policy/cedar-wasm']);
await writeFile(`${output}/kiten.cdx.json`, `${JSON.stringify(bill, null, 2)}\n`);
// The old build serves until the new one is whole.
await rm(finished, { recursive: true, force: true });
await rename(output, finished);
await bundleAgent();

/** Workers are programs of their own: `worker-url.ts` finds them beside the main one. */
async function bundle(): Promise<readonly string[]> {
  const build = await rolldown({
    input: {
      main: `${root}packages/kiten/src/main.ts`,
      'gateway-worker': `${root}packages/kiten/src/workers/gateway-worker.ts`,
      'fleet-worker': `${root}packages/kiten/src/workers/fleet-worker.ts`,
      'password-worker': `${root}packages/kiten/src/workers/password-worker.ts`,
      'policy-worker': `${root}packages/kiten/src/workers/policy-worker.ts`,
      'appraisal-worker': `${root}packages/kiten/src/workers/appraisal-worker.ts`,
      'stream-worker': `${root}packages/kiten/src/workers/stream-worker.ts`,
      'learning-worker': `${root}packages/kiten/src/workers/learning-worker.ts`,
    },
    platform: 'node',
    // `pg` looks for its native twin, which nobody has to have.
    external: [/^node:/, '@cedar-policy/cedar-wasm/nodejs', 'pg-native'],
  });
  const written = await build.write({
    dir: output,
    format: 'esm',
    minify: false,
    sourcemap: true,
    entryFileNames: '[name].mjs',
    chunkFileNames: 'chunks/[name]-[hash].mjs',
  });
  await build.close();
  return modulesOf(written.output);
}

/** The agent is one file: what a device has to be given. */
async function bundleAgent(): Promise<void> {
  const build = await rolldown({
    input: `${root}packages/agent/src/main.ts`,
    platform: 'node',
    external: [/^node:/],
  });
  const file = `${root}packages/agent/dist/kiten-agent.mjs`;
  await build.write({ file: `${file}.new`, format: 'esm', minify: false });
  await build.close();
  await rename(`${file}.new`, file);
}

async function buildConsole(): Promise<readonly string[]> {
  const { build } = await import('vite');
  const built = await build({
    root: `${root}packages/console`,
    logLevel: 'warn',
    build: { outDir: `${output}/console`, emptyOutDir: true },
  });
  return [built].flat().flatMap((one) => ('output' in one ? modulesOf(one.output) : []));
}

/** The files that something of is in what was written. */
function modulesOf(
  output: readonly { readonly type: string; readonly moduleIds?: readonly string[] }[],
): readonly string[] {
  return output.flatMap(({ moduleIds = [] }) => moduleIds);
}
