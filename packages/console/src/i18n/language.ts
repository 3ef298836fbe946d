import { computed, signal } from '@preact/signals';
import { type Dictionary, en, type Key } from './en.ts';
import { ja } from './ja.ts';
import { chooseLanguage, type Language } from './languages.ts';
import { fill } from './template.ts';
import { type Clockface, clockface } from './time.ts';

const STORED = 'kiten.language';
const dictionaries: Readonly<Record<Language, Dictionary>> = { en, ja };

export const language = signal<Language>('en');
export const times = computed<Clockface>(() => clockface(language.value));

/** Called once, when the page starts. */
export function openLanguage(): void {
  language.value = chooseLanguage(kept(), navigator.languages);
}

export function setLanguage(chosen: Language): void {
  language.value = chosen;
  try {
    localStorage.setItem(STORED, chosen);
  } catch (error) {
    // Storage may be shut (private windows, full disks). The choice then holds for this visit.
    reportError(error);
  }
}

function kept(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/** The sentence of a key in the language of the page. Reading it makes a component follow the language. */
export function say(key: Key, parts: Readonly<Record<string, string>> = {}): string {
  return fill(dictionaries[language.value][key], parts);
}

/** The template of a key, for sentences with elements in them. */
export function template(key: Key): string {
  return dictionaries[language.value][key];
}

/** A number of things: `one` in English for exactly one, `other` for the rest. */
export function count(key: Counted, amount: number): string {
  const form = new Intl.PluralRules(language.value).select(amount) === 'one' ? 'one' : 'other';
  return say(`${key}.${form}`, { count: new Intl.NumberFormat(language.value).format(amount) });
}

type Counted = Key extends infer K ? (K extends `${infer Name}.one` ? Name : never) : never;
