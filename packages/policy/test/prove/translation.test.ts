import { compilePolicies } from '@kiten/policy';
import { describe, expect, it } from 'vitest';
import { Environment } from '../../src/evaluate/environment.ts';
import { EvaluationFailure } from '../../src/evaluate/failure.ts';
import { EnvironmentProver } from '../../src/prove/environment-prover.ts';
import { keyOf } from '../../src/prove/policy-key.ts';
import { environmentsOf } from '../../src/prove/schema/schema-model.ts';
import { Patterns } from '../../src/prove/theory/patterns.ts';
import type { Action } from './support/expressions.ts';
import { Interpretation } from './support/interpretation.ts';
import { policySet, randomPolicy } from './support/policies.ts';
import { Random } from './support/random.ts';
import { testModel } from './support/schema.ts';
import { randomWorld } from './support/worlds.ts';

const rounds = process.env.KITEN_LONG === '1' ? 20_000 : 1_500;
const worldsEach = 12;

describe('the formula that a policy is translated to', () => {
  it.each(['read', 'meet'] as const)(
    'is true of exactly the requests to %s that satisfy the policy',
    (action) => {
      const counts = { satisfied: 0, not: 0, failing: 0 };
      for (let seed = 1; seed <= rounds; seed++) compareOne(seed, action, counts);
      // The worlds must be such that all three come about, or the agreement says little.
      for (const count of Object.values(counts)) expect(count).toBeGreaterThan((rounds * worldsEach) / 100);
    },
    3_600_000,
  );
});

function compareOne(
  seed: number,
  action: Action,
  counts: { satisfied: number; not: number; failing: number },
): void {
  const random = new Random(seed * 7919);
  const json = randomPolicy(random, action, 'permit', 4, 0.03);
  const [policy] = compilePolicies(policySet([json])).policies;
  const environment = environmentsOf(testModel).find(({ action: { uid } }) => uid.id === action)!;
  const prover = new EnvironmentProver(testModel, environment, new Patterns());
  const literal = prover.satisfied({ policy: policy!, key: keyOf(policy!) });
  if (literal === undefined) return;
  for (let index = 0; index < worldsEach; index++) {
    const world = randomWorld(random, action);
    const outcome = outcomeOf(() => policy!.holds(new Environment(world.request, world.source)));
    counts[outcome]++;
    const translated = new Interpretation(prover.universe, world).holds(literal);
    if (translated !== (outcome === 'satisfied')) {
      const shown = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
      throw new Error(
        `seed ${seed}, world ${index}: ${outcome}, ${translated} by formula: ${JSON.stringify(json, shown)}`,
      );
    }
  }
}

function outcomeOf(evaluate: () => boolean): 'satisfied' | 'not' | 'failing' {
  try {
    return evaluate() ? 'satisfied' : 'not';
  } catch (error) {
    if (error instanceof EvaluationFailure) return 'failing';
    throw error;
  }
}
