import { readList, readObject, readText } from '../json/read.ts';
import { compilePattern } from './like.ts';
import { asString } from './operands.ts';
import { expressionCode, type Operator } from './operator.ts';

/** The pattern's texts between wildcards: `[{"Literal": "a"}, "Wildcard"]` is `["a", ""]`. */
export function readPattern(json: unknown): readonly string[] {
  const segments = [''];
  for (const element of readList(json, expressionCode, 'the pattern of "like"')) {
    if (element === 'Wildcard') {
      segments.push('');
      continue;
    }
    const { Literal: literal } = readObject(
      element,
      { code: expressionCode, name: 'an element of a pattern' },
      ['Literal'],
    );
    segments.push(segments.pop() + readText(literal, expressionCode, 'the literal of a pattern'));
  }
  return segments;
}

const like: Operator = (body, compile) => {
  const { left, pattern } = readObject(body, { code: expressionCode, name: '"like"' }, ['left', 'pattern']);
  const matches = compilePattern(readPattern(pattern));
  const { evaluate } = compile(left);
  return { evaluate: (environment) => matches(asString(evaluate(environment))) };
};

export const textOperators: Readonly<Record<string, Operator>> = { like };
