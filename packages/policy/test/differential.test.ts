import { policySetTextToParts, policyToText, templateToText } from '@cedar-policy/cedar-wasm/nodejs';
import { KitenError } from '@kiten/codec';
import { parsePolicies } from '@kiten/policy/cedar';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryWorlds, type World } from './support/arbitrary-worlds.ts';
import { kitenDecides } from './support/both-engines.ts';
import { cedarDecides, exactIntegers, type Outcome } from './support/oracle.ts';

const long = process.env.KITEN_LONG === '1';
/** The short form repeats the same cases; the long form finds new ones, and fast-check tells the seed if one fails. */
const extent = (runs: number, seed: number) => (long ? { numRuns: runs * 40 } : { numRuns: runs, seed });

function orRefused(decision: () => Outcome): Outcome {
  try {
    return decision();
  } catch (error) {
    if (error instanceof KitenError) return 'refused';
    throw error;
  }
}

describe('agreement with the Cedar engine on random policies, entities and requests', () => {
  const cases = [
    { name: 'shallow', maxDepth: 2, runs: 500, seed: 20_240_229 },
    { name: 'deep', maxDepth: 5, runs: 400, seed: 19_700_101 },
  ];
  it.each(cases)(
    'holds for $name expressions, reasons and errors included',
    ({ maxDepth, runs, seed }) => {
      const seen = { allow: 0, deny: 0, failing: 0, refused: 0 };
      const agrees = fc.property(arbitraryWorlds(maxDepth), (world) => {
        const outcome = cedarDecides(world);
        count(seen, outcome);
        expect(orRefused(() => kitenDecides(world))).toEqual(outcome);
      });
      fc.assert(agrees, extent(runs, seed));
      // The generator must reach every kind of outcome, or the agreement says little.
      for (const times of Object.values(seen)) expect(times).toBeGreaterThan(runs / 200);
    },
    7_200_000,
  );

  it('holds for policies that come as text, every digit of their integers included', () => {
    const agrees = fc.property(arbitraryWorlds(3), (world) => {
      const text = asText(world);
      // The JSON form has a few things that text can't say, such as a path of names that are no identifiers.
      fc.pre(policySetTextToParts(text).type === 'success');
      const { staticPolicies, templates } = parsePolicies(text);
      const reparsed = { ...world, policies: staticPolicies, templates };
      expect(orRefused(() => kitenDecides(reparsed))).toEqual(cedarDecides(world));
    });
    fc.assert(agrees, extent(120, 31_337));
  }, 7_200_000);
});

function asText({ policies, templates }: World): string {
  const texts = [...Object.entries(policies), ...Object.entries(templates)].map(([id, json]) => {
    const exact = exactIntegers(json) as Parameters<typeof policyToText>[0];
    const answer = id in templates ? templateToText(exact) : policyToText(exact);
    if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join());
    return `@id("${id}")\n${answer.text}`;
  });
  return texts.join('\n// next; "one" 9007199254740993\n');
}

function count(
  seen: { allow: number; deny: number; failing: number; refused: number },
  outcome: Outcome,
): void {
  if (outcome === 'refused') seen.refused++;
  else {
    seen[outcome.allow ? 'allow' : 'deny']++;
    if (outcome.errors.length > 0) seen.failing++;
  }
}
