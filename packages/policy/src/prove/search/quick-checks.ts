import type { Atom } from '../formula/atom.ts';
import type { Literal } from '../formula/formula.ts';
import type { Universe } from '../formula/universe.ts';
import type { Term } from '../terms/term.ts';
import type { Patterns } from '../theory/patterns.ts';
import { type Lemma, rules } from './lemma.ts';

interface Bound {
  readonly literal: Literal;
  readonly value: bigint;
}

/**
 * Contradictions between two atoms of one term that show at once: two patterns that exclude each other, two bounds that
 * cross. Keeps what is true at the moment, and forgets it in the opposite order.
 */
export class QuickChecks {
  readonly #universe: Universe;
  readonly #patterns: Patterns;
  readonly #texts = new Map<Term, Atom[]>();
  /** The tightest so far of each term, one entry for each atom. */
  readonly #lower = new Map<Term, Bound[]>();
  readonly #upper = new Map<Term, Bound[]>();

  constructor(universe: Universe, patterns: Patterns) {
    this.#universe = universe;
    this.#patterns = patterns;
  }

  assign(literal: Literal): Lemma | undefined {
    const atom = this.#universe.atoms.of(Math.abs(literal));
    if (atom === undefined) return undefined;
    if (atom.form === 'like' && literal > 0) return this.#addText(atom);
    if (atom.form === 'atLeast' && atom.terms.length === 1) return this.#addBound(literal, atom);
    return undefined;
  }

  undo(literal: Literal): void {
    const atom = this.#universe.atoms.of(Math.abs(literal));
    if (atom === undefined) return;
    const [term] = atom.terms as readonly [Term];
    if (atom.form === 'like' && literal > 0) this.#texts.get(term)!.pop();
    if (atom.form === 'atLeast' && atom.terms.length === 1)
      (literal > 0 ? this.#lower : this.#upper).get(term)!.pop();
  }

  #addText(atom: Atom): Lemma | undefined {
    const held = listOf(this.#texts, atom.terms[0]!);
    const other = held.find(({ pattern }) => this.#patterns.areDisjoint(pattern, atom.pattern));
    held.push(atom);
    return other && { rule: rules.texts, clause: [-atom.variable, -other.variable], terms: [] };
  }

  /** With one term the coefficient is 1. */
  #addBound(literal: Literal, { terms, bound }: Atom): Lemma | undefined {
    const [term] = terms as readonly [Term];
    const [lower, upper] = [listOf(this.#lower, term), listOf(this.#upper, term)];
    if (literal > 0) {
      const last = lower.at(-1);
      lower.push(last !== undefined && last.value >= bound ? last : { literal, value: bound });
    } else {
      const last = upper.at(-1);
      upper.push(last !== undefined && last.value < bound ? last : { literal, value: bound - 1n });
    }
    const [low, high] = [lower.at(-1), upper.at(-1)];
    if (low === undefined || high === undefined || low.value <= high.value) return undefined;
    return {
      rule: rules.numbers,
      clause: [-low.literal, -high.literal],
      terms: [],
      multipliers: [1n, 1n],
    };
  }
}

function listOf<K, V>(map: Map<K, V[]>, key: K): V[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}
