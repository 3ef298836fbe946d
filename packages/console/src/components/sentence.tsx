import type { ComponentChildren } from 'preact';
import type { Key } from '../i18n/en.ts';
import { template } from '../i18n/language.ts';
import { piecesOf } from '../i18n/template.ts';

type Parts = Readonly<Record<string, ComponentChildren>>;

/** A sentence of the dictionary with elements in its places, in whatever order the language has them. */
export function Sentence({ of, parts }: { of: Key; parts: Parts }) {
  return <Filled template={template(of)} parts={parts} />;
}

/** The same for a sentence of a view's own words. */
export function Filled({ template, parts }: { template: string; parts: Parts }) {
  return <>{piecesOf(template).map((piece) => ('text' in piece ? piece.text : parts[piece.place]))}</>;
}
