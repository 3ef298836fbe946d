import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { expect, test } from 'vitest';
import { logicOf } from '../../src/policy/check.ts';
import { expressionReader } from '../../src/policy/policies.ts';
import { readSchema } from '../../src/policy/schema.ts';
import { cedarText, type Json } from './support/cedar-text.ts';
import { evaluatorOf } from './support/evaluate.ts';
import { expressionOf, modelOf } from './support/generate.ts';
import { randomOf } from './support/random.ts';
import { truthIn } from './support/truth.ts';
import { schemaText } from './support/world.ts';

const schema = readSchema(schemaText);
const [seed, rounds] = [Number(process.env.KITEN_SEED ?? 1), Number(process.env.KITEN_ROUNDS ?? 60)];
const perRound = 60;

/** Which of the expressions are true to Cedar, and which are false. */
function cedarSays(request: ReturnType<typeof modelOf>, action: string, expressions: readonly Json[]) {
  const policies = expressions.flatMap((expression, at) => [
    [`true ${at}`, `permit(principal, action, resource) when { ${cedarText(expression)} };`],
    [`false ${at}`, `permit(principal, action, resource) unless { ${cedarText(expression)} };`],
  ]);
  const answer = isAuthorized({
    ...request.request,
    action: { type: 'Action', id: action },
    context: request.request.context as never,
    entities: request.entities as never,
    policies: { staticPolicies: Object.fromEntries(policies), templates: {}, templateLinks: [] },
  });
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  const reasons = new Set(answer.response.diagnostics.reason);
  return expressions.map((_, at) => [reasons.has(`true ${at}`), reasons.has(`false ${at}`)]);
}

test('an expression is true, is false or fails where it does in Cedar', () => {
  const random = randomOf(seed);
  const outcomes: Record<string, number> = {};
  for (let round = 0; round < rounds; round += 1) {
    const principal = random.chance(0.8) ? 'User' : 'N::Color';
    const action = random.pick(['view', 'edit']);
    const request = modelOf(random, principal);
    const expressions = Array.from({ length: perRound }, () =>
      expressionOf(random, 'Bool', 1 + random.below(4)),
    );
    const answers = cedarSays(request, action, expressions);
    for (const [at, expression] of expressions.entries()) {
      const environment = { principal, action: { type: 'Action', id: action }, resource: 'Doc' };
      const logic = logicOf(schema, environment, schema.actions.get(`Action::"${action}"`)!);
      const body = expressionReader()(expression);
      const literals = (['when', 'unless'] as const).map((kind) =>
        logic.satisfied({ id: '', effect: 'permit', scopes: [], conditions: [{ kind, body }] }),
      );
      const truth = truthIn(logic, evaluatorOf(request.model, schema))(literals);
      expect([cedarText(expression), ...truth]).toEqual([cedarText(expression), ...answers[at]!]);
      const outcome = truth.indexOf(true);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  }
  // Each outcome is tried often.
  for (const outcome of [-1, 0, 1]) expect(outcomes[outcome]).toBeGreaterThan((rounds * perRound) / 10);
});
