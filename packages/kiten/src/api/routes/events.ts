import type { SiteEvent } from '../../site/event-hub.ts';
import type { SiteServices } from '../../site/services.ts';
import { signedIn } from '../guard.ts';
import type { Api } from '../server.ts';

const PING_EVERY = 15_000;
/** A reader this far behind is cut; it resumes with Last-Event-ID. */
const LAGGING_BYTES = 1 << 20;

/** What happens, as it happens: server-sent events that resume where the reader left off. */
export function eventRoutes(api: Api, services: SiteServices): void {
  const { hub, accessChanges, logger } = services;
  api.get('/events', { schema: { summary: 'What happens, as server-sent events' } }, (request, reply) => {
    reply.hijack();
    const stream = reply.raw;
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) stream.setHeader(name, value);
    stream.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    stream.flushHeaders();
    const send = ({ id, type, data }: SiteEvent) => {
      stream.write(`id: ${hub.run}.${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
      if (stream.writableLength > LAGGING_BYTES) stream.destroy();
    };
    stream.write('retry: 1000\n\n');
    const missed = resumed(request.headers['last-event-id']);
    if (missed === undefined) stream.write(`event: reset\ndata: {}\n\n`);
    else missed.forEach(send);
    const unsubscribe = hub.subscribe(send);
    const stay = () => {
      // To listen is not to use: a screen that nobody touches is signed out all the same.
      signedIn(request, services, 'look').then(
        (known) => known ?? stream.end(),
        (error: unknown) => logger.error({ err: error }, 'a reader of events could not be looked up'),
      );
    };
    accessChanges.on('changed', stay);
    const ping = setInterval(() => {
      stream.write(': still here\n\n');
      stay();
    }, PING_EVERY);
    stream.on('close', () => {
      clearInterval(ping);
      accessChanges.off('changed', stay);
      unsubscribe();
    });
  });

  /** Nothing to catch up on for a first visit; undefined if what was missed is no longer known. */
  function resumed(header: unknown): readonly SiteEvent[] | undefined {
    if (typeof header !== 'string') return [];
    const [run = '', id = '', ...rest] = header.split('.');
    return hub.since(run, /^\d{1,15}$/.test(id) && rest.length === 0 ? Number(id) : -1);
  }
}
