import { KitenError } from '@kiten/codec';

/** A word of a CDDL specification, with where it begins. */
export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'bytes' | 'sign' | 'control' | 'end';
  readonly text: string;
  readonly at: number;
}

const longest = 16_384;
const forms: readonly (readonly [Token['kind'], RegExp])[] = [
  ['text', /"(?:[^"\\\n]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y],
  ['bytes', /h'(?:[0-9a-fA-F]{2})*'/y],
  ['number', /-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)/y],
  ['control', /\.[a-z]+/y],
  ['name', /[A-Za-z@_$](?:[-.]*[A-Za-z0-9@_$])*/y],
  ['sign', /\.\.\.|\.\.|=>|\/\/=|\/=|\/\/|#6\.|[={}[\](),:?*+/#<>~&^]/y],
];

/** Cuts a specification into words (RFC 8610, appendix B). @throws KitenError `gateway/payload-cddl` */
export function cddlTokens(text: string): readonly Token[] {
  if (text.length > longest) throw cddlRefusal(`is longer than ${longest} characters`);
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const blank = /[ \t\r\n]+|;[^\n]*/y;
    blank.lastIndex = at;
    if (blank.test(text)) {
      at = blank.lastIndex;
      continue;
    }
    const token = tokenAt(text, at);
    tokens.push(token);
    at += token.text.length;
  }
  return [...tokens, { kind: 'end', text: '', at: text.length }];
}

function tokenAt(text: string, at: number): Token {
  for (const [kind, form] of forms) {
    form.lastIndex = at;
    const [found] = form.exec(text) ?? [];
    if (found !== undefined) return { kind, text: found, at };
  }
  throw cddlRefusal(`has something at character ${at} that is not known here`);
}

export function cddlRefusal(what: string): KitenError {
  return new KitenError('gateway/payload-cddl', `The CDDL of a payload rule ${what}.`);
}
