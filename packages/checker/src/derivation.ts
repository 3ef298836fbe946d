import { attempt, decodeCbor, encodeCbor, equalBytes, toHex } from '@kiten/codec';
import type { Bundle } from './bundle.ts';
import type { CheckedLeaves } from './check.ts';
import type { Basis } from './proving.ts';
import { type DerivationStep, need, type Premise } from './report.ts';
import * as is from './shape.ts';
import { computations } from './vector.ts';

/** Stands for a term, within one rule for the same. */
const variable = is.tuple(is.shape<string>((name) => is.text(name) && is.term(name)));
/** An atom in which terms may be variables. One that computes has the number of terms that its computation has. */
type Pattern = readonly [predicate: string, ...(is.Term | is.Of<typeof variable>)[]];
const pattern = is.shape<Pattern>((value) => {
  if (!is.list(is.either(is.term, variable), 1, 24)(value) || !is.text(value[0])) return false;
  return !value[0].startsWith('=') || computations[value[0]]?.length === value.length - 2;
});
const matching = is.shape<Pattern>((value) => pattern(value) && !computes(value));
/** Label, head and body: from atoms that match the body's patterns the head follows. */
const rule = is.tuple(is.text, matching, is.list(pattern, 0, 16));
/** Name, version and rules. */
const ruleSet = is.tuple(is.text, is.integer, is.list(rule, 1, 64));
type Rule = is.Of<typeof rule>;
type Bindings = Map<string, is.Term>;

const computes = ([predicate]: Pattern): boolean => predicate.startsWith('=');

/** The rules that a bundle names, if the trust file believes them. Their text comes with either. */
export async function believedRules({ digest, ruleText }: Bundle, basis: Basis) {
  const believed = basis.trust.rules.find((rules) => equalBytes(rules.digest, digest));
  need(believed, 'rules-unknown', 'The trust file does not believe these rules.');
  const bytes = ruleText ?? believed.text;
  need(bytes, 'rules-missing', 'Neither the bundle nor the trust file has the text of the rules.');
  need(equalBytes(await basis.cryptography.sha256(bytes), digest), 'rules-changed', 'The digest is another.');
  const set = attempt(() => decodeCbor(bytes, { maxDepth: 6 }));
  need(ruleSet(set), 'rules-malformed', 'The text of the rules is no rule set.');
  return set;
}

/** Applies the steps in order, each to what the leaves and the steps before it yield. */
export function derive({ steps }: Bundle, rules: Rule[], leaves: CheckedLeaves, basis: Basis) {
  const nodes: Premise[] = [...leaves.nodes];
  return steps.map(([number = 0, ...places], step): DerivationStep => {
    basis.place = { step };
    const rule = rules[number];
    need(rule, 'step-malformed', 'There is no such rule.');
    const [label, , body] = rule;
    const count = body.filter((pattern) => !computes(pattern)).length;
    need(places.length === count, 'step-malformed', `The rule “${label}” has more premises, or fewer.`);
    const premises = places.flatMap((place) => nodes[place] ?? []);
    need(premises.length === count, 'step-premise', 'A premise is not an earlier node.');
    const atoms = premises.map(({ atom }) => atom);
    const conclusion = conclude(rule, atoms);
    nodes.push({ step, atom: conclusion });
    return { step, rule: label, premises, conclusion };
  });
}

/** What follows by a rule from premises, one for each pattern of its body that matches. */
function conclude([label, [predicate, ...places], body]: Rule, atoms: is.Atom[]): is.Atom {
  const bound: Bindings = new Map();
  for (const pattern of body) {
    const holds = computes(pattern) ? compute(pattern, bound) : matches(pattern, atoms.shift()!, bound);
    need(holds, 'step-mismatch', `In “${label}” the pattern ${pattern[0]} does not hold.`);
  }
  const terms = places.flatMap((place) => termAt(place, bound) ?? []);
  need(terms.length === places.length, 'step-unbound', `In “${label}” a variable of the head is not bound.`);
  return [predicate, ...terms];
}

const matches = (pattern: Pattern, atom: is.Atom, bound: Bindings): boolean =>
  pattern.length === atom.length && pattern.every((place, index) => agrees(place, atom[index]!, bound));

/** All places between the predicate and the last are inputs, the last is the output. */
function compute(pattern: Pattern, bound: Bindings): boolean {
  const inputs = pattern.slice(1, -1).map((place) => termAt(place, bound));
  const output = computations[pattern[0]]?.(...inputs);
  return output !== undefined && agrees(pattern.at(-1)!, output, bound);
}

/** Whether a place has this term, as a constant or a variable that is bound to it or becomes so now. */
function agrees(place: Pattern[number], term: is.Term, bound: Bindings): boolean {
  const value = termAt(place, bound);
  if (Array.isArray(place) && value === undefined) bound.set(place[0], term);
  return value === undefined || is.sameTerm(value, term);
}

const termAt = (place: Pattern[number], bound: Bindings): is.Term | undefined =>
  Array.isArray(place) ? bound.get(place[0]) : place;

/** Requires that a bundle holds nothing that its proof does not need, and that its last step concludes the goal. */
export function requireGoal(bundle: Bundle, leaves: CheckedLeaves, steps: DerivationStep[], basis: Basis) {
  basis.place = {};
  const signers = new Set(leaves.statements.map(({ keyId }) => toHex(keyId)));
  need(signers.size === leaves.keys.size, 'key-unused', 'A key of the bundle signed no statement of it.');
  const premises = steps.flatMap((step) => step.premises);
  const usedLeaves = new Set(premises.map((node) => node.leaf));
  const usedSteps = new Set(premises.map((node) => node.step));
  const leaf = bundle.leaves.findIndex((_, number) => !usedLeaves.has(number));
  basis.place = { leaf };
  need(leaf < 0, 'leaf-unused', 'No step rests on this leaf.');
  const step = steps.findIndex((_, number) => !usedSteps.has(number));
  basis.place = { step };
  need(step === steps.length - 1, 'step-unused', 'No later step rests on this one.');
  // What a leaf begins with decides the rest of it, which is proven.
  const heads = bundle.leaves.map(([kind, one, two]) => toHex(encodeCbor([kind, one, kind === 1 || two])));
  const repeated = heads.findIndex((item, number) => heads.indexOf(item) < number);
  basis.place = { leaf: repeated };
  need(repeated < 0, 'leaf-repeated', 'An earlier leaf is equal to this one.');
  basis.place = {};
  const isGoal = equalBytes(encodeCbor([...bundle.goal]), encodeCbor([...steps.at(-1)!.conclusion]));
  need(isGoal, 'goal-not-derived', 'The last step does not conclude the goal.');
}
