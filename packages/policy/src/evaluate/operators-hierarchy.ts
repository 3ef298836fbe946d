import { readTypeName } from '../json/entity-uid.ts';
import { readObject } from '../json/read.ts';
import { operands } from './binary.ts';
import { isInValue } from './hierarchy.ts';
import { asEntity } from './operands.ts';
import { expressionCode, type Operator } from './operator.ts';

const within: Operator = (body, compile) => {
  const [left, right] = operands('in', body, compile);
  return { evaluate: (environment) => isInValue(left(environment), right(environment), environment) };
};

/** `e is T in g` is `e is T && e in g`: where the type differs, `g` is not looked at. */
const is: Operator = (body, compile) => {
  const parts = readObject(body, { code: expressionCode, name: '"is"' }, ['left', 'entity_type'], ['in']);
  const type = readTypeName(parts.entity_type, expressionCode);
  const { evaluate } = compile(parts.left);
  if (parts.in === undefined)
    return { evaluate: (environment) => asEntity(evaluate(environment)).type === type };
  const group = compile(parts.in).evaluate;
  return {
    evaluate: (environment) => {
      const entity = asEntity(evaluate(environment));
      return entity.type === type && isInValue(entity, group(environment), environment);
    },
  };
};

export const hierarchyOperators: Readonly<Record<string, Operator>> = { in: within, is };
