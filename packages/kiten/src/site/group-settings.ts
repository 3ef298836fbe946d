import type { EnforcementMode, Profile } from '@kiten/trust';

/** What an operator has set for a group of devices. */
export interface GroupSettings extends Profile {
  /** Whether what policy refuses to its devices is refused, or passes and is shown. */
  readonly mode: EnforcementMode;
  readonly brake: BrakeSettings;
  /** Its devices are never cut blindly: they bring themselves to a safe state first. */
  readonly safety: boolean;
  /** How long each has for that. */
  readonly acknowledgeSeconds: number;
}

/** The group that the invariants speak of: devices of a group with `safety` are in it, too. */
export const safetyGroup = 'safety';

/** When automatic enforcement pauses: when one cause fells more than this share, and at least so many, within the window. */
export interface BrakeSettings {
  /** Per cent of the group's devices, 1 to 100; 100 never pauses. */
  readonly share: number;
  readonly least: number;
  readonly windowSeconds: number;
}

/** A week, in seconds. */
export const longestWindow = 604_800;

export const defaultBrake: BrakeSettings = { share: 20, least: 5, windowSeconds: 3600 };

/** What is changed about a group; what is left out stays as it is. */
export type GroupChange = { readonly name: string; readonly brake?: Partial<BrakeSettings> } & Partial<
  Omit<GroupSettings, 'name' | 'brake'>
>;

/** A group that nobody has set anything for. */
export function newGroup(name: string): GroupSettings {
  const safety = name === safetyGroup;
  return { name, required: [], mode: 'enforce', brake: defaultBrake, safety, acknowledgeSeconds: 30 };
}

/** A group after a change. */
export function changedGroup(before: GroupSettings, change: GroupChange): GroupSettings {
  return { ...before, ...change, brake: { ...before.brake, ...change.brake } };
}

/** How devices in these groups are treated: they are observed if all their groups observe. One that enforces decides. */
export function modeOf(groups: readonly (GroupSettings | undefined)[]): EnforcementMode {
  return groups.length > 0 && groups.every((group) => group?.mode === 'observe') ? 'observe' : 'enforce';
}
