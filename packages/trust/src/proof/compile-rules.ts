import { asks, mustBeApplicable } from './check-rules.ts';
import { type Computation, computations } from './compute.ts';
import type { CompiledRules, Compute, Match, Operation, Pairs, PatternClass, Plan, Source } from './plan.ts';
import { computes, encodeRuleSet, isVariable, type Pattern, type Rule, type RuleSet } from './rule.ts';
import type { Term } from './term.ts';
import { TermTable } from './term-table.ts';

/**
 * Checks that each rule can be applied, and prepares it.
 *
 * @throws KitenError `trust/rules-malformed`, `trust/rules-unbound`, `trust/rules-computation`, `trust/rules-head`
 */
export function compileRules(ruleSet: RuleSet): CompiledRules {
  encodeRuleSet(ruleSet);
  const classes = new Classes();
  const axioms: Plan[] = [];
  for (const [number, rule] of ruleSet.rules.entries()) {
    mustBeApplicable(rule);
    const triggers = [...rule.body.keys()].filter((index) => matches(rule.body[index]!));
    for (const index of triggers) {
      const plan = planOf(rule, number, index, classes);
      plan.trigger?.class.plans.push(plan);
    }
    if (triggers.length === 0) axioms.push(planOf(rule, number, undefined, classes));
  }
  const { constants, list, byPredicate } = classes;
  return { ruleSet, constants, classes: list, classesOf: byPredicate, axioms };
}

function matches(pattern: Pattern): boolean {
  return !computes(pattern) && !asks(pattern);
}

/** The trigger comes first, the others follow in the order of the body, in which each finds bound what it needs. */
function planOf(rule: Rule, number: number, trigger: number | undefined, classes: Classes): Plan {
  const { head, body } = rule;
  const scope = new Scope(classes.constants);
  const operation = (index: number): Operation => {
    const pattern = body[index]!;
    if (computes(pattern)) return compute(pattern, scope);
    const premise = body.slice(0, index).filter((earlier) => !computes(earlier)).length;
    if (asks(pattern)) return { kind: 'ask', premise, atom: scope.sources(pattern) };
    return { kind: 'match', class: classes.of(pattern), premise, ...scope.match(pattern) };
  };
  return {
    rule: number,
    trigger: trigger === undefined ? undefined : (operation(trigger) as Match),
    operations: [...body.keys()].filter((index) => index !== trigger).map(operation),
    head: scope.sources(head),
    premises: body.filter((pattern) => !computes(pattern)).length,
  };
}

function compute(pattern: Pattern, scope: Scope): Compute {
  const [predicate, ...terms] = pattern;
  const output = terms.pop() as Pattern[number];
  const inputs = scope.sources(terms);
  const binds = isVariable(output) && !scope.has(output[0]);
  const computation = computations.get(predicate) as Computation;
  return { kind: 'compute', computation, inputs, output: scope.source(output), binds };
}

/** The variables of one plan, in the order in which they become bound. */
class Scope {
  readonly #constants: TermTable;
  readonly #variables = new Map<string, number>();

  constructor(constants: TermTable) {
    this.#constants = constants;
  }

  has(name: string): boolean {
    return this.#variables.has(name);
  }

  source(term: Pattern[number]): Source {
    return isVariable(term) ? ~this.#variable(term[0]) : this.#constants.number(term);
  }

  sources(terms: readonly Pattern[number][]): readonly Source[] {
    return terms.map((term) => this.source(term));
  }

  match(pattern: Pattern): Pick<Match, 'checks' | 'binds'> {
    const checks: [number, number][] = [];
    const binds: [number, number][] = [];
    for (const [name, place] of firstPlaces(pattern)) {
      const list = this.has(name) ? checks : binds;
      list.push([place, this.#variable(name)]);
    }
    return { checks, binds };
  }

  #variable(name: string): number {
    const known = this.#variables.get(name);
    if (known !== undefined) return known;
    const number = this.#variables.size;
    this.#variables.set(name, number);
    return number;
  }
}

class Classes {
  readonly constants = new TermTable();
  readonly list: PatternClass[] = [];
  readonly byPredicate = new Map<number, PatternClass[]>();
  readonly #byShape = new Map<string, PatternClass>();

  of(pattern: Pattern): PatternClass {
    const first = firstPlaces(pattern);
    const constants: [number, number][] = [];
    const equal: [number, number][] = [];
    pattern.forEach((term, place) => {
      if (!isVariable(term)) constants.push([place, this.constants.number(term)]);
      else if (first.get(term[0]) !== place) equal.push([place, first.get(term[0]) as number]);
    });
    const shape = JSON.stringify([pattern.length, constants, equal]);
    return this.#byShape.get(shape) ?? this.#add(shape, pattern, constants, equal);
  }

  #add(shape: string, { length, 0: predicate }: Pattern, constants: Pairs, equal: Pairs): PatternClass {
    const added = { number: this.list.length, length, constants, equal, plans: [] };
    this.list.push(added);
    this.#byShape.set(shape, added);
    const key = this.constants.number(predicate);
    this.byPredicate.set(key, [...(this.byPredicate.get(key) ?? []), added]);
    return added;
  }
}

/** Where each variable of a pattern stands first. */
function firstPlaces(pattern: readonly (Term | readonly string[])[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  (pattern as Pattern).forEach((term, place) => {
    if (isVariable(term) && !places.has(term[0])) places.set(term[0], place);
  });
  return places;
}
