import type { SiteServices } from '../../site/services.ts';
import { sendLogFile } from '../log-file.ts';
import type { Api } from '../server.ts';

/**
 * The log as static files, as any client of C2SP tlog-tiles reads it. Checkpoints and hashes tell nothing of what the
 * entries say and are for everybody; the entries are for operators, unless the site is configured otherwise.
 */
export function logFileRoutes(api: Api, { layout, logEntries }: SiteServices): void {
  const options = (open: boolean) => ({ config: { open }, schema: { hide: true } });
  api.get('/log/checkpoint', options(true), (_request, reply) =>
    sendLogFile(layout.log, 'checkpoint', reply),
  );
  api.get('/log/tile/entries/*', options(logEntries === 'public'), ({ params }, reply) =>
    sendLogFile(layout.log, `tile/entries/${(params as { '*': string })['*']}`, reply),
  );
  api.get('/log/tile/*', options(true), ({ params }, reply) =>
    sendLogFile(layout.log, `tile/${(params as { '*': string })['*']}`, reply),
  );
}
