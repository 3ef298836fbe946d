import type { Device } from '../api/types.ts';
import type { Fleet, Row } from './fleet.ts';
import type { FleetQuery, SortKey } from './query.ts';

/** The rows that a query asks for, in its order. */
export function selectRows(fleet: Fleet, query: FleetQuery): readonly Row[] {
  const rows: Row[] = [];
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of fleet.values()) if (matches(row.device, query, words)) rows.push(row);
  const compare = comparisons[query.sort];
  const direction = query.reversed ? -1 : 1;
  return rows.sort((left, right) => direction * compare(left, right) || byId(left, right));
}

function matches(
  device: Device,
  { statuses, standing, group }: FleetQuery,
  words: readonly string[],
): boolean {
  if (statuses.length > 0 && !statuses.includes(device.status)) return false;
  if (standing !== undefined && device.standing !== standing) return false;
  if (group !== undefined && !device.groups.includes(group)) return false;
  if (words.length === 0) return true;
  const told = [
    device.id,
    ...device.groups,
    ...device.connections.flatMap(({ clientId, address }) => [clientId, address]),
  ]
    .join(' ')
    .toLowerCase();
  return words.every((word) => told.includes(word));
}

type Comparison = (left: Row, right: Row) => number;

const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
const byId: Comparison = (left, right) => order(left.natural, right.natural);
const standingOrder = { revoked: 0, quarantined: 1, admitted: 2 } as const;

const comparisons: Readonly<Record<SortKey, Comparison>> = {
  status: (left, right) => right.urgency - left.urgency,
  device: byId,
  standing: (left, right) => standingOrder[left.device.standing] - standingOrder[right.device.standing],
  group: (left, right) => order(left.device.groups.join(' '), right.device.groups.join(' ')),
  connections: (left, right) => right.device.connections.length - left.device.connections.length,
};
