import { compilePattern } from '../../evaluate/like.ts';
import type { Term } from '../terms/term.ts';
import { FALSE, type Literal, TRUE } from './formula.ts';
import type { Universe } from './universe.ts';

/** The text is the parts of the pattern, with anything between two. One part: it is that part. */
export function like({ atoms }: Universe, term: Term, pattern: readonly string[]): Literal {
  if (term.form === 'string') return compilePattern(pattern)(term.text) ? TRUE : FALSE;
  if (pattern.length > 1 && pattern.every((part) => part === '')) return TRUE;
  return atoms.get('like', [term], { pattern: joinWildcards(pattern) });
}

/** Two wildcards in a row are one. */
function joinWildcards(pattern: readonly string[]): readonly string[] {
  return pattern.filter((part, index) => part !== '' || index === 0 || index === pattern.length - 1);
}
