import { KitenError } from '@kiten/codec';
import { AtomClass } from './atom-class.ts';
import { agrees, belongs, hashOfNumbers, type NumberedAtom, sameNumbers } from './numbered-atom.ts';
import type { Ask, CompiledRules, Compute, Match, Plan, Source } from './plan.ts';
import type { Atom, Term } from './term.ts';
import { TermTable } from './term-table.ts';

/** How much one evaluation may do: atoms in all, given, asked for and derived; and atoms looked at while joining. */
const limits = { atoms: 65_536, matches: 4_000_000 } as const;

/** Whether an atom about a mark holds. */
export type AskMark = (atom: Atom) => boolean;

/** Where an atom comes from: its place among those given, an answer, or the first step that concluded it. */
export type Origin =
  | { readonly kind: 'given'; readonly place: number }
  | { readonly kind: 'asked' }
  | { readonly kind: 'step'; readonly rule: number; readonly premises: readonly number[] };

const asked: Origin = { kind: 'asked' };

/**
 * All that follows from the given atoms under the rules: positive Datalog, semi-naive, one atom at a time in the order
 * in which they come up. Each atom has a number; the premises of a step have smaller ones than its conclusion, so that
 * what is derived is well-founded. The same input in the same order gives the same numbers and steps.
 *
 * @throws KitenError `trust/derivation-too-large`
 */
export function evaluate(rules: CompiledRules, given: readonly Atom[], ask: AskMark): Evaluation {
  const evaluation = new Evaluation(rules, ask);
  evaluation.run(given);
  return evaluation;
}

export class Evaluation {
  readonly rules: CompiledRules;
  readonly #ask: AskMark;
  readonly #terms: TermTable;
  readonly #atoms: NumberedAtom[] = [];
  readonly #origins: Origin[] = [];
  /** Numbers of atoms by a hash of them, or by the next integer that is free. */
  readonly #numbers = new Map<number, number>();
  readonly #classes: readonly AtomClass[];
  #matches = 0;
  /** The terms of the plan's variables, and its premises, while it is being applied. */
  readonly #bound: number[] = [];
  readonly #premises: number[] = [];

  constructor(rules: CompiledRules, ask: AskMark) {
    this.rules = rules;
    this.#ask = ask;
    this.#terms = new TermTable(rules.constants);
    this.#classes = rules.classes.map(() => new AtomClass());
  }

  /** How many atoms there are; they are numbered from 0. */
  get size(): number {
    return this.#atoms.length;
  }

  atom(number: number): Atom {
    return this.#atoms[number]!.map((term) => this.#terms.term(term)) as unknown as Atom;
  }

