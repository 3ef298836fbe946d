import { decodeCbor } from '@kiten/codec';
import * as is from '../shape.ts';
import { array, isShort, type Term } from './forms.ts';
import { any } from './json.ts';
import { type Policy, readPolicies } from './policies.ts';
import { type Literal, Propagation } from './propagation.ts';
import { at, Effort, must, need, type PolicyEnvironment, type PolicyReport, Refusal } from './report.ts';
import { isValid } from './rules.ts';
import { type Action, entityKind, readSchema, type Schema } from './schema.ts';
import { termsOf } from './terms.ts';
import { translationOf } from './translate.ts';

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
    if (error instanceof Refusal) return error.report;
    throw error;
  }
}

const ids = is.shape<readonly string[]>(
  (all) => is.list(isShort, 1, 65_536)(all) && new Set(all).size === all.length,
);
const place = is.tuple(isShort, isShort, isShort, isShort);
const proofs = is.list(is.tuple(place, is.list(any, 0, 65_536), is.list(any, 0, 1_000_000)), 0, 4096);
const layout = is.tuple(is.one('kiten-policy-certificate'), is.one(1), ids, proofs);

/** Takes a certificate apart. Whether its terms and steps make sense is not yet asked. */
function readCertificate(certificate: Uint8Array) {
  const maxBytes = 2 ** 24;
  need(certificate.length <= maxBytes, 'certificate-too-large', 'A certificate has at most 16 MiB.');
  const item = decodeCbor(certificate, { maxBytes, maxItems: maxBytes, maxDepth: 9 });
  const isOther = is.otherVersion('kiten-policy-certificate', 1)(item);
  need(!isOther, 'certificate-version', 'This checker reads version 1 of policy certificates.');
  must(layout(item), 'The layout is not that of a policy certificate.');
  return { proven: item[2], proofs: item[3] };
}

/** The steps of the specification, in its order. */
function check(input: PolicyCheckInput): PolicyReport {
  need(is.bytes(input.certificate), 'certificate-malformed', 'A certificate consists of bytes.');
  const { proven, proofs } = at({}, () => readCertificate(input.certificate), 'certificate-malformed');
  const schema = at({}, () => readSchema(input.schema), 'schema-malformed');
  const policies = at({}, () => readPolicies(input.policies, 'policy'), 'policy-malformed');
  const given = at({}, () => readPolicies(input.invariants, 'invariant'), 'invariant-malformed');
  for (const invariant of proven) {
    const isGiven = given.some(({ id }) => id === invariant);
    at({ invariant }, () => need(isGiven, 'invariant-unknown', 'There is no invariant of this id.'));
  }
  const claim = { policies, claimed: given.filter(({ id }) => proven.includes(id)) };
  const environments = new Map<string, { place: PolicyEnvironment; action: Action; proof?: Proof }>();
  for (const action of schema.actions.values())
    for (const principal of action.principals)
      for (const resource of action.resources) {
        const place = { principal, action: action.uid, resource };
        environments.set(JSON.stringify(place), { place, action });
      }
  for (const [[principal, type, id, resource], terms, steps] of proofs) {
    const environment = { principal, action: { type, id }, resource };
    at({ environment }, () => {
      const known = environments.get(JSON.stringify(environment));
      need(known, 'environment-unknown', 'The schema has no such environment.');
      need(!known.proof, 'environment-repeated', 'There are two proofs of this environment.');
      known.proof = { terms, steps };
    });
  }
  for (const { place, action, proof = { terms: [], steps: [] } } of environments.values())
    at({ environment: place }, () => checkProof(claim, proof, logicOf(schema, place, action)));
  const unproven = given.map(({ id }) => id).filter((id) => !proven.includes(id));
  return { holds: true, proven, unproven, environments: environments.size };
}

/** What one environment is reasoned about with. */
export type Logic = ReturnType<typeof logicOf>;

