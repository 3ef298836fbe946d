import type { Universe } from '../formula/universe.ts';
import { attributes } from './attributes.ts';
import { extensions } from './extensions.ts';
import { logic } from './logic.ts';
import { type Meaning, TooComplex } from './meaning.ts';
import { numbers } from './numbers.ts';
import { relations } from './relations.ts';
import type { Translate, Translator } from './translator.ts';
import { values } from './values.ts';

const operators: ReadonlyMap<string, Translate> = new Map(
  Object.entries({ ...values, ...logic, ...numbers, ...attributes, ...relations, ...extensions }),
);

const deepest = 1_000;

/**
 * What an expression in Cedar's JSON form, known to be well-formed, means in one environment.
 * @throws {TooComplex} if it has too many cases.
 */
export function translateExpression(universe: Universe, json: unknown): Meaning {
  let depth = 0;
  const translator: Translator = {
    universe,
    translate(expression) {
      if (++depth > deepest) throw new TooComplex();
      const [[name, body]] = Object.entries(expression as Record<string, unknown>) as [[string, unknown]];
      const meaning = operators.get(name)!(body, translator);
      depth--;
      return meaning;
    },
  };
  return translator.translate(json);
}
