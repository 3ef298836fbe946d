import type { Match, PatternClass } from './plan.ts';

/** An atom as the numbers that a `TermTable` gave its terms. */
export type NumberedAtom = readonly number[];

export function sameNumbers(left: NumberedAtom, right: NumberedAtom): boolean {
  if (left.length !== right.length) return false;
  for (let place = 0; place < left.length; place += 1) if (left[place] !== right[place]) return false;
  return true;
}

/** FNV-1a over the numbers. */
export function hashOfNumbers(atom: NumberedAtom): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < atom.length; place += 1) hash = Math.imul(hash ^ atom[place]!, 0x01000193);
  return hash;
}

/** Whether an atom matches the patterns of a class. */
export function belongs(atom: NumberedAtom, { length, constants, equal }: PatternClass): boolean {
  if (atom.length !== length) return false;
  for (const [place, term] of constants) if (atom[place] !== term) return false;
  for (const [place, other] of equal) if (atom[place] !== atom[other]) return false;
  return true;
}

/** Whether an atom of a match's class has the terms that are bound already. */
export function agrees(atom: NumberedAtom, { checks }: Match, bound: readonly number[]): boolean {
  for (let index = 0; index < checks.length; index += 1) {
    const [place, variable] = checks[index]!;
    if (atom[place] !== bound[variable]) return false;
  }
  return true;
}
