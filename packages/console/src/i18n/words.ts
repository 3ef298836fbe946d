import { language } from './language.ts';
import type { Language } from './languages.ts';
import { fill } from './template.ts';

/** The sentences of one view in every language; they come with the view, not with the page. */
export interface Words<Name extends string> {
  readonly dictionaries: Readonly<Record<Language, Readonly<Record<Name, string>>>>;
  /** As the `say` of the whole page. */
  say(name: Name, parts?: Readonly<Record<string, string>>): string;
  template(name: Name): string;
}

export function wordsOf<Name extends string>(
  en: Readonly<Record<Name, string>>,
  ja: Readonly<Record<NoInfer<Name>, string>>,
): Words<Name> {
  const dictionaries = { en, ja };
  const template = (name: Name) => dictionaries[language.value][name];
  return { dictionaries, template, say: (name, parts = {}) => fill(template(name), parts) };
}
