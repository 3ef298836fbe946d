import { EvaluationFailure } from '../evaluate/failure.ts';
import { extensionFunctions } from '../extensions/functions.ts';
import { readValue } from '../json/value.ts';
import { showValue } from '../values/show.ts';

type Json = Readonly<Record<string, unknown>>;

const binding: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  in: 3,
  '+': 4,
  '-': 4,
  '*': 5,
};

const constructors: ReadonlySet<string> = new Set(['ip', 'decimal', 'datetime', 'duration']);
const methods: ReadonlySet<string> = new Set(['contains', 'containsAll', 'containsAny', 'getTag', 'hasTag']);

/** An expression in Cedar's JSON form, known to be well-formed, in Cedar's notation. */
export function showExpression(json: unknown): string {
  return show(json, 0);
}

/** As an operand of something that binds as strongly as `outer`. */
function show(json: unknown, outer: number): string {
  const [[name, body]] = Object.entries(json as Json) as [[string, Json & readonly unknown[]]];
  const own = binding[name];
  if (own !== undefined) {
    const text = `${show(body.left, own - 1)} ${name} ${show(body.right, own)}`;
    return own <= outer ? `(${text})` : text;
  }
  if (methods.has(name)) return `${show(body.left, 6)}.${name}(${show(body.right, 0)})`;
  if (constructors.has(name)) return `${name}(${body.map((part) => show(part, 0)).join(', ')})`;
  if (extensionFunctions.has(name)) {
    const [receiver, ...args] = body;
    return `${show(receiver, 6)}.${name}(${args.map((part) => show(part, 0)).join(', ')})`;
  }
  const loose = other(name, body);
  return loose.binding <= outer ? `(${loose.text})` : loose.text;
}

function other(
  name: string,
  body: Json & readonly unknown[],
): { readonly text: string; readonly binding: number } {
  const tight = (text: string) => ({ text, binding: 7 });
  const relation = (text: string) => ({ text, binding: 3 });
  switch (name) {
    case 'Value':
      return tight(showLiteral(body));
    case 'Var':
      return tight(String(body));
    case '!':
      return { text: `!${show(body.arg, 5)}`, binding: 6 };
    case 'neg':
      return { text: `-${show(body.arg, 5)}`, binding: 6 };
    case '.':
      return tight(`${show(body.left, 6)}${attribute(body.attr as string)}`);
    case 'has': {
      const path = typeof body.attr === 'string' ? [body.attr] : (body.attr as string[]);
      const names = path.map((part) => (isName(part) ? part : JSON.stringify(part)));
      return relation(`${show(body.left, 3)} has ${names.join('.')}`);
    }
    case 'like':
      return relation(`${show(body.left, 3)} like ${pattern(body.pattern as readonly unknown[])}`);
    case 'is': {
      const within = body.in === undefined ? '' : ` in ${show(body.in, 3)}`;
      return relation(`${show(body.left, 3)} is ${body.entity_type}${within}`);
    }
    case 'isEmpty':
      return tight(`${show(body.arg, 6)}.isEmpty()`);
    case 'if-then-else':
      return {
        text: `if ${show(body.if, 0)} then ${show(body.then, 0)} else ${show(body.else, 0)}`,
        binding: 0.5,
      };
    case 'Set':
      return tight(`[${body.map((part) => show(part, 0)).join(', ')}]`);
    default:
      return tight(
        `{${Object.entries(body)
          .map(([field, part]) => `${isName(field) ? field : JSON.stringify(field)}: ${show(part, 0)}`)
          .join(', ')}}`,
      );
  }
}

function showLiteral(json: unknown): string {
  try {
    return showValue(readValue(json));
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    // A malformed extension value has no other notation than its own.
    return JSON.stringify(json, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
  }
}

function attribute(name: string): string {
  return isName(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function isName(name: string): boolean {
  return /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name);
}

function pattern(elements: readonly unknown[]): string {
  const parts = elements.map((element) => {
    if (element === 'Wildcard') return '*';
    const literal = JSON.stringify((element as { Literal: string }).Literal);
    return literal.slice(1, -1).replaceAll('*', '\\*');
  });
  return `"${parts.join('')}"`;
}
