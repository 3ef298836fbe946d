import { readList, readObject, readText, refuse } from '../json/read.ts';
import { showValue } from '../values/show.ts';
import type { EntityValue, Value } from '../values/value.ts';
import { operands } from './binary.ts';
import type { Environment } from './environment.ts';
import { fail, failType } from './failure.ts';
import { asEntity, asString } from './operands.ts';
import { expressionCode, type Operator } from './operator.ts';

function known(entity: EntityValue, environment: Environment) {
  return environment.entity(entity) ?? fail(`entity ${showValue(entity)} does not exist`);
}

function fieldsOf(value: Value, environment: Environment): ReadonlyMap<string, Value> {
  if (typeof value === 'object') {
    if (value.kind === 'record') return value.fields;
    if (value.kind === 'entity') return known(value, environment).attributes;
  }
  return failType('record or entity', value);
}

const getAttribute: Operator = (body, compile) => {
  const { left, attr } = readObject(body, { code: expressionCode, name: '"."' }, ['left', 'attr']);
  const name = readText(attr, expressionCode, 'the name of an attribute');
  const { evaluate } = compile(left);
  return {
    evaluate: (environment) => {
      const owner = evaluate(environment);
      const field = fieldsOf(owner, environment).get(name);
      return field === undefined
        ? fail(`${showValue(owner)} has no attribute ${JSON.stringify(name)}`)
        : field;
    },
  };
};

/** The attribute's value, or undefined if the record or entity lacks it or the entity is unknown. */
function lookAt(value: Value, name: string, environment: Environment): Value | undefined {
  if (typeof value === 'object') {
    if (value.kind === 'record') return value.fields.get(name);
    if (value.kind === 'entity') return environment.entity(value)?.attributes.get(name);
  }
  return failType('record or entity', value);
}

/** `has a.b.c` is `has a && .a has b && .a.b has c`. */
const hasAttribute: Operator = (body, compile) => {
  const { left, attr } = readObject(body, { code: expressionCode, name: '"has"' }, ['left', 'attr']);
  const path = (
    typeof attr === 'string' ? [attr] : readList(attr, expressionCode, 'an attribute or a path of them')
  ).map((name) => readText(name, expressionCode, 'the name of an attribute'));
  if (path.length === 0) return refuse(expressionCode, 'at least one attribute in "has"', attr);
  const { evaluate } = compile(left);
  return {
    evaluate: (environment) => {
      let value = evaluate(environment);
      for (const name of path) {
        const field = lookAt(value, name, environment);
        if (field === undefined) return false;
        value = field;
      }
      return true;
    },
  };
};

const getTag: Operator = (body, compile) => {
  const [left, right] = operands('getTag', body, compile);
  return {
    evaluate: (environment) => {
      const [owner, tag] = [left(environment), right(environment)];
      const entity = asEntity(owner);
      const name = asString(tag);
      const value = known(entity, environment).tags.get(name);
      return value === undefined ? fail(`${showValue(entity)} has no tag ${JSON.stringify(name)}`) : value;
    },
  };
};

const hasTag: Operator = (body, compile) => {
  const [left, right] = operands('hasTag', body, compile);
  return {
    evaluate: (environment) => {
      const [owner, tag] = [left(environment), right(environment)];
      const entity = asEntity(owner);
      const name = asString(tag);
      return environment.entity(entity)?.tags.has(name) ?? false;
    },
  };
};

/** Reading from an unknown entity is a failure; asking whether it has something is `false`. */
export const attributeOperators: Readonly<Record<string, Operator>> = {
  '.': getAttribute,
  has: hasAttribute,
  getTag,
  hasTag,
};
