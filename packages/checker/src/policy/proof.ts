import { integer, natural } from '../shape.ts';
import { atomsOf } from './atoms.ts';
import { array, type Term } from './forms.ts';
import { gatesOf } from './gates.ts';
import { operatorsOf } from './operators.ts';
import type { Policy } from './policy-set.ts';
import { type Literal, never, Propagation } from './propagation.ts';
import { at, Effort, must, need, type PolicyEnvironment, type PolicyReason } from './report.ts';
import { isValid } from './rules.ts';
import { type Action, entityKind, type Schema } from './schema.ts';
import { termsOf } from './terms.ts';
import { translationOf } from './translate.ts';

/** What one environment is reasoned about with. */
export type Logic = ReturnType<typeof logicOf>;

export function logicOf(schema: Schema, place: PolicyEnvironment, { uid, context }: Action) {
  const [effort, propagation, names] = [new Effort(), new Propagation(), new Map<string, Literal>()];
  const gates = gatesOf(propagation, effort);
  const typeOf = (name: string) => ({ kind: entityKind(name), depth: 0 });
  const variables = { principal: typeOf(place.principal), resource: typeOf(place.resource), context };
  const terms = termsOf(schema, variables, effort);
  const atoms = atomsOf(schema, terms, gates, names, propagation, effort);
  const operator = operatorsOf(terms, atoms, gates, effort);
  const translation = translationOf(terms, atoms, gates, operator, uid, effort);
  return { schema, effort, propagation, gates, names, terms, atoms, ...translation };
}

/**
 * The proof of an environment as it is written: its terms, its atoms, its steps; and the ids of the policies whose meaning
 * it needs, undefined if it needs all.
 */
export type Proof = Readonly<Record<'terms' | 'atoms' | 'steps', readonly unknown[]>> &
  Readonly<{ needed: ReadonlySet<string> | undefined }>;
/** What is proven of what. */
export type Claim = Readonly<Record<'policies' | 'claimed', readonly Policy[]>>;

/** Checks that no claimed invariant can be broken in one environment; without a proof it has to follow by itself. */
export function checkProof(claim: Claim, proof: Proof | undefined, logic: Logic): void {
  translate(claim, proof, logic);
  const { terms, atoms, gates, names, propagation } = logic;
  const [known, literals]: [Term[], Literal[]] = [[], []];
  const each = (kind: 'term' | 'atom' | 'step', act: (item: unknown) => void, tooLarge?: PolicyReason) => {
    for (const [index, item] of (proof?.[`${kind}s`] ?? []).entries())
      at({ [kind]: index }, () => act(item), `${kind}-malformed`, tooLarge);
  };
  each('term', (item) => {
    const term = terms.read(item, known);
    must(term.depth <= 64, 'A term is nested more than 64 deep.');
    known.push(term);
  });
  each('atom', (item) => literals.push(gates.count(atoms.read(item, known))));
  const readStep = (item: unknown): void => {
    const [rule, numbers, ...rest] = array(item, 2);
    const clause = array(numbers, 0, 1024).map((number) => {
      const literal = integer(number) ? literals[Math.abs(number) - 1] : undefined;
      must(literal !== undefined, 'There is no such literal.');
      return Math.sign(number as number) * literal;
    });
    must(natural(rule), 'A rule is a number from 0.');
    const isSound = isValid(rule, clause, rest, known, logic);
    need(isSound, rule === 0 ? 'step-not-implied' : 'step-invalid', `Rule ${rule} does not give the clause.`);
    propagation.add(clause);
  };
  each('step', readStep, 'step-too-large');
  for (const { id } of claim.claimed)
    at({ invariant: id }, () => {
      const isKept = propagation.implies([-names.get(`broken ${id}`)!]);
      need(isKept, 'invariant-not-proven', 'The steps do not prove the invariant.');
    });
}

/** Translates invariants and policies, and names what they say. */
function translate({ policies, claimed }: Claim, proof: Proof | undefined, logic: Logic): void {
  const { satisfied, isOpen, gates, names, propagation } = logic;
  const name = (key: string, literal: Literal): Literal => {
    names.set(key, literal);
    return literal;
  };
  const regions = claimed.map((invariant) => {
    const region = at({ invariant: invariant.id }, () => satisfied(invariant), 'invariant-too-complex');
    return name(`region ${invariant.id}`, region);
  });
  const sides: Record<Policy['effect'], Literal[]> = { permit: [], forbid: [] };
  const open = new Map<Policy['effect'], Literal>();
  const add = (policy: Policy): void => {
    const { id, effect } = policy;
    if (proof?.needed?.has(id) !== false) sides[effect].push(name(`policy ${id}`, satisfied(policy)));
    // The proof holds whatever the others say.
    else if (!open.has(effect) && isOpen(policy)) open.set(effect, propagation.variable());
  };
  // Where no invariant has a region policies do not matter.
  const matters = proof !== undefined || regions.some((region) => region !== never);
  for (const policy of matters ? policies : [])
    at({ policy: policy.id }, () => add(policy), 'policy-too-complex');
  const either = (effect: Policy['effect']): Literal =>
    -gates.gate([...sides[effect], open.get(effect) ?? never].map((literal) => -literal));
  const permitted = name('permitted ', either('permit'));
  const forbidden = name('forbidden ', either('forbid'));
  const allowed = name('allowed ', gates.gate([permitted, -forbidden]));
  for (const [index, { id, effect }] of claimed.entries()) {
    const broken = gates.gate([regions[index]!, effect === 'forbid' ? allowed : -allowed]);
    name(`broken ${id}`, gates.count(broken));
  }
}
