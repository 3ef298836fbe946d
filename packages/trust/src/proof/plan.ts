import type { Computation } from './compute.ts';
import type { RuleSet } from './rule.ts';
import type { TermTable } from './term-table.ts';

/**
 * Rules made ready to be applied. Patterns that differ only in the names of their variables share one *class*: the
 * atoms that match it are collected once. A *plan* applies a rule to an atom that has just come up for one of its
 * patterns, the trigger, and joins the others to it in the order of the body.
 */
export interface CompiledRules {
  readonly ruleSet: RuleSet;
  /** Numbers of the rules' constants. */
  readonly constants: TermTable;
  readonly classes: readonly PatternClass[];
  /** The classes that atoms of a predicate may belong to, by the predicate's number. */
  readonly classesOf: ReadonlyMap<number, readonly PatternClass[]>;
  /** Rules without a pattern that matches listed atoms: they are applied once. */
  readonly axioms: readonly Plan[];
}

/** Places of an atom, each with what it goes with. */
export type Pairs = readonly (readonly [place: number, other: number])[];

export interface PatternClass {
  readonly number: number;
  readonly length: number;
  /** Places that hold a constant, and its number. */
  readonly constants: Pairs;
  /** Places that hold the same term. */
  readonly equal: Pairs;
  /** What an atom of this class triggers. */
  readonly plans: Plan[];
}

export interface Plan {
  readonly rule: number;
  readonly trigger: Match | undefined;
  readonly operations: readonly Operation[];
  readonly head: readonly Source[];
  readonly premises: number;
}

/** A constant by its number, or a variable by the complement of its number (`~variable`, which is negative). */
export type Source = number;

export type Operation = Match | Ask | Compute;

/** Finds atoms of a class. */
export interface Match {
  readonly kind: 'match';
  readonly class: PatternClass;
  /** Which premise of the step it is. */
  readonly premise: number;
  /** Places whose terms are bound already, and their variables. */
  readonly checks: Pairs;
  /** Places whose terms become bound, and their variables. */
  readonly binds: Pairs;
}

/** Asks whether an atom about a mark holds. */
export interface Ask {
  readonly kind: 'ask';
  readonly premise: number;
  readonly atom: readonly Source[];
}

export interface Compute {
  readonly kind: 'compute';
  readonly computation: Computation;
  readonly inputs: readonly Source[];
  readonly output: Source;
  /** Whether the output becomes bound, rather than compared. */
  readonly binds: boolean;
}
