export { checkPolicies } from './check-policies.ts';
export { type PolicyIds, parsePolicies } from './parse-policies.ts';
export { readSchema } from './read-schema.ts';
export { readSchemaModel } from './read-schema-model.ts';
export { requestProblem } from './request-problem.ts';
export { resolveSchema, schemaText } from './resolve-schema.ts';
export { type PolicyFinding, type ValidationReport, validatePolicies } from './validate-policies.ts';
