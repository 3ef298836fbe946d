/** A token of Cedar's grammar, with its place in UTF-16 units. Spaces and comments are none. */
export interface Token {
  readonly kind: 'text' | 'word' | 'integer' | 'symbol';
  readonly text: string;
  readonly start: number;
}

const form = /(\s+|\/\/[^\n]*)|("(?:[^"\\]+|\\.)*")|([A-Za-z_][A-Za-z0-9_]*)|([0-9]+)|./suy;

/**
 * Splits policy text into tokens, as far as is needed to find whole policies and integers. What is no token at all
 * passes as symbols: judging the grammar is left to Cedar's own parser.
 */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  form.lastIndex = 0;
  for (let match = form.exec(source); match !== null; match = form.exec(source)) {
    const [text, blank, quoted, word, integer] = match;
    if (blank !== undefined) continue;
    const kind =
      quoted !== undefined
        ? 'text'
        : word !== undefined
          ? 'word'
          : integer !== undefined
            ? 'integer'
            : 'symbol';
    tokens.push({ kind, text, start: match.index });
  }
  return tokens;
}
