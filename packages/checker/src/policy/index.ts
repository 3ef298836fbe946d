export { checkPolicyCertificate, type PolicyCheckInput } from './check.ts';
export type { PolicyEnvironment, PolicyPlace, PolicyReason, PolicyReport, Uid } from './report.ts';
