import { integer, natural } from '../shape.ts';
import { atomsOf } from './atoms.ts';
import { casesOf } from './cases.ts';
import { array, type Term } from './forms.ts';
import { gatesOf } from './gates.ts';
import { operatorsOf } from './operators.ts';
import type { Policy } from './policy-set.ts';
import { type Literal, never, Propagation } from './propagation.ts';
import { at, Effort, must, need, type PolicyEnvironment } from './report.ts';
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
  const cases = casesOf(terms, atoms, gates);
  const operator = operatorsOf(terms, atoms, gates, cases, effort);
  const satisfied = translationOf(terms, gates, cases, operator, uid, effort);
  return { schema, effort, propagation, gates, names, terms, atoms, satisfied };
}

/** The proof of an environment as it is written: its terms, its atoms, its steps. */
export type Proof = Readonly<Record<'terms' | 'atoms' | 'steps', readonly unknown[]>>;

/** Checks that no claimed invariant can be broken in one environment; without a proof it has to follow by itself. */
export function checkProof(
  policies: readonly Policy[],
  claimed: readonly Policy[],
  proof: Proof | undefined,
  logic: Logic,
): void {
  translate(policies, claimed, proof !== undefined, logic);
  const { terms, atoms, gates, names, propagation } = logic;
  const [known, literals]: [Term[], Literal[]] = [[], []];
  for (const [term, item] of (proof?.terms ?? []).entries())
    at(
      { term },
      () => {
        const { depth } = known[known.push(terms.read(item, known)) - 1]!;
        must(depth <= 64, 'A term is nested more than 64 deep.');
      },
      'term-malformed',
    );
  for (const [atom, item] of (proof?.atoms ?? []).entries())
    at({ atom }, () => literals.push(gates.count(atoms.read(item, known))), 'atom-malformed');
  for (const [step, item] of (proof?.steps ?? []).entries())
    at(
      { step },
      () => {
        const [rule, numbers, ...rest] = array(item, 2);
        const clause = array(numbers, 0, 1024).map((number) => {
          const literal = integer(number) ? literals[Math.abs(number) - 1] : undefined;
          must(literal !== undefined, 'There is no such literal.');
          return Math.sign(number as number) * literal;
        });
        must(natural(rule), 'A rule is a number from 0.');
        const reason = rule === 0 ? 'step-not-implied' : 'step-invalid';
        const holds = isValid(rule, clause, rest, known, logic);
        need(holds, reason, `Rule ${rule} does not give the clause.`);
        propagation.add(clause);
      },
      'step-malformed',
      'step-too-large',
    );
  for (const { id } of claimed)
    at({ invariant: id }, () => {
      const isKept = propagation.implies([-names.get(`broken ${id}`)!]);
      need(isKept, 'invariant-not-proven', 'The steps do not prove the invariant.');
    });
}

/** Translates invariants and policies, and names what they say. Policies do not matter where no invariant has a region. */
function translate(
  policies: readonly Policy[],
  claimed: readonly Policy[],
  hasProof: boolean,
  { satisfied, gates, names }: Logic,
): void {
  const name = (key: string, literal: Literal): Literal => {
    names.set(key, literal);
    return literal;
  };
  const regions = claimed.map((invariant) => {
    const { id } = invariant;
    return name(
      `region ${id}`,
      at({ invariant: id }, () => satisfied(invariant), 'invariant-too-complex'),
    );
  });
  const matters = hasProof || regions.some((region) => region !== never);
  const sides: Record<Policy['effect'], Literal[]> = { permit: [], forbid: [] };
  for (const policy of matters ? policies : []) {
    const literal = at({ policy: policy.id }, () => satisfied(policy), 'policy-too-complex');
    sides[policy.effect].push(name(`policy ${policy.id}`, literal));
  }
  const either = (all: readonly Literal[]): Literal => -gates.gate(all.map((literal) => -literal));
  const permitted = name('permitted ', either(sides.permit));
  const forbidden = name('forbidden ', either(sides.forbid));
  const allowed = name('allowed ', gates.gate([permitted, -forbidden]));
  for (const [index, { id, effect }] of claimed.entries())
    name(
      `broken ${id}`,
      gates.count(gates.gate([regions[index]!, effect === 'forbid' ? allowed : -allowed])),
    );
}
