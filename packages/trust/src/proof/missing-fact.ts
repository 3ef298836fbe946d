import { asks } from './check-rules.ts';
import { computations } from './compute.ts';
import type { AskMark, Evaluation } from './evaluate.ts';
import { reasonFor } from './missing-reason.ts';
import { computes, isVariable, type Pattern, type Rule } from './rule.ts';
import { patternText } from './rule-text.ts';
import { type Atom, sameTerm, type Term } from './term.ts';

/** Why something does not follow: the fact whose absence stopped the derivation that went furthest. */
export interface MissingFact {
  readonly reason: string;
  /** The fact in Datalog, with variables for what could be anything. */
  readonly missing: string;
}

/** Bounds of the search, in rules followed and atoms looked at; beyond them, what was found so far is the answer. */
const limits = { depth: 256, atoms: 500_000 } as const;

/** The fact that a verdict on the subject lacks. For people: nothing depends on it. */
export function missingFact(evaluation: Evaluation, ask: AskMark, subject: string): MissingFact {
  const search = new Search(evaluation, ask);
  const names = ['Epoch', 'Holder', 'Standing', 'Status', 'Vector', 'Overdue', 'Profile', 'At', 'Until'];
  const pattern = search.nearest(['verdict', subject, ...names.map((name) => [name] as const)]);
  return { reason: reasonFor(pattern), missing: patternText(pattern) };
}

type Bindings = ReadonlyMap<string, Term>;

/** How far one attempt to apply a rule came: how many patterns matched, and the first that did not. */
interface Reach {
  readonly matched: number;
  readonly stopped: Pattern;
}

class Search {
  readonly #rules: readonly Rule[];
  readonly #ask: AskMark;
  readonly #atoms = new Map<string, Atom[]>();
  readonly #derived: ReadonlySet<string>;
  #lookedAt = 0;

  constructor(evaluation: Evaluation, ask: AskMark) {
    this.#rules = evaluation.rules.ruleSet.rules;
    this.#ask = ask;
    this.#derived = new Set(this.#rules.map(({ head }) => head[0]));
    for (let number = 0; number < evaluation.size; number += 1) {
      const atom = evaluation.atom(number);
      const others = this.#atoms.get(atom[0]);
      if (others === undefined) this.#atoms.set(atom[0], [atom]);
      else others.push(atom);
    }
  }

  /** Follows what is missing back through the rules, to something that no rule derives or that goes in a circle. */
  nearest(goal: Pattern): Pattern {
    const seen = new Set<string>();
    let missing = goal;
    while (this.#derived.has(missing[0]) && seen.size < limits.depth && !seen.has(patternText(missing))) {
      seen.add(patternText(missing));
      const reach = this.#furthest(missing);
      if (reach === undefined) return missing;
      missing = reach.stopped;
    }
    return missing;
  }

  /** Of the rules that could conclude the goal, where the one that came furthest stopped; of equals the first. */
  #furthest(goal: Pattern): Reach | undefined {
    let furthest: Reach | undefined;
    for (const { head, body } of this.#rules) {
      const bindings = unify(head, goal);
      if (bindings === undefined) continue;
      const reach = this.#reach(body, bindings, 0);
      if (reach !== undefined && reach.matched > (furthest?.matched ?? -1)) furthest = reach;
    }
    return furthest;
  }

  #reach(body: readonly Pattern[], bindings: Bindings, matched: number): Reach | undefined {
    const next = this.#next(body, bindings);
    if (next === undefined) return undefined;
    const pattern = substitute(next, bindings);
    const rest = body.filter((other) => other !== next);
    let furthest: Reach = { matched, stopped: pattern };
    for (const found of this.#solutions(pattern)) {
      const reach = this.#reach(rest, new Map([...bindings, ...found]), matched + 1);
      if (reach === undefined) return undefined;
      if (reach.matched > furthest.matched) furthest = reach;
    }
    return furthest;
  }

  /** Computations come first, then what was given, marks, and what has to be derived: it is known the better by then. */
  #next(body: readonly Pattern[], bindings: Bindings): Pattern | undefined {
    const isKnown = (term: Pattern[number]) => !isVariable(term) || bindings.has(term[0]);
    return (
      body.find((pattern) => computes(pattern) && pattern.slice(1, -1).every(isKnown)) ??
      body.find((pattern) => !computes(pattern) && !asks(pattern) && !this.#derived.has(pattern[0])) ??
      body.find((pattern) => asks(pattern) && pattern.every(isKnown)) ??
      body.find((pattern) => this.#derived.has(pattern[0])) ??
      body[0]
    );
  }

  *#solutions(pattern: Pattern): Generator<Bindings> {
    if (computes(pattern)) {
      const [predicate, ...terms] = pattern;
      const output = computations.get(predicate)?.compute(terms.slice(0, -1) as Term[]);
      const bindings =
        output === undefined ? undefined : unify([predicate, ...terms.slice(-1)], [predicate, output]);
      if (bindings !== undefined) yield bindings;
    } else if (asks(pattern)) {
      if (this.#ask(pattern as Atom)) yield new Map();
    } else {
      for (const atom of this.#atoms.get(pattern[0]) ?? []) {
        this.#lookedAt += 1;
        if (this.#lookedAt > limits.atoms) return;
        const bindings = unify(pattern, atom);
        if (bindings !== undefined) yield bindings;
      }
    }
  }
}

/** What a pattern's variables have to be for it to be the other one, whose own variables could be anything. */
function unify(pattern: Pattern, other: Pattern): Bindings | undefined {
  if (pattern.length !== other.length) return undefined;
  const bindings = new Map<string, Term>();
  for (const [place, term] of pattern.entries()) {
    const theirs = other[place] as Pattern[number];
    if (isVariable(theirs)) continue;
    const ours = isVariable(term) ? bindings.get(term[0]) : term;
    if (ours === undefined) bindings.set((term as readonly [string])[0], theirs);
    else if (!sameTerm(ours, theirs)) return undefined;
  }
  return bindings;
}

function substitute([predicate, ...terms]: Pattern, bindings: Bindings): Pattern {
  return [predicate, ...terms.map((term) => (isVariable(term) ? (bindings.get(term[0]) ?? term) : term))];
}
