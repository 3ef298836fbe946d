import type { CampaignDefinition } from './definition.ts';
import type { Cohort, DeviceFacts } from './facts.ts';
import { type Reason, reason } from './reason.ts';
import { type EcuFacts, type Release, releaseFor } from './release.ts';

/** Whether a campaign is for a device. What it is asked to repair stands apart from what it rolls out. */
export type Eligibility =
  | { readonly member: true; readonly repair: boolean }
  | { readonly member: false; readonly reason: Reason };

/** An image for one ECU of a device. */
export interface Fitting {
  readonly ecu: EcuFacts;
  readonly release: Release;
}

/** Which images of a release go to which ECUs: by hardware, and only forward. */
export function fittings(ecus: readonly EcuFacts[], releases: readonly Release[]): readonly Fitting[] {
  return ecus.flatMap((ecu) => {
    const release = releaseFor(ecu, releases);
    if (release === undefined || isCurrent(ecu, release)) return [];
    return release.releaseCounter < ecu.releaseCounter ? [] : [{ ecu, release }];
  });
}

/**
 * Judges a device by what is known of it now. Whoever is in quarantine or contraindicated is nobody's cohort; it belongs
 * to the campaign only if something that counts against it is what a release remedies.
 */
export function eligibility(
  device: DeviceFacts,
  releases: readonly Release[],
  { repair }: Pick<CampaignDefinition, 'repair'>,
  cohort: Cohort,
): Eligibility {
  if (device.standing === 'revoked') return no('revoked');
  const obstacle = obstacleOf(device, releases);
  if (obstacle !== undefined) return { member: false, reason: obstacle };
  if (isSick(device))
    return repair && isRemedied(device, releases) ? { member: true, repair: true } : sick(device);
  return cohort(device, releases) ? { member: true, repair: false } : no('not-in-cohort');
}

/** Whether a device has lost what others still have: it is cut, or would be. */
export const isSick = ({ standing, trust }: Pick<DeviceFacts, 'standing' | 'trust'>): boolean =>
  standing !== 'admitted' || trust === 'contraindicated';

/** Whether its own evidence calls for one of these releases. */
export function isRemedied(device: DeviceFacts, releases: readonly Release[]): boolean {
  return device.ecus.some((ecu) =>
    releaseFor(ecu, releases)?.remedies.some((code) => device.adverse.includes(code)),
  );
}

/** What keeps the images from the device's hardware, whoever it is. */
function obstacleOf({ ecus }: DeviceFacts, releases: readonly Release[]): Reason | undefined {
  if (ecus.length === 0) return reason('no-manifest');
  let isFor = false;
  let isBurnt: Reason | undefined;
  for (const ecu of ecus) {
    const release = releaseFor(ecu, releases);
    if (release === undefined) continue;
    isFor = true;
    if (isCurrent(ecu, release)) continue;
    if (release.releaseCounter < ecu.releaseCounter)
      isBurnt = reason('counter-burnt', { burnt: ecu.releaseCounter, counter: release.releaseCounter });
    else return undefined;
  }
  if (!isFor)
    return reason('hardware-differs', { hardware: ecus.map(({ hardwareId }) => hardwareId).join(', ') });
  return isBurnt ?? reason('already-current');
}

const isCurrent = (ecu: EcuFacts, release: Release): boolean => ecu.target === release.target;

function sick({ standing, adverse }: DeviceFacts): Eligibility {
  if (standing === 'quarantined') return no('quarantined');
  return { member: false, reason: reason('contraindicated', { findings: adverse.join(', ') }) };
}

const no = (code: 'revoked' | 'quarantined' | 'not-in-cohort'): Eligibility => ({
  member: false,
  reason: reason(code),
});
