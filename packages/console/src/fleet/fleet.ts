import type { Device } from '../api/types.ts';
import { claimNames } from '../trust/claims.ts';
import { type Tier, tierOf, urgencyOf } from '../trust/tiers.ts';

/** A device with what sorting needs of it, worked out once. */
export interface Row {
  readonly device: Device;
  /** The id with its numbers padded: `pump-2` comes before `pump-10`. */
  readonly natural: string;
  /** Bigger is more urgent. */
  readonly urgency: number;
}

export type Fleet = ReadonlyMap<string, Row>;

export const noDevices: Fleet = new Map();

export function rowOf(device: Device): Row {
  return {
    device,
    natural: device.id.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0')),
    urgency: urgency(device),
  };
}

const standingUrgency = { admitted: 0, quarantined: 1, revoked: 2 } as const;

/** By status, then overdue, then how much speaks against it, then what was already done about it. */
function urgency({ status, overdue, vector, standing }: Device): number {
  const against = claimNames.reduce((sum, name) => {
    const tier = tierOf(vector[name]);
    return sum + (tier === 'contraindicated' ? 9 : tier === 'warning' ? 1 : 0);
  }, 0);
  return urgencyOf[status] * 10_000 + (overdue ? 5000 : 0) + against * 10 + standingUrgency[standing];
}

/** The fleet as a full answer of the site gives it. */
export function fleetOf(devices: readonly Device[]): Fleet {
  return new Map(devices.map((device) => [device.id, rowOf(device)]));
}

/** The fleet with some devices told anew, and without those that the site no longer knows. */
export function withDevices(fleet: Fleet, told: readonly Device[], gone: readonly string[] = []): Fleet {
  const next = new Map(fleet);
  for (const device of told) next.set(device.id, rowOf(device));
  for (const id of gone) next.delete(id);
  return next;
}

export interface FleetCounts {
  readonly total: number;
  readonly connected: number;
  readonly quarantined: number;
  readonly revoked: number;
  readonly overdue: number;
  readonly byStatus: Readonly<Record<Tier, number>>;
}

export function countFleet(fleet: Fleet): FleetCounts {
  const byStatus: Record<Tier, number> = { none: 0, affirming: 0, warning: 0, contraindicated: 0 };
  const counts = { total: fleet.size, connected: 0, quarantined: 0, revoked: 0, overdue: 0, byStatus };
  for (const { device } of fleet.values()) {
    byStatus[device.status]++;
    if (device.connections.length > 0) counts.connected++;
    if (device.standing === 'quarantined') counts.quarantined++;
    if (device.standing === 'revoked') counts.revoked++;
    if (device.overdue) counts.overdue++;
  }
  return counts;
}

/** The names of all groups, in order. */
export function groupsOf(fleet: Fleet): readonly string[] {
  const names = new Set<string>();
  for (const { device } of fleet.values()) for (const group of device.groups) names.add(group);
  return [...names].sort();
}
