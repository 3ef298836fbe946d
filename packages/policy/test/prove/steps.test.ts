import { compilePolicies } from '@kiten/policy';
import { describe, expect, it } from 'vitest';
import { EnvironmentProver } from '../../src/prove/environment-prover.ts';
import { keyOf } from '../../src/prove/policy-key.ts';
import { environmentsOf } from '../../src/prove/schema/schema-model.ts';
import type { Derived } from '../../src/prove/search/trim.ts';
import { Patterns } from '../../src/prove/theory/patterns.ts';
import { stepsFollow } from './support/check-steps.ts';
import type { Action } from './support/expressions.ts';
import { randomImplications } from './support/implications.ts';
import { Interpretation } from './support/interpretation.ts';
import { randomSets } from './support/policies.ts';
import { Random } from './support/random.ts';
import { testModel } from './support/schema.ts';
import { randomWorld } from './support/worlds.ts';

const rounds = process.env.KITEN_LONG === '1' ? 20_000 : 700;

describe('the steps of a proof', () => {
  it('follow from each other, and the lemmas among them hold in every world', () => {
    const seen = { proofs: 0, learned: 0, lemmas: new Map<number, number>() };
    for (let seed = 1; seed <= rounds; seed++) {
      for (const action of ['read', 'meet'] as const) examine(seed, action, seen);
    }
    expect(seen.proofs).toBeGreaterThan(rounds / 2);
    expect(seen.learned).toBeGreaterThan(rounds / 10);
    // Nearly every rule is used now and then.
    expect(seen.lemmas.size).toBeGreaterThan(8);
  }, 3_600_000);
});

interface Seen {
  proofs: number;
  learned: number;
  readonly lemmas: Map<number, number>;
}

function examine(seed: number, action: Action, seen: Seen): void {
  const random = new Random(seed * 15_485_863);
  const sets =
    seed % 3 === 0 ? randomSets(random, action, 2 + (seed % 4)) : randomImplications(random, action);
  const keyed = (set: typeof sets.policies) =>
    compilePolicies(set).policies.map((policy) => ({ policy, key: keyOf(policy) }));
  const environment = environmentsOf(testModel).find(({ action: { uid } }) => uid.id === action)!;
  const prover = new EnvironmentProver(testModel, environment, new Patterns());
  const { formula } = prover.universe;
  const decision = prover.decision(keyed(sets.policies));
  if (typeof decision === 'string') return;
  for (const invariant of keyed(sets.invariants)) {
    const region = prover.satisfied(invariant);
    if (region === undefined) continue;
    const wrong = invariant.policy.effect === 'forbid' ? decision.allowed : -decision.allowed;
    const root = formula.allOf([region, wrong]);
    prover.restart([root]);
    if (root === -1 || prover.isPossible(root).kind !== 'impossible') continue;
    const steps = prover.steps([root]);
    seen.proofs++;
    if (!stepsFollow(formula, steps, [root]))
      throw new Error(`seed ${seed} ${action}: a step does not follow`);
    for (const step of steps) count(step, seen);
    for (let index = 0; index < 6; index++) {
      const world = new Interpretation(prover.universe, randomWorld(random, action));
      for (const { origin } of steps) {
        if (origin.kind !== 'lemma' || origin.lemma.clause.some((literal) => world.holds(literal))) continue;
        throw new Error(`seed ${seed} ${action}: a lemma by rule ${origin.lemma.rule} does not hold`);
      }
    }
  }
}

function count({ origin }: Derived, seen: Seen): void {
  if (origin.kind === 'learned') seen.learned++;
  else seen.lemmas.set(origin.lemma.rule, (seen.lemmas.get(origin.lemma.rule) ?? 0) + 1);
}
