import type { Term } from './term.ts';
import type { TermTable } from './term-table.ts';

/** The term with one term in place of another, everywhere in it. */
export function replaceTerm(table: TermTable, within: Term, from: Term, to: Term): Term {
  if (within === from) return to;
  if (within.parts.length === 0 || within.id < from.id) return within;
  const parts = within.parts.map((part) => replaceTerm(table, part, from, to));
  return parts.every((part, index) => part === within.parts[index]) ? within : table.rebuild(within, parts);
}

/** Whether a term occurs in another, or is it. */
export function occursIn(term: Term, within: Term): boolean {
  return within === term || (within.id > term.id && within.parts.some((part) => occursIn(term, part)));
}

/** The term and all terms in it. */
export function* subterms(term: Term): Generator<Term> {
  yield term;
  for (const part of term.parts) yield* subterms(part);
}
