import { type EcuFacts, releaseFor } from '@kiten/update';
import type { KeptVehicle } from '../../store/update-vehicles.ts';
import type { Campaign } from './campaign.ts';
import type { Membership } from './device-decisions.ts';
import type { HeardEcu } from './director/directing.ts';

/** What runs there and is not on trial any more has burnt its counter, whoever installed it. */
export function withBurnt(
  ecus: readonly HeardEcu[],
  memberships: readonly Membership[],
): readonly EcuFacts[] {
  const onTrial = new Set(
    memberships
      .filter(({ member }) => member.assignedAt !== undefined && member.confirmedAt === undefined)
      .flatMap(({ campaign }) => campaign.releases.map(({ target }) => target)),
  );
  return ecus.map((ecu) => {
    const { target, runs, ...rest } = ecu;
    const isOnTrial = target !== undefined && onTrial.has(target);
    const releaseCounter = isOnTrial ? ecu.releaseCounter : Math.max(ecu.releaseCounter, runs ?? 0);
    return { ...rest, releaseCounter, ...(target === undefined ? {} : { target }) };
  });
}

/** With the counters burnt of what it has confirmed. */
export function confirmedEcus(
  kept: KeptVehicle | undefined,
  { releases }: Campaign,
): readonly EcuFacts[] | undefined {
  if (kept === undefined) return undefined;
  return (JSON.parse(kept.ecus) as EcuFacts[]).map((ecu) => {
    const release = releaseFor(ecu, releases);
    const releaseCounter = Math.max(ecu.releaseCounter, release?.releaseCounter ?? 0);
    return { ...ecu, releaseCounter };
  });
}
