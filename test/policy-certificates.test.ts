import { checkPolicyCertificate } from '@kiten/checker/policy';
import { type CborValue, decodeCbor, encodeCbor } from '@kiten/codec';
import {
  compilePolicies,
  defaultInvariants,
  defaultPolicies,
  defaultSchema,
  exactJsonText,
  PolicyProver,
  type PolicySetJson,
} from '@kiten/policy';
import { parsePolicies, readSchemaModel, resolveSchema } from '@kiten/policy/cedar';
import { describe, expect, test } from 'vitest';
import { randomImplications } from '../packages/policy/test/prove/support/implications.ts';
import { randomSets } from '../packages/policy/test/prove/support/policies.ts';
import { Random } from '../packages/policy/test/prove/support/random.ts';
import { testModel, testSchema } from '../packages/policy/test/prove/support/schema.ts';

// The prover and the checker share nothing but docs/policy-certificate.md: here each of them is held against the other.

const rounds = Number(process.env.KITEN_ROUNDS ?? (process.env.KITEN_LONG === '1' ? 3_000 : 120));
const first = Number(process.env.KITEN_SEED ?? 1);
const schema = exactJsonText(resolveSchema(testSchema));

/** Invariants under their ids. */
function named(invariants: PolicySetJson): PolicySetJson {
  const policies = Object.entries(invariants.staticPolicies);
  const staticPolicies = policies.map(([id, policy]) => [id, { ...policy, annotations: { id } }] as const);
  return { ...invariants, staticPolicies: Object.fromEntries(staticPolicies) };
}

describe('what is proved of random policy sets', () => {
  const kinds = { sets: randomSets, implications: randomImplications };
  const cases = (['read', 'meet'] as const).flatMap((action) =>
    (['sets', 'implications'] as const).map((kind) => ({ action, kind })),
  );
  test.each(cases)(
    'holds to the checker, of $kind about requests to $action; of less than that or more nothing holds',
    ({ action, kind }) => {
      let certificates = 0;
      for (let seed = first; seed < first + rounds; seed++) {
        const random = new Random(seed * 104_729);
        const sets = kinds[kind](random, action, 2 + (seed % 4));
        const invariants = named(sets.invariants);
        const { outcomes, certificate } = new PolicyProver(testModel).prove(
          compilePolicies(sets.policies),
          compilePolicies(invariants),
        );
        if (certificate === undefined) continue;
        certificates++;
        const input = {
          schema,
          policies: exactJsonText(sets.policies),
          invariants: exactJsonText(invariants),
        };
        const ids = (isProved: boolean) =>
          outcomes.filter(({ result }) => (result === 'proved') === isProved).map(({ id }) => id);
        const [proven, unproven] = [ids(true), ids(false)];
        expect([seed, checkPolicyCertificate({ ...input, certificate })]).toEqual([
          seed,
          { holds: true, proven, unproven, environments: 3 },
        ]);
        if (unproven.length === 0) continue;
        const [format, version, , proofs] = decodeCbor(certificate, { maxDepth: 9 }) as CborValue[];
        const claim = encodeCbor([format!, version!, [...proven, ...unproven], proofs!]);
        const isRefuted = outcomes.some(({ result }) => result === 'refuted');
        if (isRefuted)
          expect([seed, checkPolicyCertificate({ ...input, certificate: claim })]).toMatchObject([
            seed,
            { holds: false },
          ]);
      }
      expect(certificates).toBeGreaterThan(rounds / 4);
    },
    7_200_000,
  );
});

test.each([
  ['read', 700_003],
  ['meet', 700_380],
] as const)('the terms of what is rounded down may have a factor in common: %s, seed %i', (action, seed) => {
  const { policies, invariants } = randomImplications(new Random(seed * 104_729), action);
  const wanted = named(invariants);
  const { outcomes, certificate } = new PolicyProver(testModel).prove(
    compilePolicies(policies),
    compilePolicies(wanted),
  );
  const given = { schema, policies: exactJsonText(policies), invariants: exactJsonText(wanted) };
  expect(checkPolicyCertificate({ ...given, certificate: certificate! })).toMatchObject({
    holds: true,
    proven: outcomes.map(({ id }) => id),
  });
});

