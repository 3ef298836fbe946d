export { checkPolicies } from './check-policies.ts';
export { parsePolicies } from './parse-policies.ts';
export { readSchema } from './read-schema.ts';
export { readSchemaModel } from './read-schema-model.ts';
export { resolveSchema } from './resolve-schema.ts';
export { type PolicyFinding, type ValidationReport, validatePolicies } from './validate-policies.ts';
