export const windows = [5, 60, 1440, 10_080] as const;
export const groupings = ['group', 'device'] as const;
export const outcomes = ['all', 'denied', 'observed'] as const;
export type Outcome = (typeof outcomes)[number];

/** What of the traffic is shown; the whole of it stands in the address. */
export interface TrafficQuery {
  readonly minutes: number;
  readonly by: (typeof groupings)[number];
  /** Levels of a topic that are told apart. */
  readonly depth: number;
  readonly outcome: Outcome;
  /** The key of a node of the map: only what goes through it is in the table. */
  readonly node: string;
}

export const usual: TrafficQuery = { minutes: 60, by: 'group', depth: 2, outcome: 'all', node: '' };

/** Reads a query string; what is unknown in it is as usual. */
export function parseTrafficQuery(search: string): TrafficQuery {
  const fields = new URLSearchParams(search);
  const depth = Number(fields.get('depth'));
  return {
    minutes: windows.find((one) => String(one) === fields.get('minutes')) ?? usual.minutes,
    by: groupings.find((one) => one === fields.get('by')) ?? usual.by,
    depth: [1, 2, 3].includes(depth) ? depth : usual.depth,
    outcome: outcomes.find((one) => one === fields.get('outcome')) ?? usual.outcome,
    node: (fields.get('node') ?? '').slice(0, 300),
  };
}

/** The fields of the query string, without what is as usual. */
export function trafficFields(query: TrafficQuery): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      value === usual[name as keyof TrafficQuery] ? '' : String(value),
    ]),
  );
}
