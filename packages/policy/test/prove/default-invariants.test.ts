import {
  compilePolicies,
  defaultInvariants,
  defaultPolicies,
  defaultSchema,
  PolicyProver,
  policyAnnotations,
} from '@kiten/policy';
import { checkPolicies, parsePolicies, readSchemaModel, validatePolicies } from '@kiten/policy/cedar';
import { describe, expect, it } from 'vitest';

const prover = new PolicyProver(readSchemaModel(defaultSchema));
const invariants = compilePolicies(parsePolicies(defaultInvariants));
const prove = (text: string) => prover.prove(compilePolicies(parsePolicies(text)), invariants);

/** The default policies without one of them, or with one more. */
const without = (id: string) => {
  const statements = defaultPolicies.split(/(?=^@id\()/m);
  const kept = statements.filter((statement) => !statement.startsWith(`@id("${id}")`));
  expect(kept.length).toBe(statements.length - 1);
  return kept.join('');
};
const and = (policy: string) => `${defaultPolicies}\n${policy}`;

describe('the default invariants', () => {
  it('are valid against the default schema, strictly and without warnings', () => {
    expect(validatePolicies(defaultInvariants, defaultSchema)).toEqual({ errors: [], warnings: [] });
  });

  it('have an id and a sentence in English and Japanese each', () => {
    const annotations = policyAnnotations(checkPolicies(defaultInvariants, defaultSchema));
    expect(annotations.size).toBe(defaultInvariants.match(/^@id/gm)?.length);
    for (const [id, { sentence, sentence_ja: japanese }] of annotations) {
      expect(id).not.toMatch(/^policy\d/);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(japanese).toMatch(/^.*[ぁ-ん].*。$/);
    }
  });

  it('are all kept by the default policies, for every request', () => {
    const { outcomes, certificate } = prove(defaultPolicies);
    expect(outcomes.filter(({ result }) => result !== 'proved')).toEqual([]);
    expect(certificate).toBeDefined();
  });

  it.each([
    ['contraindicated-hardware-commands-nothing', without('contraindicated-only-recovers')],
    ['quarantined-only-attests-and-updates', without('quarantined-only-recovers')],
    ['quarantined-only-attests-and-updates', without('quarantined-only-recovers')],
    [
      'device-publishes-in-its-own-name',
      and('permit (principal, action == Action::"publish", resource) when { resource.path like "x/*" };'),
    ],
    ['actuators-obey-attested-executables', without('actuators-obey-attested-executables')],
    ['unknown-or-revoked-reaches-nothing', without('unknown-or-revoked-gets-nothing')],
    ['safety-connects-despite-warnings', without('device-connects')],
    [
      'safety-connects-despite-warnings',
      and(
        'forbid (principal, action == Action::"connect", resource) when { principal has vector && principal.vector.hardware > 40 };',
      ),
    ],
    [
      'safety-publishes-despite-warnings',
      and(
        'forbid (principal, action == Action::"publish", resource) when { principal has tier && principal.tier.configuration == "warning" };',
      ),
    ],
    [
      'safety-is-commanded-despite-warnings',
      and(
        'forbid (principal is Device, action, resource) when { principal has overdue && principal.overdue };',
      ),
    ],
  ])('%s is refuted, with a request, where the policies no longer keep it', (id, text) => {
    const outcome = prove(text).outcomes.find((each) => each.id === id);
    expect(outcome).toMatchObject({
      result: 'refuted',
      counterexample: { request: { principal: { type: 'Device' } } },
    });
  });
});
