import type { UnknownFiles } from '@kiten/attestation';
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
  readonly attest: AttestSettings;
}

/** How devices attest that can. */
export interface AttestSettings {
  /** How often. */
  readonly everySeconds: number;
  /** How long one that is asked to may take: then its session is cut. */
  readonly deadlineSeconds: number;
  /** What a file amounts to that no reference value names. */
  readonly unknownFiles: UnknownFiles;
  /** What keys its devices get certificates for. */
  readonly key: KeyRule;
}

/** Any key; one that hardware holds; or one that hardware holds in a state that is approved. */
export const keyRules = ['any', 'hardware', 'hardware-approved'] as const;
export type KeyRule = (typeof keyRules)[number];

export const isKeyRule = (text: string): text is KeyRule => keyRules.some((rule) => rule === text);

export const defaultAttest: AttestSettings = {
  everySeconds: 3600,
  deadlineSeconds: 60,
  unknownFiles: 'contraindicated',
  key: 'any',
};

/** What holds for a device in several groups: whatever asks more of it. */
export function strictest(settings: readonly AttestSettings[]): AttestSettings {
  const [first = defaultAttest, ...others] = settings;
  return others.reduce(
    (one, other) => ({
      everySeconds: Math.min(one.everySeconds, other.everySeconds),
      deadlineSeconds: Math.min(one.deadlineSeconds, other.deadlineSeconds),
      unknownFiles: other.unknownFiles === 'contraindicated' ? other.unknownFiles : one.unknownFiles,
      key: keyRules.indexOf(other.key) > keyRules.indexOf(one.key) ? other.key : one.key,
    }),
    first,
  );
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
export type GroupChange = {
  readonly name: string;
  readonly brake?: Partial<BrakeSettings>;
  readonly attest?: Partial<AttestSettings>;
} & Partial<Omit<GroupSettings, 'name' | 'brake' | 'attest'>>;

/** A group that nobody has set anything for. */
export function newGroup(name: string): GroupSettings {
  const safety = name === safetyGroup;
  return {
    ...{ name, required: [], mode: 'enforce', safety, acknowledgeSeconds: 30 },
    ...{ brake: defaultBrake, attest: defaultAttest },
  };
}

/** A group after a change. */
export function changedGroup(before: GroupSettings, change: GroupChange): GroupSettings {
  return {
    ...before,
    ...change,
    brake: { ...before.brake, ...change.brake },
    attest: { ...before.attest, ...change.attest },
  };
}

/** How devices in these groups are treated: they are observed if all their groups observe. One that enforces decides. */
export function modeOf(groups: readonly (GroupSettings | undefined)[]): EnforcementMode {
  return groups.length > 0 && groups.every((group) => group?.mode === 'observe') ? 'observe' : 'enforce';
}
