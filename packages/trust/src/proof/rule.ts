import { type CborValue, decodeCbor, encodeCbor, KitenError, type Sha256 } from '@kiten/codec';
import { atomLimits, isTerm, type Term } from './term.ts';

/** A variable, as its encoding has it: an array of its name. */
export type Variable = readonly [name: string];

/** An atom in which terms may be variables. One whose predicate begins with `=` computes. */
export type Pattern = readonly [predicate: string, ...terms: (Term | Variable)[]];

/** The head follows if there are atoms that match the body, computations included, under one assignment. */
export interface Rule {
  readonly label: string;
  readonly head: Pattern;
  readonly body: readonly Pattern[];
}

/** Rules under one name and version. A step names a rule by its place. */
export interface RuleSet {
  readonly name: string;
  readonly version: number;
  readonly rules: readonly Rule[];
}

/** Bounds of docs/verdict-bundle.md, Rules. */
export const ruleLimits = { rules: 64, body: 16 } as const;

/** The largest rule set that is read, in bytes: a bundle cannot carry a larger one. */
const maximumRuleSetBytes = 65_536;

/**
 * The rule set as core deterministic CBOR: `[name, version, [[label, head, body] …]]`.
 *
 * @throws KitenError `trust/rules-malformed`
 */
export function encodeRuleSet(ruleSet: RuleSet): Uint8Array {
  const rules = ruleSet.rules.map(({ label, head, body }) => [label, head, body]);
  const value: unknown = [ruleSet.name, ruleSet.version, rules];
  mustBeRuleSet(value);
  return encodeCbor(value as unknown as CborValue);
}

/**
 * Reads what `encodeRuleSet` wrote, and nothing else. Whether the rules can be applied, `compileRules` finds.
 *
 * @throws KitenError `trust/rules-malformed`
 */
export function decodeRuleSet(bytes: Uint8Array): RuleSet {
  let value: unknown;
  try {
    value = decodeCbor(bytes, { maxDepth: 6, maxBytes: maximumRuleSetBytes });
  } catch (cause) {
    throw malformed('A rule set is one array in deterministic CBOR.', cause);
  }
  mustBeRuleSet(value);
  const [name, version, rules] = value;
  return { name, version, rules: rules.map(([label, head, body]) => ({ label, head, body })) };
}

/** What names a rule set: SHA-256 of its encoding. */
export function ruleSetDigest(ruleSet: RuleSet, sha256: Sha256): Uint8Array {
  return sha256(encodeRuleSet(ruleSet));
}

/** Whether a term of a pattern is a variable. */
export function isVariable(term: Term | Variable): term is Variable {
  return Array.isArray(term);
}

/** Whether a pattern computes instead of matching an atom. */
export function computes([predicate]: Pattern): boolean {
  return predicate.startsWith('=');
}

type EncodedRule = readonly [label: string, head: Pattern, body: readonly Pattern[]];
type EncodedRuleSet = readonly [name: string, version: number, rules: readonly EncodedRule[]];

function mustBeRuleSet(value: unknown): asserts value is EncodedRuleSet {
  if (!Array.isArray(value) || value.length !== 3)
    throw malformed('A rule set is a name, a version and rules.');
  const [name, version, rules] = value;
  if (!isText(name)) throw malformed('A rule set has a name of at most 256 bytes.');
  if (typeof version !== 'number' || !isTerm(version))
    throw malformed('The version of a rule set is an integer.');
  if (!Array.isArray(rules) || rules.length < 1 || rules.length > ruleLimits.rules) {
    throw malformed(`A rule set has 1 to ${ruleLimits.rules} rules.`);
  }
  for (const rule of rules) mustBeRule(rule);
}

function mustBeRule(value: unknown): void {
  if (!Array.isArray(value) || value.length !== 3) throw malformed('A rule is a label, a head and a body.');
  const [label, head, body] = value;
  if (!isText(label)) throw malformed('A rule has a label of at most 256 bytes.');
  if (!Array.isArray(body) || body.length > ruleLimits.body) {
    throw malformed(`The body of a rule has at most ${ruleLimits.body} patterns.`);
  }
  if (![head, ...body].every(isPattern)) {
    throw malformed('A pattern is a predicate and up to 23 terms or variables.');
  }
}

function isPattern(value: unknown): value is Pattern {
  return (
    Array.isArray(value) &&
    value.length <= atomLimits.terms &&
    typeof value[0] === 'string' &&
    value.every((term) => isTerm(term) || (Array.isArray(term) && term.length === 1 && isText(term[0])))
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && isTerm(value);
}

function malformed(sentence: string, cause?: unknown): KitenError {
  return new KitenError('trust/rules-malformed', sentence, { cause });
}
