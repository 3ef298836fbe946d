// Steps applied as docs/verdict-bundle.md has it, with nothing of the engine's or the composition's code.
import { type CborValue, encodeCbor, toHex } from '@kiten/codec';
import { expect } from 'vitest';
import type { Atom, Pattern, Rule, Term } from '../../src/index.ts';

/** A value that is equal for equal terms. */
export const keyOf = (value: unknown): string => toHex(encodeCbor(value as CborValue));

/** What a rule concludes from its premises. */
export function conclusion({ head, body }: Rule, premises: readonly Atom[]): Atom {
  const bound = new Map<string, Term>();
  const left = [...premises];
  for (const pattern of body) {
    if (pattern[0].startsWith('=')) {
      const inputs = pattern.slice(1, -1).map((term) => replaced(term, bound));
      match([pattern.at(-1) as Term], [computed(pattern[0], inputs)], bound);
    } else match(pattern, left.shift() as Atom, bound);
  }
  expect(left).toEqual([]);
  return head.map((term) => replaced(term, bound)) as unknown as Atom;
}

function match(pattern: readonly Pattern[number][], atom: readonly Term[], bound: Map<string, Term>): void {
  expect(atom).toHaveLength(pattern.length);
  for (const [place, term] of pattern.entries()) {
    const theirs = atom[place] as Term;
    if (Array.isArray(term) && !bound.has(term[0])) bound.set(term[0], theirs);
    else expect(keyOf(theirs)).toBe(keyOf(replaced(term, bound)));
  }
}

function replaced(term: Pattern[number], bound: ReadonlyMap<string, Term>): Term {
  if (!Array.isArray(term)) return term as Term;
  expect(bound.has(term[0])).toBe(true);
  return bound.get(term[0]) as Term;
}

const claims = [
  ...['instance-identity', 'configuration', 'executables', 'file-system'],
  ...['hardware', 'runtime-opaque', 'storage-opaque', 'sourced-data'],
];
const tiers = ['none', 'affirming', 'warning', 'contraindicated'];

export function computed(predicate: string, inputs: readonly Term[]): Term {
  switch (predicate) {
    case '=next':
      return (inputs[0] as number) + 1;
    case '=least':
      return Math.min(...(inputs as number[]));
    case '=join': {
      const [vector, claim, value] = inputs as [Uint8Array, string, number];
      const values = new Int8Array(vector);
      const at = claims.indexOf(claim);
      if (rank(value) > rank(values[at] as number)) values[at] = value;
      return new Uint8Array(values);
    }
    case '=status': {
      const [vector, mask] = inputs as [Uint8Array, number];
      const counted = [...new Int8Array(vector)].map((value, claim) =>
        tier(value) === 0 && Math.floor(mask / 2 ** claim) % 2 === 1 ? 2 : tier(value),
      );
      return tiers[Math.max(...counted)] as string;
    }
    default:
      throw new Error(`There is no ${predicate}.`);
  }
}

function tier(value: number): number {
  const magnitude = value >= 0 ? value : -value - 1;
  if (magnitude >= 96) return 3;
  if (magnitude >= 32) return 2;
  return value >= 2 || value <= -2 ? 1 : 0;
}

function rank(value: number): number {
  return value === 0 ? 0 : 512 * tier(value) + (value > 0 ? 256 + value : -value);
}
