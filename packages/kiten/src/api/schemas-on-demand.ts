import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';

type BuildSerializer = ReturnType<typeof SerializerSelector>;

/** A site answers before it has compiled what hundreds of schemas mean: each is compiled when it is first needed. */
function onDemand<Value, Result>(compile: () => (value: Value) => Result): (value: Value) => Result {
  let compiled: ((value: Value) => Result) | undefined;
  return (value) => {
    compiled ??= compile();
    return compiled(value);
  };
}

/** What turns answers into JSON. */
export const serializersOnDemand: BuildSerializer = (...given) => {
  const compile = SerializerSelector()(...given);
  return (route) => onDemand(() => compile(route));
};

/** What says whether a request is as it should be. */
export const validatorOnDemand: typeof TypeBoxValidatorCompiler = (route) =>
  onDemand(() => TypeBoxValidatorCompiler(route));
