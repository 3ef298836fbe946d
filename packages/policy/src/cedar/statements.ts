import { KitenError } from '@kiten/codec';
import { refuseComplexity } from './complexity.ts';
import { type Token, tokenize } from './tokens.ts';

/** One policy or template of a policy text, with the `;` that ends it. */
export interface Statement {
  readonly source: string;
  readonly start: number;
  readonly tokens: readonly Token[];
  /** Whether a slot makes it a template. */
  readonly isTemplate: boolean;
}

const longestText = 1 << 20;
/**
 * Cuts a policy text into its statements.
 * @throws {KitenError} `policy/too-complex` for a text over 1 MiB or a statement nested too deeply to be parsed safely.
 */
export function splitStatements(text: string): readonly Statement[] {
  if (text.length > longestText)
    throw new KitenError('policy/too-complex', 'A policy text may have at most 1 MiB.');
  const statements: Statement[] = [];
  let tokens: Token[] = [];
  for (const token of tokenize(text)) {
    tokens.push(token);
    if (token.text !== ';' || token.kind !== 'symbol') continue;
    statements.push(statementOf(text, tokens));
    tokens = [];
  }
  if (tokens.length > 0) statements.push(statementOf(text, tokens));
  return statements;
}

function statementOf(text: string, tokens: readonly Token[]): Statement {
  const [first, last] = [tokens[0]!, tokens.at(-1)!];
  refuseComplexity(text, tokens);
  return {
    source: text.slice(first.start, last.start + last.text.length),
    start: first.start,
    tokens,
    isTemplate: tokens.some(({ kind, text: symbol }) => kind === 'symbol' && symbol === '?'),
  };
}
