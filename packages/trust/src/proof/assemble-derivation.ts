import { equalBytes, KitenError } from '@kiten/codec';
import { bundleLimits, type Root, type RootLeaf, type Step } from './bundle.ts';
import type { Evaluation } from './evaluate.ts';
import { type Mark, markOf } from './mark.ts';
import type { SignedFacts } from './signed-facts.ts';
import type { Atom } from './term.ts';

/** A leaf that has still to be proven, unless it is a root: that is for the trust file. */
export type DerivationLeaf =
  | RootLeaf
  | { readonly kind: 'statement'; readonly statement: Uint8Array; readonly digest: Uint8Array }
  | { readonly kind: 'absence' | 'presence'; readonly mark: Mark };

/** A verdict's derivation, with nothing in it that it does not use. */
export interface Derivation {
  readonly goal: Atom;
  /** Roots, statements, absences, presences: in this order, and each in the order given or asked for. */
  readonly leaves: readonly DerivationLeaf[];
  readonly steps: readonly Step[];
  /** Key ids of those who signed the statements among the leaves, in their order. */
  readonly signers: readonly Uint8Array[];
}

/** What an evaluation was given: an atom for each root, then those of each statement. */
export interface GivenLeaves {
  readonly roots: readonly Root[];
  readonly statements: readonly SignedFacts[];
}

/**
 * The steps that lead to an atom, and the leaves that they use, with nodes in place of the atoms' numbers.
 *
 * @throws KitenError `trust/derivation-too-large`
 */
export function assembleDerivation(evaluation: Evaluation, given: GivenLeaves, goal: number): Derivation {
  const assembly = new Assembly(evaluation);
  const used = usedBy(evaluation, goal);
  assembly.addGiven(used, given);
  assembly.addMarks(used, 'absent', 'absence');
  assembly.addMarks(used, 'present', 'presence');
  assembly.addSteps(used);
  return assembly.finish(goal);
}

/** The numbers of all atoms that lead to one, itself included, ascending. */
function usedBy(evaluation: Evaluation, goal: number): readonly number[] {
  const marked = new Uint8Array(goal + 1);
  marked[goal] = 1;
  const used: number[] = [];
  // Premises have smaller numbers than what is concluded from them.
  for (let number = goal; number >= 0; number -= 1) {
    if (marked[number] === 0) continue;
    used.push(number);
    const origin = evaluation.origin(number);
    if (origin.kind === 'step') for (const premise of origin.premises) marked[premise] = 1;
  }
  return used.reverse();
}

class Assembly {
  readonly #evaluation: Evaluation;
  readonly #leaves: DerivationLeaf[] = [];
  readonly #steps: Step[] = [];
  readonly #signers: Uint8Array[] = [];
  /** The node of an atom, by its number. */
  readonly #nodes = new Map<number, number>();
  #size = 0;

  constructor(evaluation: Evaluation) {
    this.#evaluation = evaluation;
  }

  addGiven(used: readonly number[], { roots, statements }: GivenLeaves): void {
    // Places ascend along with the numbers: one pass over the statements finds them all.
    let statement = -1;
    let [start, end, node] = [0, roots.length, 0];
    for (const number of used) {
      const origin = this.#evaluation.origin(number);
      if (origin.kind !== 'given') continue;
      const { place } = origin;
      if (place < roots.length) {
        this.#addLeaf({ kind: 'root', ...roots[place]! }, number);
        continue;
      }
      if (place >= end) {
        while (place >= end) {
          statement += 1;
          start = end;
          end += statements[statement]!.says.length;
        }
        node = this.#size;
        this.#size += end - start;
        this.#addStatement(statements[statement]!);
      }
      this.#nodes.set(number, node + place - start);
    }
  }

  addMarks(used: readonly number[], predicate: string, kind: 'absence' | 'presence'): void {
    for (const number of used) {
      if (this.#evaluation.origin(number).kind !== 'asked') continue;
      const atom = this.#evaluation.atom(number);
      if (atom[0] === predicate) this.#addLeaf({ kind, mark: markOf(atom) as Mark }, number);
    }
  }

  addSteps(used: readonly number[]): void {
    for (const number of used) {
      const origin = this.#evaluation.origin(number);
      if (origin.kind !== 'step') continue;
      this.#steps.push([
        origin.rule,
        ...origin.premises.map((premise) => this.#nodes.get(premise) as number),
      ]);
      this.#nodes.set(number, this.#size);
      this.#size += 1;
    }
  }

  finish(goal: number): Derivation {
    const [leaves, steps, signers] = [this.#leaves, this.#steps, this.#signers];
    const fits =
      leaves.length <= bundleLimits.leaves &&
      steps.length <= bundleLimits.steps &&
      signers.length <= bundleLimits.keys &&
      this.#size <= bundleLimits.nodes;
    if (fits) return { goal: this.#evaluation.atom(goal), leaves, steps, signers };
    throw new KitenError(
      'trust/derivation-too-large',
      'The derivation of this verdict has more leaves, steps or signers than a bundle may have.',
      { detail: { leaves: leaves.length, steps: steps.length, signers: signers.length, nodes: this.#size } },
    );
  }

  #addLeaf(leaf: DerivationLeaf, number: number): void {
    this.#leaves.push(leaf);
    this.#nodes.set(number, this.#size);
    this.#size += 1;
  }

  #addStatement({ bytes, digest, keyId }: SignedFacts): void {
    this.#leaves.push({ kind: 'statement', statement: bytes, digest });
    if (!this.#signers.some((signer) => equalBytes(signer, keyId))) this.#signers.push(keyId);
  }
}
