import Type from 'typebox';
import { PolicyWorld } from '../../site/policy-questions.ts';
import { type PolicyReplay, replayTraffic } from '../../site/policy-replay.ts';
import { compiledPolicies, type PolicyMeaning, type PolicyProblem } from '../../site/policy-review.ts';
import type { SiteServices } from '../../site/services.ts';
import { trafficSums } from '../../store/traffic-sums.ts';
import type { Api } from '../server.ts';

const texts = Type.Array(Type.String());
const problem = Type.Object({
  message: Type.String(),
  code: Type.String(),
  policy: Type.Optional(Type.String()),
  line: Type.Optional(Type.Integer({ minimum: 1 })),
  column: Type.Optional(Type.Integer({ minimum: 1 })),
});
const example = Type.Object({
  principal: Type.String(),
  action: Type.String(),
  resource: Type.String(),
  context: Type.String(),
  json: Type.String({ description: 'Request and entities in Cedar’s JSON forms' }),
});
const undecided = Type.Object({ environment: Type.String(), why: Type.String() });
const meaning = Type.Object({
  changes: Type.Array(
    Type.Object({
      change: Type.Enum(['allowed', 'denied']),
      environment: Type.String(),
      before: texts,
      after: texts,
      example,
    }),
    { description: 'What becomes allowed and what becomes denied, for all requests: one for each cause' },
  ),
  undecided: Type.Array(undecided),
  remarks: Type.Array(
    Type.Object({
      policy: Type.String(),
      remark: Type.Enum(['never-matches', 'contradicted', 'shadowed']),
      by: texts,
    }),
  ),
  remarksUndecided: texts,
  invariants: Type.Array(
    Type.Object({
      id: Type.String(),
      sentence: Type.String(),
      sentenceJa: Type.Optional(Type.String()),
      result: Type.Enum(['proved', 'refuted', 'unknown']),
      counterexample: Type.Optional(Type.String()),
      environment: Type.Optional(Type.String()),
      why: Type.Optional(Type.String()),
    }),
  ),
});
const row = Type.Object({
  device: Type.String(),
  action: Type.String(),
  topic: Type.String(),
  requests: Type.Integer(),
  policies: texts,
});
const change = Type.Object({ requests: Type.Integer(), rows: Type.Integer(), most: Type.Array(row) });
const replay = Type.Object({
  requests: Type.Integer(),
  untold: Type.Integer(),
  denied: change,
  allowed: change,
});

const WEEK_MINUTES = 10_080;
const mostRows = 20_000;

/** What a set of policies would mean and do, without putting it in force. */
export function policyReviewRoutes(api: Api, services: SiteServices): void {
  const { policies, book, site, streamTrusts, database, clock } = services;
  api.post(
    '/policies/review',
    {
      schema: {
        summary:
          'What is wrong with a set of policies, and where; or what it would change, for all requests and for those counted lately',
        body: Type.Object({
          text: Type.String({ minLength: 1, maxLength: 200_000, description: 'Cedar policies' }),
          against: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 200_000,
              description: 'What it is compared with; those in force unless said',
            }),
          ),
          minutes: Type.Optional(
            Type.Integer({ minimum: 1, maximum: WEEK_MINUTES, description: 'How long ago is “lately”' }),
          ),
        }),
        response: {
          200: Type.Object({
            problems: Type.Unsafe<readonly PolicyProblem[]>(Type.Array(problem)),
            meaning: Type.Optional(Type.Unsafe<PolicyMeaning>(meaning)),
            replay: Type.Optional(Type.Unsafe<PolicyReplay>(replay)),
          }),
        },
      },
    },
    async ({ body: { text, against, minutes = WEEK_MINUTES } }) => {
      const { problems, meaning } = await policies.review(text, against);
      if (meaning === undefined) return { problems };
      const before = against === undefined ? policies.compiled : compiledPolicies(against);
      const after = compiledPolicies(text);
      const since = Math.floor(clock.now() / 60_000) - minutes;
      const traffic = await trafficSums(database, { since, limit: mostRows });
      return {
        problems,
        meaning,
        replay: replayTraffic(traffic, new PolicyWorld(book, site, streamTrusts), before, after),
      };
    },
  );
}