export function logicOf(schema: Schema, place: PolicyEnvironment, { uid, context }: Action) {
  const [effort, names, known] = [new Effort(), new Map<string, Literal>(), [] as Term[]];
  const propagation = new Propagation(effort);
  const typeOf = (name: string) => ({ kind: entityKind(name), depth: 0 });
  const variables = { principal: typeOf(place.principal), resource: typeOf(place.resource), context };
  const terms = termsOf(schema, variables, names, propagation, effort);
  const translation = translationOf(terms, propagation, uid, effort);
  return { schema, effort, propagation, names, known, ...terms, ...translation };
}

/** The proof of an environment as it is written. */
type Proof = Readonly<Record<'terms' | 'steps', readonly unknown[]>>;
/** What is proven of what. */
type Claim = Readonly<Record<'policies' | 'claimed', readonly Policy[]>>;

/** Checks that no claimed invariant can be broken in one environment; without a proof it has to follow by itself. */
function checkProof(claim: Claim, proof: Proof, logic: Logic): void {
  translate(claim, proof, logic);
  const { read, names, known, propagation } = logic;
  const readTerm = (item: unknown): void => {
    const term = read(item, known);
    must(term.depth <= 64, 'A term is nested more than 64 deep.');
    known.push(term);
  };
  const literalOf = (number: unknown): Literal => {
    const literal = is.integer(number) ? known[Math.abs(number) - 1]?.literal : undefined;
    must(literal !== undefined, 'There is no such literal.');
    return Math.sign(number as number) * literal;
  };
  const readStep = (item: unknown): void => {
    const [rule, numbers, ...rest] = array(item, 2);
    const clause = array(numbers, 0, 1024).map(literalOf);
    must(is.natural(rule), 'A rule is a number from 0.');
    const isSound = isValid(rule, clause, rest, logic);
    need(isSound, rule === 0 ? 'step-not-implied' : 'step-invalid', `Rule ${rule} does not give the clause.`);
    propagation.add(clause);
  };
  for (const [term, item] of proof.terms.entries()) at({ term }, () => readTerm(item), 'term-malformed');
  for (const [step, item] of proof.steps.entries())
    at({ step }, () => readStep(item), 'step-malformed', 'step-too-large');
  for (const { id } of claim.claimed)
    at({ invariant: id }, () => {
      const isKept = propagation.implies([-names.get(`broken ${id}`)!]);
      need(isKept, 'invariant-not-proven', 'The steps do not prove the invariant.');
    });
}

/** Translates invariants, and the policies that the proof names; and names what they say. */
function translate({ policies, claimed }: Claim, proof: Proof, logic: Logic): void {
  const { satisfied, isOpen, names, propagation } = logic;
  const name = (key: string, literal: Literal): Literal => names.set(key, literal).get(key)!;
  const region = (invariant: Policy) => name(`region ${invariant.id}`, satisfied(invariant));
  for (const invariant of claimed)
    at({ invariant: invariant.id }, () => region(invariant), 'invariant-too-complex');
  const needed = new Set(proof.terms.flatMap((item) => (isNaming(item) ? item[1] : [])));
  const sides: Record<Policy['effect'], Set<Literal>> = { permit: new Set(), forbid: new Set() };
  // The proof holds whatever the others say.
  const others = { permit: propagation.variable(), forbid: propagation.variable() };
  const add = (policy: Policy): void => {
    const { id, effect } = policy;
    if (needed.has(id)) sides[effect].add(name(`policy ${id}`, satisfied(policy)));
    else if (!sides[effect].has(others[effect]) && isOpen(policy)) sides[effect].add(others[effect]);
  };
  for (const policy of policies) at({ policy: policy.id }, () => add(policy), 'policy-too-complex');
  const either = (all: Iterable<Literal>): Literal =>
    -propagation.gate(Array.from(all, (literal) => -literal));
  const permitted = name('permitted', either(sides.permit));
  const forbidden = name('forbidden', either(sides.forbid));
  const allowed = name('allowed', propagation.gate([permitted, -forbidden]));
  for (const invariant of claimed) {
    const wrong = invariant.effect === 'forbid' ? allowed : -allowed;
    name(`broken ${invariant.id}`, propagation.gate([names.get(`region ${invariant.id}`)!, wrong]));
  }
}

const isNaming = is.tuple(is.one('policy'), is.text);
