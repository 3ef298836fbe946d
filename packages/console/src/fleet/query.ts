import { type Standing, standings } from '../trust/standing.ts';
import { type Tier, tiersWorstFirst } from '../trust/tiers.ts';

export const sortKeys = ['status', 'device', 'standing', 'group', 'connections'] as const;
export type SortKey = (typeof sortKeys)[number];

/** Which devices are shown and in what order; the whole of it stands in the address. */
export interface FleetQuery {
  /** Part of an id, a group, a client id or an address. */
  readonly text: string;
  /** Any of these; none means all. */
  readonly statuses: readonly Tier[];
  readonly standing: Standing | undefined;
  readonly group: string | undefined;
  readonly sort: SortKey;
  readonly reversed: boolean;
}

export const everything: FleetQuery = {
  text: '',
  statuses: [],
  standing: undefined,
  group: undefined,
  sort: 'status',
  reversed: false,
};

/** Reads a query string; what is unknown in it is left out. */
export function parseQuery(text: string): FleetQuery {
  const fields = new URLSearchParams(text);
  const wanted = (fields.get('status') ?? '').split(',');
  return {
    text: (fields.get('text') ?? '').slice(0, 200),
    statuses: tiersWorstFirst.filter((tier) => wanted.includes(tier)),
    standing: standings.find((standing) => standing === fields.get('standing')),
    group: fields.get('group') ?? undefined,
    sort: sortKeys.find((key) => key === fields.get('sort')) ?? everything.sort,
    reversed: fields.get('order') === 'reversed',
  };
}

/** Writes a query string without what goes without saying: `everything` is the empty text. */
export function formatQuery({ text, statuses, standing, group, sort, reversed }: FleetQuery): string {
  const fields = new URLSearchParams();
  if (text !== '') fields.set('text', text);
  if (statuses.length > 0)
    fields.set('status', tiersWorstFirst.filter((tier) => statuses.includes(tier)).join(','));
  if (standing !== undefined) fields.set('standing', standing);
  if (group !== undefined) fields.set('group', group);
  if (sort !== everything.sort) fields.set('sort', sort);
  if (reversed) fields.set('order', 'reversed');
  return fields.toString().replaceAll('%2C', ',');
}

/** Whether any device is left out. */
export function isFiltered({ text, statuses, standing, group }: FleetQuery): boolean {
  return text !== '' || statuses.length > 0 || standing !== undefined || group !== undefined;
}

/** The query after a press on a column's heading: by that column, or the other way round if it was already. */
export function sortedBy(query: FleetQuery, sort: SortKey): FleetQuery {
  return { ...query, sort, reversed: query.sort === sort ? !query.reversed : false };
}
