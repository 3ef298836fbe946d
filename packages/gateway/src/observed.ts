import type { Core } from './core.ts';
import type { Denial, DenialRecord } from './denial-log.ts';
import type { DeviceRecord } from './device-record.ts';
import type { AdmissionJudgement } from './judge.ts';

/** Whether what policy refuses to a device passes and is shown. Not to one that an operator has quarantined. */
export function isObserved({ device }: DeviceRecord): boolean {
  return device?.mode === 'observe' && device.standing === 'admitted';
}

/** What would have been refused, but for the mode of a device's group. */
export interface Observed extends Denial {
  /** The device whose group observes. */
  readonly observed: string;
}

/** Counts what would have been refused and passed; returns where further ones are counted by `DenialLog.again`. */
export function noteObserved(core: Core, denial: Observed, times: number): DenialRecord {
  core.statistics.observed += times;
  return core.denials.note(denial, core.now, times);
}

/** Counts connections that policy would not have let in so far, if there are any. */
export function observeAdmission(
  core: Core,
  { id }: DeviceRecord,
  judgement: AdmissionJudgement | undefined,
  times: number,
): void {
  if (judgement === undefined || judgement.admission === judgement.judged || times === 0) return;
  const { policies } = judgement;
  noteObserved(core, { device: id, action: 'connect', topic: '', policies, observed: id }, times);
}
