// Everything about the ceremonies of root that leaves this package, by name.
export { assembleSignatures } from './ceremony/assemble.ts';
export { compareRoots, type RootDifference } from './ceremony/compare-roots.ts';
export {
  type Power,
  planRecovery,
  powersOf,
  type RecoveryPlan,
  type StolenKeys,
} from './ceremony/recovery.ts';
export { rehearseChange, rehearseRecovery } from './ceremony/rehearsal/rehearse.ts';
export { rehearseSupplier } from './ceremony/rehearsal/rehearse-supplier.ts';
export type { ClientOutcome, Rehearsal, RehearsalStep } from './ceremony/rehearsal/report.ts';
export type { RehearsalPorts } from './ceremony/rehearsal/stage.ts';
export {
  changedHolders,
  type HolderChange,
  type RoleHolder,
  type RoleState,
  roleStates,
} from './ceremony/role-holders.ts';
export {
  judgeSuccession,
  type SignatureNeed,
  type Succession,
  type SuccessionOptions,
} from './ceremony/succession.ts';
export { type CeremonyWarning, expiryWarnings, rootWarnings } from './ceremony/warnings.ts';
