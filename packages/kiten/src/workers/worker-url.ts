/** Where a worker's program is: beside this file in the sources, beside the bundle when bundled. */
export function workerUrl(
  name:
    | 'gateway-worker'
    | 'fleet-worker'
    | 'password-worker'
    | 'policy-worker'
    | 'appraisal-worker'
    | 'stream-worker'
    | 'learning-worker',
): URL {
  const fromSources = import.meta.url.endsWith('/workers/worker-url.ts');
  return new URL(fromSources ? `./${name}.ts` : bundled(name), import.meta.url);
}

/** Shared code may have been put into `chunks/`, one folder down from the programs. */
function bundled(name: string): string {
  return `${import.meta.url.includes('/dist/chunks/') ? '..' : '.'}/${name}.mjs`;
}
