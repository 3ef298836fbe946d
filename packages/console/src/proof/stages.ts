import type { CheckReport } from '@kiten/checker';

/** The steps of docs/verdict-bundle.md, "Checking", in their order. */
export const stages = [
  'bundle',
  'rules',
  'checkpoint',
  'leaves',
  'steps',
  'nothing-idle',
  'goal',
  'time',
] as const;
export type Stage = (typeof stages)[number];
export type StageOutcome = 'held' | 'failed' | 'not-reached';

const reasons: readonly (readonly [Stage, RegExp])[] = [
  ['bundle', /^bundle-/],
  ['rules', /^rules-/],
  ['checkpoint', /^(checkpoint-|log-unknown)/],
  ['nothing-idle', /-(unused|repeated)$/],
  ['leaves', /^(statement-|marks-|root-|key-)/],
  ['steps', /^step-/],
  ['goal', /^goal-/],
  ['time', /^verdict-/],
];

/** How far a check came: what held, what failed, and what was not looked at because of that. */
export function stagesOf(report: CheckReport): readonly (readonly [Stage, StageOutcome])[] {
  if (report.holds) return stages.map((stage) => [stage, 'held']);
  const failed = reasons.find(([, form]) => form.test(report.reason))?.[0] ?? 'bundle';
  const at = stages.indexOf(failed);
  return stages.map((stage, index) => [stage, index < at ? 'held' : index === at ? 'failed' : 'not-reached']);
}
