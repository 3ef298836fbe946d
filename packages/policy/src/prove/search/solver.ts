import type { Formula, Literal } from '../formula/formula.ts';
import { analyse } from './analyse.ts';
import { Assignment } from './assignment.ts';
import { Chooser } from './choose.ts';
import type { Clause, LearnedOrigin, LemmaOrigin } from './clause.ts';
import type { Lemma } from './lemma.ts';

/** What the solver asks about the atoms it has assigned. */
export interface Theory {
  /** A literal has become true. @returns a lemma that some literals now true contradict, if one shows at once */
  assign(literal: Literal): Lemma | undefined;
  /** The latest literal of `assign` is open again. */
  undo(literal: Literal): void;
  /** All literals that count are true. */
  check(trail: readonly Literal[], value: (literal: Literal) => number): TheoryAnswer;
}

export type TheoryAnswer =
  /** Some are contradicted, or others follow. */
  | { readonly kind: 'lemmas'; readonly lemmas: readonly Lemma[] }
  /** One of these has to be chosen first: this, and if that leads nowhere, its negation. */
  | { readonly kind: 'split'; readonly literal: Literal }
  /** Nothing contradicts them. */
  | { readonly kind: 'holds' }
  | { readonly kind: 'undecided'; readonly why: string };

export type Search =
  /** The root can't be true: it is false whatever is chosen. */
  | { readonly kind: 'impossible' }
  /** The theory found nothing against what is assigned now. */
  | { readonly kind: 'possible' }
  | { readonly kind: 'undecided'; readonly why: string };

const mostConflicts = 100_000;
const mostChecks = 20_000;
const mostSplits = 400;

/**
 * Conflict-driven clause learning over a formula, with a theory of its atoms. What it learns follows from the
 * definitions of gates and from lemmas alone, never from the root asked for, so it serves all roots.
 */
export class Solver {
  readonly #formula: Formula;
  readonly #theory: Theory;
  readonly #isNameable: (variable: number) => boolean;
  readonly #assignment = new Assignment();
  readonly #chooser: Chooser;
  readonly #watches: Clause[][] = [];
  readonly #active = new Set<number>();
  /** Lemmas that are made true by gates, or by what has to be chosen. */
  readonly #obligations: Clause[] = [];
  readonly #derived: Clause[] = [];
  #queue = 0;
  /** What is contradicted whatever is chosen: then no request fits the environment at all. */
  contradiction: Clause | undefined;

  constructor(formula: Formula, theory: Theory, isNameable: (variable: number) => boolean) {
    this.#formula = formula;
    this.#theory = theory;
    this.#isNameable = isNameable;
    this.#chooser = new Chooser(formula, this.#assignment, isNameable);
    this.#assignment.grow(formula.size + 1);
    this.#assignment.assign(1, undefined);
  }

  /** Lemmas and learned clauses in the order in which they were added. */
  get derived(): readonly Clause[] {
    return this.#derived;
  }

  /** 1: true, −1: false, 0: open, also if the variable is new. */
  value(literal: Literal): number {
    return this.#assignment.value(literal) || 0;
  }

  reasonOf(variable: number): Clause | undefined {
    return this.#assignment.reasonOf(variable);
  }

  isActive(variable: number): boolean {
    return this.#active.has(variable) || this.#formula.operandsOf(variable) === undefined;
  }

  /** Whether a clause about a variable can be among the steps of a proof. */
  speaksOf(variable: number): boolean {
    return this.isActive(variable) && this.#isNameable(variable);
  }

  /** Can the root be true? */
  solve(root: Literal): Search {
    this.activate(root);
    this.#backTo(0);
    let [conflicts, checks, splits] = [0, 0, 0];
    for (;;) {
      const conflict = this.#propagate();
      if (conflict !== undefined) {
        if (++conflicts > mostConflicts) return { kind: 'undecided', why: 'the search became too long' };
        this.#resolve(conflict);
      }
      if (this.contradiction !== undefined) return { kind: 'impossible' };
      if (conflict !== undefined) continue;
      const value = this.#assignment.value(root);
      if (value < 0) return { kind: 'impossible' };
      const next = value === 0 ? root : this.#choose(root);
      if (next !== undefined) {
        this.#assignment.choose(next);
        continue;
      }
      if (++checks > mostChecks) return { kind: 'undecided', why: 'the search became too long' };
      const answer = this.#theory.check(this.#assignment.trail, (literal) => this.value(literal));
      if (answer.kind === 'undecided') return answer;
      if (answer.kind === 'holds') return { kind: 'possible' };
      if (answer.kind === 'split') {
        if (++splits > mostSplits) return { kind: 'undecided', why: 'the numbers are too hard' };
        this.#split(answer.literal);
      } else for (const lemma of answer.lemmas) this.add(lemma.clause, { kind: 'lemma', lemma });
    }
  }

