import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import files from '@fastify/static';
import type { SiteServices } from '../../site/services.ts';
import type { Api } from '../server.ts';

/** Serves the console as it was built; without a build it says how to get one. */
export async function consoleRoutes(api: Api, _services: SiteServices): Promise<void> {
  const root = builtConsole();
  if (root === undefined) {
    api.get('/', { config: { open: true }, schema: { hide: true } }, async (_request, reply) =>
      reply
        .type('text/plain; charset=utf-8')
        .send('The console is not built yet: run `npm run build`. The API is at /api/v1.\n'),
    );
    return;
  }
  await api.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
    });
    await scope.register(files, {
      root,
      index: ['index.html'],
      immutable: true,
      maxAge: '365d',
      setHeaders: keepFresh,
    });
  });
}

/** What carries its hash in its name never changes; the page itself is always asked for anew. */
function keepFresh(reply: { header(name: string, value: string): unknown }, path: string): void {
  if (!path.includes('/assets/')) reply.header('cache-control', 'no-cache');
}

function builtConsole(): string | undefined {
  return ['./console', '../console', '../../../dist/console']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path));
}
