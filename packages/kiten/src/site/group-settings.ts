import type { EnforcementMode, Profile } from '@kiten/trust';

/** What an operator has set for a group of devices. */
export interface GroupSettings extends Profile {
  /** Whether what policy refuses to its devices is refused, or passes and is shown. */
  readonly mode: EnforcementMode;
}

/** What is changed about a group; what is left out stays as it is. */
export type GroupChange = { readonly name: string } & Partial<Omit<GroupSettings, 'name'>>;

/** A group that nobody has set anything for. */
export function newGroup(name: string): GroupSettings {
  return { name, required: [], mode: 'enforce' };
}

/** How devices in these groups are treated: they are observed if all their groups observe. One that enforces decides. */
export function modeOf(groups: readonly (GroupSettings | undefined)[]): EnforcementMode {
  return groups.length > 0 && groups.every((group) => group?.mode === 'observe') ? 'observe' : 'enforce';
}
