import { KitenError } from '@kiten/codec';

export type Language = 'en' | 'ja';

export const languages: readonly Language[] = ['en', 'ja'];

/** One text in both languages, with `{parameter}` where a parameter of the finding stands. */
export type Template = Readonly<Record<Language, string>>;

/** The longest a parameter may be within a sentence, in characters. */
export const parameterLimit = 120;

const placeholder = /\{([a-z][A-Za-z0-9]{0,31})\}/g;

/** What a parameter must not bring into a sentence: controls, invisible and direction-changing characters, lone surrogates. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\\]/gu;

/** The names between braces in a template text. */
export function placeholders(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(placeholder)].map((match) => match[1] as string));
}

/** Whether every brace of a text belongs to a placeholder. */
export function hasStrayBrace(text: string): boolean {
  return /[{}]/.test(text.replaceAll(placeholder, ''));
}

/**
 * Puts parameters where the template names them. They come from outside (topics, names of files), so
 * whatever could change how a sentence reads is written as `\u{…}`, and what is too long is cut. The
 * result is plain text: whoever puts it into markup escapes it there.
 *
 * @throws KitenError `trust/finding-parameter-missing`
 */
export function fillTemplate(text: string, parameters: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(placeholder, (_, name: string) => {
    if (Object.hasOwn(parameters, name)) return printable(String(parameters[name]));
    throw new KitenError(
      'trust/finding-parameter-missing',
      'The finding lacks a parameter that its sentence mentions.',
      {
        detail: { parameter: name },
      },
    );
  });
}

function printable(value: string): string {
  let text = '';
  for (const character of value) {
    const piece = character.replace(unprintable, escaped);
    if (text.length + piece.length > parameterLimit) return `${text}…`;
    text += piece;
  }
  return text;
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}
