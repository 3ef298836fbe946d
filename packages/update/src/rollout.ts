export { backOff } from './rollout/back-off.ts';
export {
  type CampaignCommand,
  type CampaignState,
  campaignCommands,
  campaignStates,
  commanded,
  isAtWork,
} from './rollout/campaign.ts';
export {
  assignmentOf,
  type Decision,
  decideAssignment,
  type Situation,
  timeText,
  toldReason,
} from './rollout/decide.ts';
export {
  type CampaignDefinition,
  defaultGate,
  defaultRetry,
  type Gate,
  type Proof,
  type Retry,
  type Wave,
} from './rollout/definition.ts';
export { type Eligibility, eligibility, type Fitting, fittings } from './rollout/eligibility.ts';
export type { Cohort, DeviceFacts, Trust } from './rollout/facts.ts';
export {
  excessOf,
  type GateVerdict,
  judgeWave,
  type PauseCause,
  quorumOf,
  type Tally,
  toleratedOf,
  type WaveState,
  withstands,
} from './rollout/gate.ts';
export { goneBack, type WayBack, wayBack } from './rollout/go-back.ts';
export {
  appraised,
  assign,
  elapsed,
  type Failure,
  type Member,
  type MemberRules,
  type MemberState,
  manifested,
  mayBeAssigned,
  type Report,
  reported,
  withdraw,
} from './rollout/member.ts';
export {
  fragileWaves,
  type Plan,
  type PlannedWave,
  Planner,
  type PlannerParts,
  planCampaign,
} from './rollout/plan.ts';
export { campaignToJson, parseCampaign, readCampaign } from './rollout/read-definition.ts';
export { pausedReason, type Reason, type ReasonCode, reason, reasonTemplates } from './rollout/reason.ts';
export { type EcuFacts, type Release, releaseFor, releaseOf } from './rollout/release.ts';
export { isWindowOpen, type MaintenanceWindow, windowOpensAt } from './rollout/window.ts';