describe('a certificate says which policies it needs', () => {
  const scopes = '(principal is User, action == Action::"read", resource is File)';
  const when = (condition: string) => `${scopes} when { ${condition} };`;
  const invariant = `@id("i") forbid ${when('context.n > 5')}`;
  const prove = (policies: string, invariants = invariant) => {
    const [set, wanted] = [parsePolicies(policies), parsePolicies(invariants)];
    const { certificate } = new PolicyProver(testModel).prove(compilePolicies(set), compilePolicies(wanted));
    const [policiesJson, invariantsJson] = [exactJsonText(set), exactJsonText(wanted)];
    const report = checkPolicyCertificate({
      ...{ certificate: certificate!, schema, policies: policiesJson, invariants: invariantsJson },
    });
    const [, , , proofs] = decodeCbor(certificate!, { maxDepth: 9 }) as [
      string,
      number,
      string[],
      CborValue[][],
    ];
    const named = (terms: CborValue) => (terms as CborValue[][]).filter(([form]) => form === 'policy');
    return { report, needed: proofs.map((proof) => named(proof[1]!).map(([, id]) => id)) };
  };
  const sets: Readonly<Record<string, readonly [policies: string, needed: readonly string[]]>> = {
    'not a forbid of something else': [
      `@id("p") permit ${when('context.n < 3')} @id("q") forbid ${when('context.n == 0')}`,
      ['p'],
    ],
    'not a permit where all is forbidden': [
      `@id("p") permit ${when('context.n < 9')} @id("q") forbid ${when('context.n > 5')}`,
      ['q'],
    ],
    'not a permit of other requests': [
      `@id("p") permit ${when('context.n < 3')} @id("q") permit (principal, action == Action::"meet", resource);`,
      ['p'],
    ],
    'but one whose condition is never true': [
      `@id("p") permit ${when('context.n < 3')} @id("q") permit ${when('1 == 2')}`,
      ['p', 'q'],
    ],
    'and all where they cancel each other out': [
      `@id("p") permit ${when('context.n < 3')} @id("q") forbid ${when('!(context.n < 3)')}
       @id("r") permit ${when('!(context.n < 3)')}`,
      ['p', 'q', 'r'],
    ],
  };
  test.each(Object.entries(sets))('%s', (_, [policies, needed]) => {
    const said = prove(policies);
    expect(said.report).toMatchObject({ holds: true, proven: ['i'] });
    expect(said.needed.map((ids) => [...(ids as string[])].sort())).toEqual([[...needed].sort()]);
  });

  test('and speaks of no invariant that it does not claim, though that says the same as the decision', () => {
    const policies = `@id("p") permit ${when('context.n < 3')} @id("q") forbid ${when('context.n == 0')}`;
    const all = `@id("j") forbid (principal is User, action == Action::"read", resource is File);`;
    expect(prove(policies, `${all}${invariant}`).report).toMatchObject({ holds: true, unproven: ['j'] });
  });
});

describe('the certificate of the default policies', () => {
  const [policies, invariants] = [parsePolicies(defaultPolicies), parsePolicies(defaultInvariants)];
  const { certificate } = new PolicyProver(readSchemaModel(defaultSchema)).prove(
    compilePolicies(policies),
    compilePolicies(invariants),
  );
  const input = {
    certificate: certificate!,
    schema: exactJsonText(resolveSchema(defaultSchema)),
    policies: exactJsonText(policies),
    invariants: exactJsonText(invariants),
  };
  const ids = Object.keys(invariants.staticPolicies);

  test('holds to the checker, for each of their invariants', () => {
    expect(checkPolicyCertificate(input)).toMatchObject({ holds: true, proven: ids, unproven: [] });
  });

  test.each(
    Object.keys(policies.staticPolicies).filter((id) => policies.staticPolicies[id]!.effect === 'forbid'),
  )('proves nothing any more of policies without the forbid %s, unless it still holds of them', (id) => {
    const { [id]: _, ...others } = policies.staticPolicies;
    const less = { ...policies, staticPolicies: others };
    const report = checkPolicyCertificate({ ...input, policies: exactJsonText(less) });
    const { outcomes } = new PolicyProver(readSchemaModel(defaultSchema)).prove(
      compilePolicies(less),
      compilePolicies(invariants),
    );
    if (outcomes.some(({ result }) => result !== 'proved')) expect(report.holds).toBe(false);
  });

  test('of all its mutants none proves what is not so', () => {
    // Of these policies, which permit everything, no invariant that forbids is kept.
    const all = Object.keys(policies.staticPolicies);
    const permits = all.map((id) => `@id("${id}") permit (principal, action, resource);`);
    const everything = exactJsonText(parsePolicies(permits.join('\n')));
    const random = new Random(Number(process.env.KITEN_SEED ?? 1));
    const reasons = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const bytes = mutated(certificate!, random);
      const report = checkPolicyCertificate({ ...input, policies: everything, certificate: bytes });
      expect(report.holds).toBe(false);
      if (report.holds) continue;
      reasons.set(report.reason, (reasons.get(report.reason) ?? 0) + 1);
    }
    // They are refused for more than their form.
    expect([...reasons.keys()]).toEqual(
      expect.arrayContaining(['certificate-malformed', 'step-not-implied']),
    );
    expect(reasons.size).toBeGreaterThan(4);
  }, 7_200_000);
});

/** A part of a certificate exchanged for another, left out, or put twice; or a byte that is another. */
function mutated(certificate: Uint8Array, random: Random): Uint8Array {
  if (random.chance(0.1)) {
    const bytes = certificate.slice();
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    return bytes;
  }
  const item = decodeCbor(certificate, { maxDepth: 9 });
  let at = item as CborValue[];
  for (let depth = 1 + random.below(5); depth > 0; depth--) {
    const inner = random.pick(at);
    if (Array.isArray(inner) && inner.length > 0) at = inner as CborValue[];
  }
  const [one, other] = [random.below(at.length), random.below(at.length)];
  const part = at[one]!;
  const change = random.pick(['less', 'more', 'other', 'other']);
  if (change === 'less') at.splice(one, 1);
  else if (change === 'more') at.splice(one, 0, part);
  else if (typeof part === 'number' && random.chance(0.7)) at[one] = random.pick([-part, part + 1, 0, 1]);
  else [at[one], at[other]] = [at[other]!, part];
  return encodeCbor(item);
}
