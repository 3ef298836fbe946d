import { extensionFunctions } from '../extensions/functions.ts';
import { isJsonObject, refuse } from '../json/read.ts';
import { type Compiled, expressionCode, type Operator } from './operator.ts';
import { arithmeticOperators } from './operators-arithmetic.ts';
import { attributeOperators } from './operators-attributes.ts';
import { comparisonOperators } from './operators-comparison.ts';
import { hierarchyOperators } from './operators-hierarchy.ts';
import { logicOperators } from './operators-logic.ts';
import { setOperators } from './operators-sets.ts';
import { textOperators } from './operators-text.ts';
import { compileCall, valueOperators } from './operators-values.ts';

const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    ...valueOperators,
    ...logicOperators,
    ...comparisonOperators,
    ...arithmeticOperators,
    ...setOperators,
    ...attributeOperators,
    ...hierarchyOperators,
    ...textOperators,
  }),
);

/** Deeper than any policy people write; chains of `&&` and `||` don't count. Bounds the stack, here and at evaluation. */
const deepest = 1_000;

/**
 * An expression in Cedar's JSON form (Cedar documentation, "JSON policy format", JsonExpr) as a closure.
 *
 * @throws {KitenError} `policy/json-expression` or `policy/json-value` if it is no such form.
 */
export function compileExpression(json: unknown, depth = 0): Compiled {
  if (depth > deepest) return refuse(expressionCode, `an expression nested at most ${deepest} deep`);
  if (!isJsonObject(json)) return refuse(expressionCode, 'an expression, an object with one key', json);
  const [name, ...others] = Object.keys(json);
  if (name === undefined || others.length > 0)
    return refuse(expressionCode, 'exactly one key in an expression', json);
  const compileChild = (child: unknown) => compileExpression(child, depth + 1);
  const operator = operators.get(name);
  if (operator !== undefined) return operator(json[name], compileChild);
  const called = extensionFunctions.get(name);
  if (called !== undefined) return compileCall(called, json[name], compileChild);
  return refuse(expressionCode, 'an operator or extension function of Cedar', name);
}
