import { type DeviceId, deviceSubject, type RecordedEvent } from '@kiten/trust';
import type { Member } from '@kiten/update';
import type { KeptVehicle } from '../../store/update-vehicles.ts';
import type { DeviceRecord } from '../device-book.ts';
import type { Campaign } from './campaign.ts';
import type { Outcome } from './device-decisions.ts';
import type { HeardManifest } from './director/directing.ts';

/** What a device's ECUs have noticed of attacks, once. */
export function heardEvents(
  { id }: DeviceRecord,
  { attacks }: HeardManifest,
  kept: KeptVehicle | undefined,
  at: number,
): readonly RecordedEvent[] {
  const known = new Set(
    kept === undefined ? [] : (JSON.parse(kept.memory) as { attacks?: string[] }).attacks,
  );
  return [...attacks].flatMap(([ecu, found]) => {
    if (found === '' || known.has(`${ecu} ${found}`)) return [];
    const data = { ecu, code: 'update/attack-detected' };
    const about = { at, actor: `device:${id}`, subject: deviceSubject(id) };
    return [{ type: 'update/refused', ...about, reason: found.slice(0, 500), data }];
  });
}

/** The log has what a device is told before it is served (`loggedEvent`). */
export function assignedEvent(
  { id }: DeviceRecord,
  { version, sha256 }: { readonly version: number; readonly sha256: string },
  outcomes: readonly Outcome[],
  at: number,
): RecordedEvent {
  const told = outcomes.filter(({ fittings }) => fittings.length > 0);
  const target = told.flatMap(({ fittings }) => fittings.map(({ release }) => release.target)).join(', ');
  const data = {
    ...{ version, sha256, target: target.slice(0, 500) || '–' },
    campaign: told.map(({ campaign }) => campaign.id).join(', '),
    name: told
      .map(({ campaign }) => campaign.record.definition.name)
      .join(', ')
      .slice(0, 200),
    why: outcomes
      .map(({ reason }) => reason.code)
      .join(', ')
      .slice(0, 200),
  };
  return {
    type: 'update/assigned',
    at,
    actor: 'site',
    subject: deviceSubject(id),
    data,
  };
}

/** What became of a device is decided. */
export function endedEvent(campaign: Campaign, member: Member, at: number): RecordedEvent {
  const { id, record } = campaign;
  const data = {
    campaign: id,
    name: record.definition.name,
    code: member.failure ?? 'proven',
    findings: member.code ?? '',
  };
  const type = member.state === 'proven' ? 'update/proven' : 'update/failed';
  return { type, at, actor: 'site', subject: deviceSubject(member.device as DeviceId), data };
}
