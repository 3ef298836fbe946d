import { KitenError } from '@kiten/codec';
import { placeOf } from './place.ts';
import type { Token } from './tokens.ts';

/**
 * Cedar's parser in WebAssembly has a small stack and does not survive its overflow: afterwards it can't parse anything.
 * It overflows at about 130 brackets within each other, 400 ifs, or some thousand operators in a row. These weights keep
 * any mixture below two thirds of that.
 */
const weights = { bracket: 40, if: 10, operator: 1 };
const heaviest = 3_200;
const mostJsonDepth = 60;

/** @throws {KitenError} `policy/too-complex` if the tokens of a policy or schema nest too deeply to be parsed safely. */
export function refuseComplexity(text: string, tokens: readonly Token[]): void {
  /** What each open bracket found when it opened, and the weight that a comma goes back to. */
  const open: { readonly outside: number; readonly inside: number }[] = [];
  let weight = 0;
  for (const { kind, text: token, start } of tokens) {
    if (kind === 'word') weight += token === 'if' ? weights.if : 0;
    else if (kind !== 'symbol' || token === ':') continue;
    else if ('([{'.includes(token)) {
      open.push({ outside: weight, inside: weight + weights.bracket });
      weight += weights.bracket;
    } else if (')]}'.includes(token)) weight = open.pop()?.outside ?? 0;
    else if (token === ',' || token === ';') weight = open.at(-1)?.inside ?? 0;
    else weight += weights.operator;
    if (weight > heaviest) throw tooComplex(text, start);
  }
}

function tooComplex(text: string, offset: number): KitenError {
  const { line, column } = placeOf(text, offset);
  const message = `Line ${line}, column ${column}: this nests too deeply, or chains too many operators; split it up.`;
  return new KitenError('policy/too-complex', message, { detail: { line, column } });
}

/** @throws {KitenError} `policy/too-complex` if a JSON value, such as a schema, nests too deeply to be parsed safely. */
export function refuseDeepJson(json: unknown, depth = 0): void {
  if (depth > mostJsonDepth) {
    throw new KitenError('policy/too-complex', `JSON for the parser may nest at most ${mostJsonDepth} deep.`);
  }
  if (typeof json === 'object' && json !== null) {
    for (const part of Object.values(json)) refuseDeepJson(part, depth + 1);
  }
}