  /** The numbers of all atoms of a predicate, ascending. */
  numbersOf(predicate: string): readonly number[] {
    const term = this.#terms.number(predicate);
    const numbers: number[] = [];
    for (let number = 0; number < this.#atoms.length; number += 1)
      if (this.#atoms[number]![0] === term) numbers.push(number);
    return numbers;
  }

  origin(number: number): Origin {
    return this.#origins[number]!;
  }

  run(given: readonly Atom[]): void {
    for (let place = 0; place < given.length; place += 1) {
      const atom: readonly Term[] = given[place]!;
      const terms = atom.map((term) => this.#terms.number(term));
      const slot = this.#slot(terms);
      if (!this.#numbers.has(slot)) this.#add(terms, slot, { kind: 'given', place });
    }
    for (const plan of this.rules.axioms) this.#join(plan, 0);
    // Grows while it is gone through: this is the queue.
    for (let number = 0; number < this.#atoms.length; number += 1) this.#come(number);
  }

  /** Lets an atom count from now on: puts it into its classes, then applies the rules that it triggers. */
  #come(number: number): void {
    const atom = this.#atoms[number]!;
    const classes = this.rules.classesOf.get(atom[0]!);
    if (classes === undefined) return;
    const matching = classes.filter((each) => belongs(atom, each));
    for (const each of matching) this.#classes[each.number]!.add(number, atom);
    for (const each of matching) for (const plan of each.plans) this.#apply(plan, number, atom);
  }

  #apply(plan: Plan, number: number, atom: NumberedAtom): void {
    const trigger = plan.trigger as Match;
    if (!plan.operations.every((each) => each.kind !== 'match' || this.#classes[each.class.number]!.size > 0))
      return;
    for (const [place, variable] of trigger.binds) this.#bound[variable] = atom[place]!;
    this.#premises[trigger.premise] = number;
    this.#join(plan, 0);
  }

  /** Goes on with a plan's operations from the given one, and concludes when none is left. */
  #join(plan: Plan, next: number): void {
    const operation = plan.operations[next];
    if (operation === undefined) this.#conclude(plan);
    else if (operation.kind === 'match') this.#match(plan, next, operation);
    else if (operation.kind === 'ask' ? this.#answers(operation) : this.#computes(operation))
      this.#join(plan, next + 1);
  }

  #match(plan: Plan, next: number, match: Match): void {
    const { binds, premise } = match;
    const candidates = this.#classes[match.class.number]!.candidates(match, this.#bound, this.#atoms);
    this.#matches += candidates.length;
    if (this.#matches > limits.matches) throw tooLarge();
    for (let index = 0; index < candidates.length; index += 1) {
      const number = candidates[index]!;
      const atom = this.#atoms[number]!;
      if (!agrees(atom, match, this.#bound)) continue;
      for (let at = 0; at < binds.length; at += 1) this.#bound[binds[at]![1]] = atom[binds[at]![0]]!;
      this.#premises[premise] = number;
      this.#join(plan, next + 1);
    }
  }

  #answers({ atom, premise }: Ask): boolean {
    const terms = this.#fill(atom);
    const slot = this.#slot(terms);
    const known = this.#numbers.get(slot);
    if (known === undefined && !this.#ask(terms.map((term) => this.#terms.term(term)) as unknown as Atom))
      return false;
    this.#premises[premise] = known ?? this.#add(terms, slot, asked);
    return true;
  }

  #computes({ computation, inputs, output, binds }: Compute): boolean {
    const computed = computation.compute(inputs.map((source) => this.#terms.term(this.#value(source))));
    if (computed === undefined) return false;
    const term = this.#terms.number(computed);
    if (!binds) return term === this.#value(output);
    this.#bound[~output] = term;
    return true;
  }

  /** Keeps the first derivation of an atom, and leaves out any other. */
  #conclude(plan: Plan): void {
    const terms = this.#fill(plan.head);
    const slot = this.#slot(terms);
    if (this.#numbers.has(slot)) return;
    const premises = this.#premises.slice(0, plan.premises);
    this.#add(terms, slot, { kind: 'step', rule: plan.rule, premises });
  }

  #add(terms: NumberedAtom, slot: number, origin: Origin): number {
    const number = this.#atoms.length;
    if (number >= limits.atoms) throw tooLarge();
    this.#atoms.push(terms);
    this.#origins.push(origin);
    this.#numbers.set(slot, number);
    return number;
  }

  #value(source: Source): number {
    return source < 0 ? this.#bound[~source]! : source;
  }

  #fill(sources: readonly Source[]): number[] {
    const terms = new Array<number>(sources.length);
    for (let place = 0; place < sources.length; place += 1) terms[place] = this.#value(sources[place]!);
    return terms;
  }

  /** Where the number of this atom stands, or would stand. */
  #slot(terms: NumberedAtom): number {
    for (let slot = hashOfNumbers(terms); ; slot = (slot + 1) | 0) {
      const number = this.#numbers.get(slot);
      if (number === undefined || sameNumbers(this.#atoms[number]!, terms)) return slot;
    }
  }
}

function tooLarge(): KitenError {
  return new KitenError(
    'trust/derivation-too-large',
    'More follows from these statements than one derivation may hold.',
  );
}