  /** Adds a clause that is known to hold. */
  add(literals: readonly Literal[], origin: LemmaOrigin | LearnedOrigin): Clause {
    for (const literal of literals) this.activate(literal);
    const clause: Clause = { literals: [...literals], origin };
    this.#derived.push(clause);
    if (origin.kind === 'lemma' && !literals.every((literal) => this.#isPremise(literal)))
      this.#obligations.push(clause);
    if (literals.length === 0) this.contradiction ??= clause;
    else this.#attach(clause);
    return clause;
  }

  /** The clauses of a gate and of all below it. */
  activate(root: Literal): void {
    this.#assignment.grow(this.#formula.size + 1);
    const open = [Math.abs(root)];
    for (let variable = open.pop(); variable !== undefined; variable = open.pop()) {
      const operands = this.#formula.operandsOf(variable);
      if (operands === undefined || this.#active.has(variable)) continue;
      this.#active.add(variable);
      const origin = { kind: 'gate', variable } as const;
      for (const operand of operands) {
        open.push(Math.abs(operand));
        this.#attach({ literals: [-variable, operand], origin });
      }
      this.#attach({ literals: [variable, ...operands.map((operand) => -operand)], origin });
    }
  }

  #choose(root: Literal): Literal | undefined {
    this.#chooser.begin();
    const open = this.#chooser.open(root);
    if (open !== undefined) return open;
    for (const { literals } of this.#obligations) {
      const next = this.#meet(literals);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  /** What to choose so that a lemma is true on account of atoms; nothing if a premise of it is still open. */
  #meet(literals: readonly Literal[]): Literal | undefined {
    const holding = literals.find((literal) => this.#assignment.value(literal) > 0);
    if (holding !== undefined) return this.#chooser.open(holding);
    const open = literals.filter((literal) => this.#assignment.value(literal) === 0);
    return open.some((literal) => this.#isPremise(literal)) ? undefined : this.#chooser.named(open[0]!);
  }

  #isPremise(literal: Literal): boolean {
    return literal < 0 && this.#formula.operandsOf(-literal) === undefined;
  }

  #split(literal: Literal): void {
    this.#assignment.grow(this.#formula.size + 1);
    this.#assignment.choose(literal);
  }

  /** Watches a clause, going back as far as needed for it to be no longer contradicted. */
  #attach(clause: Clause): void {
    const { literals } = clause;
    const rank = (literal: Literal) =>
      this.#assignment.value(literal) >= 0
        ? Number.MAX_SAFE_INTEGER
        : this.#assignment.levelOf(Math.abs(literal));
    literals.sort((left, right) => rank(right) - rank(left));
    if (literals.length > 1) {
      this.#watch(literals[0]!, clause);
      this.#watch(literals[1]!, clause);
    }
    const [first, second] = literals as [Literal, Literal | undefined];
    if (this.#assignment.value(first) < 0) {
      const level = this.#assignment.levelOf(Math.abs(first));
      this.#backTo(level);
      this.#resolve(clause);
    } else if (
      this.#assignment.value(first) === 0 &&
      (second === undefined || this.#assignment.value(second) < 0)
    ) {
      this.#backTo(second === undefined ? 0 : this.#assignment.levelOf(Math.abs(second)));
      this.#assignment.assign(first, clause);
    }
  }

  #watch(literal: Literal, clause: Clause): void {
    const index = watchIndex(literal);
    const list = this.#watches[index];
    if (list === undefined) this.#watches[index] = [clause];
    else list.push(clause);
  }

  #resolve(conflict: Clause): void {
    if (this.#assignment.level === 0) {
      this.contradiction ??= conflict;
      return;
    }
    const { literals, origin, level } = analyse(this.#assignment, conflict, this.#isNameable);
    this.#backTo(level);
    if (
      origin.from.length === 1 &&
      origin.settled.length === 0 &&
      literals.length <= 2 &&
      conflict.origin.kind !== 'gate'
    ) {
      // Nothing was learned but that one: it is watched already.
      this.#assignment.assign(literals[0]!, conflict);
      return;
    }
    const clause: Clause = { literals, origin };
    this.#derived.push(clause);
    if (literals.length > 1) {
      this.#watch(literals[0]!, clause);
      this.#watch(literals[1]!, clause);
    }
    this.#assignment.assign(literals[0]!, clause);
  }

  #propagate(): Clause | undefined {
    const { trail } = this.#assignment;
    while (this.#queue < trail.length) {
      const literal = trail[this.#queue++]!;
      const lemma = this.#theory.assign(literal);
      const conflict = this.#visitWatches(-literal);
      if (conflict !== undefined) return conflict;
      if (lemma !== undefined) {
        const clause: Clause = { literals: [...lemma.clause], origin: { kind: 'lemma', lemma } };
        this.#derived.push(clause);
        if (clause.literals.length > 1) {
          this.#watch(clause.literals[0]!, clause);
          this.#watch(clause.literals[1]!, clause);
        }
        return clause;
      }
    }
    return undefined;
  }

  /** Looks at the clauses that watch a literal which has become false. */
  #visitWatches(falsified: Literal): Clause | undefined {
    const list = this.#watches[watchIndex(falsified)];
    if (list === undefined) return undefined;
    let kept = 0;
    for (let index = 0; index < list.length; index++) {
      const clause = list[index]!;
      const { literals } = clause;
      if (literals[0] === falsified) {
        literals[0] = literals[1]!;
        literals[1] = falsified;
      }
      const first = literals[0]!;
      const value = this.#assignment.value(first);
      if (value <= 0 && this.#moveWatch(clause)) continue;
      list[kept++] = clause;
      if (value > 0) continue;
      if (value < 0) {
        while (++index < list.length) list[kept++] = list[index]!;
        list.length = kept;
        return clause;
      }
      this.#assignment.assign(first, clause);
    }
    list.length = kept;
    return undefined;
  }

  #moveWatch(clause: Clause): boolean {
    const { literals } = clause;
    for (let index = 2; index < literals.length; index++) {
      const candidate = literals[index]!;
      if (this.#assignment.value(candidate) < 0) continue;
      literals[index] = literals[1]!;
      literals[1] = candidate;
      this.#watch(candidate, clause);
      return true;
    }
    return false;
  }

  #backTo(level: number): void {
    // Only what `assign` has seen is undone in the theory.
    this.#assignment.backTo(level, (literal) => {
      if (this.#assignment.trail.length < this.#queue) {
        this.#theory.undo(literal);
        this.#queue--;
      }
    });
  }
}

function watchIndex(literal: Literal): number {
  return literal > 0 ? 2 * literal : -2 * literal + 1;
}
