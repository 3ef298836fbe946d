import { toHex } from '@kiten/codec';
import { isVariable, type Pattern, type Rule, type Variable } from './rule.ts';
import { never, type Term } from './term.ts';

/** A rule in the notation of Datalog: `head :- pattern, pattern.`, bytes as `h'…'`, texts in quotation marks. */
export function ruleText({ head, body }: Pick<Rule, 'head' | 'body'>): string {
  if (body.length === 0) return `${patternText(head)}.`;
  return `${patternText(head)} :-\n${body.map((pattern) => `  ${patternText(pattern)}`).join(',\n')}.`;
}

export function patternText([predicate, ...terms]: Pattern): string {
  return `${predicate}(${terms.map(termText).join(', ')})`;
}

export function termText(term: Term | Variable): string {
  if (isVariable(term)) return term[0];
  if (term instanceof Uint8Array) return `h'${toHex(term)}'`;
  if (term === never) return 'NEVER';
  return JSON.stringify(term);
}
