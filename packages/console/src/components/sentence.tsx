import type { ComponentChildren } from 'preact';
import type { Key } from '../i18n/en.ts';
import { template } from '../i18n/language.ts';
import { piecesOf } from '../i18n/template.ts';

/** A sentence of the dictionary with elements in its places, in whatever order the language has them. */
export function Sentence({ of, parts }: { of: Key; parts: Readonly<Record<string, ComponentChildren>> }) {
  return <>{piecesOf(template(of)).map((piece) => ('text' in piece ? piece.text : parts[piece.place]))}</>;
}
