import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { type TrafficStep, trafficHistory } from '../../store/traffic-history.ts';
import { observedSums, type TrafficSum, trafficSums } from '../../store/traffic-sums.ts';
import { time } from '../schemas.ts';
import type { Api } from '../server.ts';

const row = Type.Object({
  device: Type.String({ description: '* for what found no row of its own' }),
  action: Type.String(),
  topic: Type.String(),
  allowed: Type.Integer(),
  denied: Type.Integer(),
  observed: Type.Integer({ description: 'Of those allowed: would have been refused, were it not observed' }),
});

const step = Type.Object({
  at: time,
  allowed: Type.Integer(),
  denied: Type.Integer(),
  observed: Type.Integer({ description: 'Of those allowed: would have been refused, were it not observed' }),
});

const DAY_MINUTES = 1440;
/** As many as a chart can show. */
const MOST_STEPS = 240;

/** Who did what on which topics, as counted by the minute. */
export function trafficRoutes(api: Api, { database, clock }: SiteServices): void {
  api.get(
    '/traffic',
    {
      schema: {
        summary:
          'What passed and what was refused lately, by device, action and topic; what happened most first',
        querystring: Type.Object({
          minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 7 * DAY_MINUTES })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 20_000 })),
        }),
        response: {
          200: Type.Object({
            from: time,
            until: time,
            rows: Type.Array(row),
            more: Type.Boolean({ description: 'There are rows with fewer counts' }),
          }),
        },
      },
    },
    async ({ query: { minutes = 60, limit = 5000 } }) => {
      const until = clock.now();
      const since = Math.floor(until / 60_000) - minutes;
      const from = since * 60_000;
      const sums = await trafficSums(database, { since, limit: limit + 1 });
      const rows = new Map<string, TrafficSum & { readonly observed: number }>();
      for (const sum of sums.slice(0, limit)) rows.set(keyOf(sum), { ...sum, observed: 0 });
      for (const seen of await observedSums(database, from, limit)) {
        const known = rows.get(keyOf(seen));
        // The minute that it belongs to may not be told yet.
        const counts = known ?? { allowed: seen.observed, denied: 0 };
        if (known !== undefined || rows.size < limit) rows.set(keyOf(seen), { ...counts, ...seen });
      }
      return { from, until, rows: [...rows.values()], more: sums.length > limit };
    },
  );

  api.get(
    '/traffic/history',
    {
      schema: {
        summary: 'How much passed and was refused over time, all devices together; the oldest step first',
        querystring: Type.Object({
          minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 7 * DAY_MINUTES })),
        }),
        response: {
          200: Type.Object({
            minutesEach: Type.Integer({ description: 'How long each step is' }),
            steps: Type.Unsafe<readonly TrafficStep[]>(Type.Array(step)),
          }),
        },
      },
    },
    async ({ query: { minutes = 60 } }) => {
      // A minute counts once it is over.
      const until = Math.floor(clock.now() / 60_000);
      const minutesEach = Math.ceil(minutes / MOST_STEPS);
      const query = { since: until - minutes, until, step: minutesEach };
      return { minutesEach, steps: await trafficHistory(database, query) };
    },
  );
}

const keyOf = ({ device, action, topic }: { device: string; action: string; topic: string }): string =>
  [device, action, topic].join('\0');
