import type { CampaignState } from './campaign.ts';
import type { CampaignDefinition, Proof } from './definition.ts';
import { eligibility, type Fitting, fittings } from './eligibility.ts';
import type { Cohort, DeviceFacts } from './facts.ts';
import { type Member, mayBeAssigned } from './member.ts';
import { type Reason, reason } from './reason.ts';
import { type Release, releaseFor } from './release.ts';
import { isWindowOpen, windowOpensAt } from './window.ts';

/** All that it depends on whether a device is told to install something now. */
export interface Situation {
  readonly campaign: {
    readonly definition: CampaignDefinition;
    readonly releases: readonly Release[];
    readonly state: CampaignState;
    /** The wave that is open, from 0. */
    readonly wave: number;
    /** Why it is paused, if it is. */
    readonly paused?: Reason;
  };
  readonly member: Member;
  readonly device: DeviceFacts;
  readonly cohort: Cohort;
  /** Whether the site's policies let this device be updated. */
  readonly isPermitted: boolean;
  /** A group of the device in which a brake holds falls. */
  readonly brake?: string;
  /** Whether the wave's rate has room for one more. */
  readonly hasRoom: boolean;
  readonly now: number;
}

export type Decision =
  /** It is told now, for the first time or anew. */
  | { readonly kind: 'assign'; readonly fittings: readonly Fitting[]; readonly reason: Reason }
  /** It was told, and still is. */
  | { readonly kind: 'keep'; readonly fittings: readonly Fitting[]; readonly reason: Reason }
  /** It is told nothing; what it had not installed yet is taken back. */
  | { readonly kind: 'none'; readonly reason: Reason; readonly until?: number };

/**
 * Whether a device that asks is told to install the release. The same answer explains it: nobody is told, or not told,
 * without a reason.
 */
export function decideAssignment(situation: Situation): Decision {
  const { campaign, member, device, now } = situation;
  const past = pastOf(member, campaign, device);
  if (past !== undefined) return past;
  const obstacle = obstacleTo(situation);
  if (obstacle !== undefined) return obstacle;
  const target = fittings(device.ecus, campaign.releases);
  if (member.state === 'assigned')
    return {
      kind: 'keep',
      fittings: target,
      reason: toldReason(member, campaign.releases, campaign.definition.gate.proof),
    };
  if (!mayBeAssigned(member, now)) {
    const { attempts, code = '', notBefore: until = now } = member;
    return none(reason('backing-off', { attempts, code, until: timeText(until) }), until);
  }
  if (!situation.hasRoom) return none(reason('rate-reached'), now + 60_000);
  return { kind: 'assign', fittings: target, reason: reason('due') };
}

/** A release for an ECU of a device, as the director says it. */
export const assignmentOf = ({ ecu, release }: Fitting) => ({
  ...{ ecu: ecu.ecu, target: release.target, length: release.length, hashes: release.hashes },
  ...{ hardwareId: ecu.hardwareId, releaseCounter: release.releaseCounter, version: release.version },
});

/** What has happened is not decided again. What is installed and not confirmed is still what the device is told to have. */
function pastOf(
  member: Member,
  { releases, definition }: Situation['campaign'],
  { ecus }: DeviceFacts,
): Decision | undefined {
  const told = () => toldReason(member, releases, definition.gate.proof);
  switch (member.state) {
    case 'installed': {
      const gone = withdrawnFor(ecus, releases);
      if (gone !== undefined) return none(gone);
      return { kind: 'keep', fittings: named(ecus, releases), reason: told() };
    }
    case 'confirmed':
      return { kind: 'keep', fittings: named(ecus, releases), reason: told() };
    case 'proven':
    case 'failed':
      return none(told());
    default:
      return undefined;
  }
}

/** Those ECUs that it is for, whether they have it by now or not. */
const named = (ecus: DeviceFacts['ecus'], releases: readonly Release[]): readonly Fitting[] =>
  ecus.flatMap((ecu) => {
    const release = releaseFor(ecu, releases);
    return release === undefined || release.releaseCounter < ecu.releaseCounter ? [] : [{ ecu, release }];
  });

/** That one of the images for a device was withdrawn, if one was: it is told none of them then. */
function withdrawnFor(ecus: DeviceFacts['ecus'], releases: readonly Release[]): Reason | undefined {
  const gone = ecus
    .map((ecu) => releaseFor(ecu, releases))
    .find((release) => release?.withdrawnAt !== undefined);
  return gone && reason('release-withdrawn', { target: gone.target, at: timeText(gone.withdrawnAt) });
}

function obstacleTo(situation: Situation): Decision | undefined {
  const { campaign, member, device, cohort, now } = situation;
  const { definition, releases, state, wave, paused } = campaign;
  const gone = withdrawnFor(device.ecus, releases);
  if (gone !== undefined) return none(gone);
  if (state === 'draft') return none(reason('draft'));
  if (state === 'paused') return none(paused ?? reason('paused-by-operator', { who: '–', why: '–' }));
  if (state === 'aborted' || state === 'finished') return none(reason(state));
  const isRepair = member.wave < 0;
  if (!isRepair && member.wave > wave)
    return none(reason('wave-not-open', { wave: member.wave + 1, open: wave + 1 }));
  const found = eligibility(device, releases, definition, cohort);
  if (!found.member) return none(member.wave >= 0 ? fallen(found.reason, device) : found.reason);
  if (!situation.isPermitted) return none(reason('policy-forbids'));
  // What is held is not in force: whether it is real is for a person to say, before more devices change.
  if (situation.brake !== undefined && !isRepair)
    return none(reason('brake-pulled', { group: situation.brake }));
  if (member.state === 'assigned' || isWindowOpen(definition.windows, now)) return undefined;
  const opens = windowOpensAt(definition.windows, now);
  return none(reason('window-closed', { opens: opens === undefined ? '–' : timeText(opens) }), opens);
}

function fallen(found: Reason, { adverse }: DeviceFacts): Reason {
  const isFall = found.code === 'quarantined' || found.code === 'contraindicated';
  return isFall ? reason('trust-fell', { findings: adverse.join(', ') || '–' }) : found;
}

/** How far it has come, in words. */
export function toldReason(member: Member, releases: readonly Release[], proof: Proof): Reason {
  const target = releases.map((release) => release.target).join(', ');
  const { state, failure = 'silent', code = '', said = '' } = member;
  switch (state) {
    case 'assigned':
      return reason('assigned', { target, at: timeText(member.assignedAt) });
    case 'installed':
      return reason('installed', { target, at: timeText(member.installedAt) });
    case 'confirmed':
      return reason(proof === 'manifest' ? 'confirmed-unmanifested' : 'confirmed', {
        ...{ target, at: timeText(member.confirmedAt) },
      });
    case 'proven':
      return reason(proof === 'verdict' ? 'proven' : `proven-by-${proof}`, {
        target,
        at: timeText(member.shownAt ?? member.endedAt),
      });
    case 'failed':
      if (failure === 'silent') return reason('silent', { target, at: timeText(member.assignedAt) });
      if (failure === 'verdict-fell') return reason('verdict-fell', { findings: code || '–' });
      return reason(failure, { code, said });
    default:
      return reason('due');
  }
}

/** `2026-11-26 03:10 UTC`: the same for whoever reads it. */
export const timeText = (at: number | undefined): string =>
  at === undefined ? '–' : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const none = (why: Reason, until?: number): Decision => ({
  kind: 'none',
  reason: why,
  ...(until === undefined ? {} : { until }),
});
