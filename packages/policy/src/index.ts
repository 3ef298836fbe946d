export { policyAnnotations } from './annotations.ts';
export { type CompiledPolicies, compilePolicies } from './compile/compile-policies.ts';
export type { CompiledPolicy } from './compile/policy.ts';
export type { Scope } from './compile/scope.ts';
export { decide } from './decide.ts';
export type { Decision, PolicyError, Request } from './decision.ts';
export { type Entity, type EntitySource, entities, type NamedEntity } from './entity-source.ts';
export {
  type ExplainedCondition,
  type ExplainedPolicy,
  type Explanation,
  explainRequest,
} from './explain/explain-request.ts';
export type { Observation } from './explain/observe.ts';
export { defaultInvariants } from './fleet/default-invariants.ts';
export { defaultPolicies } from './fleet/default-policies.ts';
export { defaultSchema, trustTypes } from './fleet/default-schema.ts';
export {
  type DeviceFacts,
  deviceEntity,
  type OperatorFacts,
  operatorEntity,
  topicEntity,
} from './fleet/entities.ts';
export { entitiesFromJson } from './json/entities.ts';
export { exactJsonText } from './json/exact-json.ts';
export type {
  EntityUidJson,
  ExpressionJson,
  PolicyJson,
  PolicySetJson,
  ScopeJson,
  SlotName,
  TemplateLinkJson,
} from './json/policy-json.ts';
export { requestFromJson } from './json/request.ts';
export { entitiesToJson, requestToJson } from './json/scenario-to-json.ts';
export type { CedarSchema, Shape } from './json/schema.ts';
export { contextFromJson, valueFromJson } from './json/value-from-json.ts';
export { type ExactJson, valueToJson } from './json/value-to-json.ts';
export { type ChangedRegion, diffPolicies, type PolicyDifference } from './prove/analysis/difference.ts';
export { type PolicyRemark, type PolicyReview, reviewPolicies } from './prove/analysis/review.ts';
export type { Scenario } from './prove/counterexample/scenario.ts';
export { type InvariantOutcome, PolicyProver, type ProofReport } from './prove/prover.ts';
export {
  environmentsOf,
  type RequestEnvironment,
  type SchemaModel,
  showEnvironment,
} from './prove/schema/schema-model.ts';
export { equalValues } from './values/equality.ts';
export type {
  DatetimeValue,
  DecimalValue,
  DurationValue,
  ExtensionValue,
  IpAddressValue,
} from './values/extension-value.ts';
export { SetValue, setValue } from './values/set-value.ts';
export { showValue } from './values/show.ts';
export {
  type CedarRecord,
  type EntityUid,
  type EntityValue,
  emptyRecord,
  entityValue,
  longMaximum,
  longMinimum,
  type PrimitiveValue,
  type RecordValue,
  recordValue,
  type Value,
} from './values/value.ts';
