import { type AuthorizationCall, isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import {
  compilePolicies,
  decide,
  entitiesFromJson,
  entitiesToJson,
  type PolicySetJson,
  requestFromJson,
  requestToJson,
} from '@kiten/policy';
import { readSchema } from '@kiten/policy/cedar';
import { describe, expect, it } from 'vitest';
import { PolicyProver } from '../../src/prove/prover.ts';
import { exactIntegers } from '../support/oracle.ts';
import { randomImplications } from './support/implications.ts';
import { randomSets } from './support/policies.ts';
import { Random } from './support/random.ts';
import { testModel, testSchema } from './support/schema.ts';

const rounds = process.env.KITEN_LONG === '1' ? 10_000 : 300;

describe('a counterexample', () => {
  const schema = readSchema(testSchema);

  it.each(['read', 'meet'] as const)(
    'to what should hold of %s fits the schema, and Cedar’s own engine decides it so',
    (action) => {
      let refuted = 0;
      for (let seed = 1; seed <= rounds; seed++) {
        const random = new Random(seed * 32_452_843);
        const sets =
          seed % 4 === 0 ? randomImplications(random, action) : randomSets(random, action, 2 + (seed % 4));
        const prover = new PolicyProver(testModel);
        for (const outcome of prover.prove(compilePolicies(sets.policies), compilePolicies(sets.invariants))
          .outcomes) {
          if (outcome.result !== 'refuted') continue;
          refuted++;
          const request = requestToJson(outcome.counterexample.request);
          const entities = entitiesToJson(outcome.counterexample.entities);
          const invariant = sets.invariants.staticPolicies[outcome.id]!;
          const region = setOf({ inside: { ...invariant, effect: 'permit' } });
          const expected = invariant.effect === 'forbid';
          const say = `seed ${seed}: ${outcome.id}`;
          expect(cedarDecides(region, request, entities), say).toBe(true);
          expect(cedarDecides(sets.policies, request, entities), say).toBe(expected);
          // What was read back from JSON is what was found.
          const read = decide(
            compilePolicies(sets.policies),
            requestFromJson(request, schema),
            entitiesFromJson(entities, schema),
          );
          expect(read.allow, say).toBe(expected);
        }
      }
      expect(refuted).toBeGreaterThan(rounds / 5);
    },
    3_600_000,
  );
});

function setOf(staticPolicies: PolicySetJson['staticPolicies']): PolicySetJson {
  return { staticPolicies, templates: {}, templateLinks: [] };
}

/** The engine is given the schema too, and refuses what doesn't fit it. */
function cedarDecides(policies: PolicySetJson, request: object, entities: readonly unknown[]): boolean {
  const call = { ...request, policies, entities, schema: testSchema, validateRequest: true };
  const answer = isAuthorized(exactIntegers(call) as AuthorizationCall);
  if (answer.type === 'failure')
    throw new Error(
      JSON.stringify([answer.errors.map(({ message }) => message), request, entities], (_, v) =>
        typeof v === 'bigint' ? String(v) : v,
      ),
    );
  return answer.response.decision === 'allow';
}
