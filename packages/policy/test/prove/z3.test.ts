import { compilePolicies } from '@kiten/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireTool } from '../../../../test/tools.ts';
import { PolicyProver } from '../../src/prove/prover.ts';
import type { Action, Json } from './support/expressions.ts';
import { randomImplications } from './support/implications.ts';
import { randomSets } from './support/policies.ts';
import { Random } from './support/random.ts';
import { testModel } from './support/schema.ts';
import { NotTranslated, Smt } from './support/smt.ts';
import { Z3 } from './support/z3.ts';

const long = process.env.KITEN_LONG === '1';
const rounds = Number(process.env.KITEN_ROUNDS ?? (long ? 6_000 : 120));
const first = Number(process.env.KITEN_SEED ?? 1);

describe.runIf(requireTool('z3', 'z3'))('what is proved and refuted', () => {
  let z3: Z3;
  beforeAll(() => {
    z3 = new Z3(5_000);
  });
  afterAll(() => z3.close());

  const cases = (['read', 'meet'] as const).flatMap((action) =>
    (['sets', 'implications'] as const).map((kind) => ({ action, kind })),
  );
  it.each(cases)(
    'of random $kind about requests to $action is unsatisfiable and satisfiable to z3',
    async ({ action, kind }) => {
      const counts = { proved: 0, refuted: 0, unknown: 0, compared: 0, all: 0 };
      for (let seed = first; seed < first + rounds; seed++) await compareOne(z3, seed, action, kind, counts);
      if (process.env.KITEN_SHOW === '1') process.stderr.write(`${JSON.stringify(counts)}\n`);
      // Both outcomes come about, z3 is really asked, and the prover hardly ever gives up.
      expect(counts.compared).toBeGreaterThan(counts.all * 0.7);
      expect(counts.proved).toBeGreaterThan(counts.all / 10);
      expect(counts.refuted).toBeGreaterThan(counts.all / 50);
      expect(counts.unknown).toBeLessThan(counts.all / 50);
    },
    7_200_000,
  );
});

interface Counts {
  proved: number;
  refuted: number;
  unknown: number;
  compared: number;
  all: number;
}

async function compareOne(z3: Z3, seed: number, action: Action, kind: string, counts: Counts): Promise<void> {
  const random = new Random(seed * 104_729);
  const sets =
    kind === 'sets' ? randomSets(random, action, 2 + (seed % 4)) : randomImplications(random, action);
  const { outcomes } = new PolicyProver(testModel).prove(
    compilePolicies(sets.policies),
    compilePolicies(sets.invariants),
  );
  for (const outcome of outcomes) {
    counts.all++;
    counts[outcome.result]++;
    const invariant = sets.invariants.staticPolicies[outcome.id] as unknown as Json;
    const answer = await ask(
      z3,
      action,
      Object.values(sets.policies.staticPolicies) as unknown as Json[],
      invariant,
    );
    if (answer === undefined || answer === 'unknown' || outcome.result === 'unknown') continue;
    counts.compared++;
    // Other actions than this one are not part of the question put to z3.
    const elsewhere = outcome.result === 'refuted' && outcome.counterexample.request.action.id !== action;
    if (!elsewhere && (answer === 'sat') !== (outcome.result === 'refuted'))
      throw new Error(`seed ${seed}: ${outcome.id} is ${outcome.result}, but ${answer} to z3: ${show(sets)}`);
  }
}

async function ask(z3: Z3, action: Action, policies: readonly Json[], invariant: Json) {
  try {
    return await z3.ask(new Smt(action).script(policies, invariant));
  } catch (error) {
    if (error instanceof NotTranslated) return undefined;
    throw error;
  }
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}
