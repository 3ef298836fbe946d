import type { NumberedAtom } from './numbered-atom.ts';
import type { Match } from './plan.ts';

/** Up to this many atoms it is quicker to look at all than to keep an index. */
const scanned = 16;

/** The atoms of one pattern class that have come up so far, in that order. */
export class AtomClass {
  readonly #numbers: number[] = [];
  /** By place, where it was asked for: the atoms with a term there. */
  readonly #indexes: (Map<number, number[]> | undefined)[] = [];

  get size(): number {
    return this.#numbers.length;
  }

  add(number: number, atom: NumberedAtom): void {
    this.#numbers.push(number);
    for (let place = 0; place < this.#indexes.length; place += 1) {
      const index = this.#indexes[place];
      if (index !== undefined) insert(index, atom[place]!, number);
    }
  }

  /** Some of the atoms, among them all that pass the checks of a match. */
  candidates({ checks }: Match, bound: readonly number[], atoms: readonly NumberedAtom[]): readonly number[] {
    let shortest = this.#numbers;
    if (shortest.length <= scanned) return shortest;
    for (const [place, variable] of checks) {
      const found = this.#index(place, atoms).get(bound[variable]!);
      if (found === undefined) return [];
      if (found.length < shortest.length) shortest = found;
    }
    return shortest;
  }

  #index(place: number, atoms: readonly NumberedAtom[]): Map<number, number[]> {
    const known = this.#indexes[place];
    if (known !== undefined) return known;
    const index = new Map<number, number[]>();
    for (const number of this.#numbers) insert(index, atoms[number]![place]!, number);
    this.#indexes[place] = index;
    return index;
  }
}

function insert(index: Map<number, number[]>, term: number, number: number): void {
  const numbers = index.get(term);
  if (numbers === undefined) index.set(term, [number]);
  else numbers.push(number);
}
