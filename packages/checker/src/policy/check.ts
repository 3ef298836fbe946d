import { decodeCbor } from '@kiten/codec';
import { bytes, integer } from '../shape.ts';
import { array, readText } from './forms.ts';
import { nameOf } from './json.ts';
import { readPolicies } from './policy-set.ts';
import { checkProof, logicOf, type Proof } from './proof.ts';
import {
  at,
  must,
  need,
  type PolicyEnvironment,
  type PolicyReason,
  type PolicyReport,
  Refusal,
} from './report.ts';
import { type Action, readSchema } from './schema.ts';

/** A certificate; and in JSON what it is about: Cedar's policy set, its schema with names resolved, and invariants. */
export type PolicyCheckInput = Readonly<Record<'policies' | 'schema' | 'invariants', string>> &
  Readonly<{ certificate: Uint8Array }>;

/**
 * Checks that a certificate proves of a policy set that it keeps invariants (docs/policy-certificate.md). Whatever the
 * input, it reports.
 */
export function checkPolicyCertificate(input: PolicyCheckInput): PolicyReport {
  try {
    return check(input);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { holds: false, reason: error.reason as PolicyReason, ...error.place, message: error.message };
  }
}

/** Takes a certificate apart. Whether its terms, atoms and steps make sense is not yet asked. */
function readCertificate(bytes: Uint8Array) {
  const maxBytes = 2 ** 24;
  need(bytes.length <= maxBytes, 'certificate-too-large', 'A certificate has at most 16 MiB.');
  const item = decodeCbor(bytes, { maxBytes, maxItems: maxBytes, maxDepth: 9 });
  const [format, version, ...rest] = array(item, 2);
  must(format === 'kiten-policy-certificate' && integer(version), 'This is no policy certificate.');
  // Another version may have another layout.
  need(version === 1, 'certificate-version', 'This checker reads version 1 of policy certificates.');
  const ids = (all: unknown, least: number): ReadonlySet<string> => {
    const distinct = new Set(array(all, least, 65_536).map(readText));
    must(distinct.size === array(all, least).length, 'An id stands twice.');
    return distinct;
  };
  const [claimed, proofs] = array(rest, 2, 2);
  const read = array(proofs, 0, 4096).map((proof) => {
    const [place, terms, atoms, steps, ...more] = array(proof, 4, 5);
    const [principal = '', type = '', id = '', resource = ''] = array(place, 4, 4).map(readText);
    const lists = { terms: array(terms, 0, 65_536), atoms: array(atoms, 0, 65_536) };
    const [needed] = more.map((all) => ids(all, 0));
    const parts = { ...lists, steps: array(steps, 0, 1_000_000), needed };
    return { environment: { principal, action: { type, id }, resource }, proof: parts };
  });
  return { proven: [...ids(claimed, 1)], proofs: read };
}

const keyOf = ({ principal, action, resource }: PolicyEnvironment): string =>
  `${principal} ${resource} ${nameOf(action)}`;

/** The steps of the specification, in its order. */
function check(input: PolicyCheckInput): PolicyReport {
  need(bytes(input.certificate), 'certificate-malformed', 'A certificate consists of bytes.');
  const { proven, proofs } = at({}, () => readCertificate(input.certificate), 'certificate-malformed');
  const schema = at({}, () => readSchema(input.schema), 'schema-malformed');
  const policies = at({}, () => readPolicies(input.policies, 'policy'), 'policy-malformed');
  const given = at({}, () => readPolicies(input.invariants, 'invariant'), 'invariant-malformed');
  const claimed = proven.map((id) => {
    const invariant = given.find((one) => one.id === id);
    if (invariant === undefined)
      throw new Refusal('invariant-unknown', 'There is no invariant of this id.', { invariant: id });
    return invariant;
  });
  const environments = new Map<string, { place: PolicyEnvironment; action: Action; proof?: Proof }>();
  for (const action of schema.actions.values())
    for (const principal of action.principals)
      for (const resource of action.resources) {
        const place = { principal, action: action.uid, resource };
        environments.set(keyOf(place), { place, action });
      }
  for (const { environment, proof } of proofs)
    at({ environment }, () => {
      const known = environments.get(keyOf(environment));
      need(known, 'environment-unknown', 'The schema has no such environment.');
      need(!known.proof, 'environment-repeated', 'There are two proofs of this environment.');
      known.proof = proof;
    });
  for (const { place, action, proof } of environments.values())
    at({ environment: place }, () =>
      checkProof({ policies, claimed }, proof, logicOf(schema, place, action)),
    );
  const unproven = given.map(({ id }) => id).filter((id) => !proven.includes(id));
  return { holds: true, proven, unproven, environments: environments.size };
}
