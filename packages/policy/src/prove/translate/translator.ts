import type { Universe } from '../formula/universe.ts';
import type { Meaning } from './meaning.ts';

/** What the translation of one operator needs: the universe, and how its operands are translated. */
export interface Translator {
  readonly universe: Universe;
  readonly translate: (json: unknown) => Meaning;
}

/** The body of one kind of expression, known to be well-formed, as its meaning. */
// biome-ignore lint/suspicious/noExplicitAny: the compiler has checked the form, operator by operator
export type Translate = (body: any, translator: Translator) => Meaning;
