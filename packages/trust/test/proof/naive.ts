// A Datalog evaluator that tries every combination until nothing new comes: slow, and too simple to be wrong.
import type { Atom, Pattern, Rule, Term } from '../../src/index.ts';
import { computed, keyOf } from './by-hand.ts';

type Bindings = ReadonlyMap<string, Term>;

/** Keys of all atoms that are given or follow. */
export function everything(
  rules: readonly Rule[],
  given: readonly Atom[],
  holds: (atom: Atom) => boolean,
): ReadonlySet<string> {
  const atoms = new Map(given.map((atom) => [keyOf(atom), atom]));
  for (let before = -1; before !== atoms.size; ) {
    before = atoms.size;
    for (const { head, body } of rules) {
      for (const bindings of solutions(body, new Map(), [...atoms.values()], holds)) {
        const atom = replace(head, bindings) as Atom;
        atoms.set(keyOf(atom), atom);
      }
    }
  }
  return new Set(atoms.keys());
}

function* solutions(
  [pattern, ...rest]: readonly Pattern[],
  bindings: Bindings,
  atoms: readonly Atom[],
  holds: (atom: Atom) => boolean,
): Generator<Bindings> {
  if (pattern === undefined) {
    yield bindings;
    return;
  }
  const candidates =
    pattern[0] === 'absent'
      ? [replace(pattern, bindings) as Atom].filter(holds)
      : pattern[0].startsWith('=')
        ? [computation(pattern, bindings)]
        : atoms;
  for (const atom of candidates) {
    const more = atom && match(pattern, atom, bindings);
    if (more !== undefined) yield* solutions(rest, more, atoms, holds);
  }
}

function computation(pattern: Pattern, bindings: Bindings): Atom | undefined {
  const inputs = replace(pattern.slice(0, -1) as unknown as Pattern, bindings).slice(1) as Term[];
  if (!inputs.every((input) => typeof input === 'number')) return undefined;
  if (pattern[0] === '=next' && inputs.some((input) => input < 0)) return undefined;
  return [pattern[0], ...inputs, computed(pattern[0], inputs)];
}

function match(pattern: Pattern, atom: Atom, bindings: Bindings): Bindings | undefined {
  if (pattern.length !== atom.length) return undefined;
  const more = new Map(bindings);
  for (const [place, term] of pattern.entries()) {
    const theirs = atom[place] as Term;
    const ours = Array.isArray(term) ? more.get(term[0]) : (term as Term);
    if (ours === undefined) more.set((term as readonly [string])[0], theirs);
    else if (keyOf(ours) !== keyOf(theirs)) return undefined;
  }
  return more;
}

function replace(pattern: Pattern, bindings: Bindings): Pattern {
  return pattern.map((term) =>
    Array.isArray(term) ? (bindings.get(term[0]) ?? term) : term,
  ) as unknown as Pattern;
}
