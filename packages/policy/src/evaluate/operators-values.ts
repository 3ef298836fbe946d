import { callExtension, type ExtensionFunction } from '../extensions/functions.ts';
import { isJsonObject, readList, refuse } from '../json/read.ts';
import { readValue } from '../json/value.ts';
import { setValue } from '../values/set-value.ts';
import { recordValue, type Value } from '../values/value.ts';
import type { Environment } from './environment.ts';
import { EvaluationFailure } from './failure.ts';
import { type Compiled, constantly, type Evaluate, expressionCode, type Operator } from './operator.ts';

const variables: Readonly<Record<string, Evaluate>> = {
  principal: (environment) => environment.principal,
  action: (environment) => environment.action,
  resource: (environment) => environment.resource,
  context: (environment) => environment.context,
};

const variable: Operator = (body) => {
  const evaluate = typeof body === 'string' && Object.hasOwn(variables, body) ? variables[body] : undefined;
  return evaluate === undefined
    ? refuse(expressionCode, 'principal, action, resource or context', body)
    : { evaluate };
};

/** A value that an extension refuses makes the policy fail when it is evaluated, not when it is read. */
const literal: Operator = (body) => {
  try {
    return constantly(readValue(body));
  } catch (error) {
    return { evaluate: failing(error) };
  }
};

function failing(error: unknown): Evaluate {
  if (!(error instanceof EvaluationFailure)) throw error;
  return () => {
    throw error;
  };
}

const set: Operator = (body, compile) =>
  assemble(readList(body, expressionCode, '"Set"').map(compile), (values) => setValue(values));

const record: Operator = (body, compile) => {
  if (!isJsonObject(body)) return refuse(expressionCode, '"Record", an object', body);
  const names = Object.keys(body);
  return assemble(Object.values(body).map(compile), (values) =>
    recordValue(values.map((value, index) => [names[index]!, value] as const)),
  );
};

/** A call of an extension function; its receiver, if a method, is the first argument. */
export function compileCall(
  called: ExtensionFunction,
  body: unknown,
  compile: (json: unknown) => Compiled,
): Compiled {
  const args = readList(body, expressionCode, `the arguments of ${called.name}`).map(compile);
  return assemble(args, (values) => callExtension(called, values));
}

/** Evaluates the parts, then builds; at once if all the parts are constant, so that literals are built only once. */
function assemble(parts: readonly Compiled[], build: (values: readonly Value[]) => Value): Compiled {
  const constants = parts.map((part) => part.constant).filter((value) => value !== undefined);
  if (constants.length === parts.length) {
    try {
      return constantly(build(constants));
    } catch (error) {
      return { evaluate: failing(error) };
    }
  }
  const evaluators = parts.map((part) => part.evaluate);
  return {
    evaluate: (environment: Environment) => build(evaluators.map((evaluate) => evaluate(environment))),
  };
}

export const valueOperators: Readonly<Record<string, Operator>> = {
  Var: variable,
  Value: literal,
  Set: set,
  Record: record,
};
