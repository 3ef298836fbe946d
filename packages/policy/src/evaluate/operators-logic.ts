import { readObject } from '../json/read.ts';
import { asBoolean } from './operands.ts';
import {
  type CompileChild,
  type Compiled,
  type Evaluate,
  expressionCode,
  type Operator,
} from './operator.ts';

/**
 * The operands of a chain `a && b && c`, which the JSON form nests to the left. Unrolled, so that a long chain needs no
 * deep recursion here, nor when it is evaluated.
 */
function chain(name: '&&' | '||', body: unknown, compile: CompileChild): readonly Evaluate[] {
  const operands: Evaluate[] = [];
  for (let rest = body; ; ) {
    const { left, right } = readObject(rest, { code: expressionCode, name: `"${name}"` }, ['left', 'right']);
    operands.push(compile(right).evaluate);
    const inner = nested(name, left);
    if (inner === undefined) return [...operands, compile(left).evaluate].reverse();
    rest = inner;
  }
}

function nested(name: string, json: unknown): unknown {
  const keys = typeof json === 'object' && json !== null ? Object.keys(json) : [];
  return keys.length === 1 && keys[0] === name ? (json as Record<string, unknown>)[name] : undefined;
}

const and: Operator = (body, compile) => {
  const operands = chain('&&', body, compile);
  const evaluate: Evaluate = (environment) => {
    for (const operand of operands) if (!asBoolean(operand(environment))) return false;
    return true;
  };
  return { evaluate };
};

const or: Operator = (body, compile) => {
  const operands = chain('||', body, compile);
  const evaluate: Evaluate = (environment) => {
    for (const operand of operands) if (asBoolean(operand(environment))) return true;
    return false;
  };
  return { evaluate };
};

const not: Operator = (body, compile): Compiled => {
  const { evaluate } = compile(readObject(body, { code: expressionCode, name: '"!"' }, ['arg']).arg);
  return { evaluate: (environment) => !asBoolean(evaluate(environment)) };
};

const choose: Operator = (body, compile) => {
  const parts = readObject(body, { code: expressionCode, name: '"if-then-else"' }, ['if', 'then', 'else']);
  const [condition, yes, no] = [parts.if, parts.then, parts.else].map((part) => compile(part).evaluate);
  return {
    evaluate: (environment) => (asBoolean(condition!(environment)) ? yes!(environment) : no!(environment)),
  };
};

/** `&&` and `||` look at no operand after the one that decides; every operand looked at must be a bool. */
export const logicOperators: Readonly<Record<string, Operator>> = {
  '&&': and,
  '||': or,
  '!': not,
  'if-then-else': choose,
};
