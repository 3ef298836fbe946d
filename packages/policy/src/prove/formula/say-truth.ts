import type { Term } from '../terms/term.ts';
import { FALSE, type Literal, TRUE } from './formula.ts';
import type { Universe } from './universe.ts';

/** A term of kind Bool is true. */
export function truth({ atoms }: Universe, term: Term): Literal {
  if (term.form === 'bool') return term.number === 1n ? TRUE : FALSE;
  return atoms.get('true', [term]);
}

/** The call fails. */
export function fails({ atoms }: Universe, operator: string, parts: readonly Term[]): Literal {
  return atoms.get('fails', parts, { text: operator });
}
