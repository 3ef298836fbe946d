import type { TrafficRow } from '../api/traffic.ts';
import type { Outcome, TrafficQuery } from './query.ts';

export type Column = 'sender' | 'topic' | 'receiver';

export interface Counts {
  readonly allowed: number;
  readonly denied: number;
  readonly observed: number;
}

export interface FlowNode extends Counts {
  /** `sender:pump`, `topic:d/pump-1`. */
  readonly key: string;
  readonly column: Column;
  readonly label: string;
  /** How many devices or topics it stands for. */
  readonly members: number;
}

export interface FlowEdge extends Counts {
  readonly from: string;
  readonly to: string;
}

export interface FlowMap {
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
}

/** More nodes in a column are gathered in one. */
export const mostNodes = 18;
/** The label of what is gathered. */
export const others = '…';

const sending: ReadonlySet<string> = new Set(['publish']);
const receiving: ReadonlySet<string> = new Set(['subscribe', 'receive']);

/** The beginning of a topic that it is told apart by. */
export function topicLabel(topic: string, depth: number): string {
  const levels = topic.split('/');
  return levels.length <= depth ? topic : `${levels.slice(0, depth).join('/')}/`;
}

/** Where a row stands in the map: the keys of its device and its topic; undefined for what is on no topic. */
export function placeOf(
  row: TrafficRow,
  groupOf: (device: string) => string,
  { by, depth }: Pick<TrafficQuery, 'by' | 'depth'>,
): { readonly column: Column; readonly device: string; readonly topic: string } | undefined {
  const column = sending.has(row.action) ? 'sender' : receiving.has(row.action) ? 'receiver' : undefined;
  if (column === undefined) return undefined;
  const label = by === 'device' ? row.device : groupOf(row.device);
  return { column, device: `${column}:${label}`, topic: `topic:${topicLabel(row.topic, depth)}` };
}

/** Rows as a map from senders over topics to receivers; what there is most of is told apart, the rest is gathered. */
export function flowMap(
  rows: readonly TrafficRow[],
  groupOf: (device: string) => string,
  query: Pick<TrafficQuery, 'by' | 'depth'>,
): FlowMap {
  const placed = rows.flatMap((row) => {
    const place = placeOf(row, groupOf, query);
    return place === undefined ? [] : [{ row, ...place }];
  });
  const sums = new Map<string, Mutable<Counts> & { members: Set<string> }>();
  for (const { row, device, topic } of placed) {
    add(sums, device, row, row.device);
    add(sums, topic, row, row.topic);
  }
  const kept = keptNodes(sums);
  const keyOf = (key: string) => (kept.has(key) ? key : `${columnOf(key)}:${others}`);
  const nodes = new Map<string, Mutable<Counts> & { members: Set<string> }>();
  for (const [key, sum] of sums) merge(nodes, keyOf(key), sum);
  const edges = new Map<string, Mutable<Counts> & { members: Set<string> }>();
  for (const { row, column, device, topic } of placed) {
    const ends = [keyOf(device), keyOf(topic)];
    if (column === 'receiver') ends.reverse();
    add(edges, ends.join('\0'), row, row.topic);
  }
  return {
    nodes: [...nodes].map(([key, { members, ...counts }]) => ({
      ...counts,
      ...{ key, column: columnOf(key), label: key.slice(key.indexOf(':') + 1), members: members.size },
    })),
    edges: [...edges].map(([key, { members: _, ...counts }]) => {
      const [from = '', to = ''] = key.split('\0');
      return { ...counts, from, to };
    }),
  };
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };
type Sums = Map<string, Mutable<Counts> & { members: Set<string> }>;

function add(sums: Sums, key: string, { allowed, denied, observed }: Counts, member: string): void {
  merge(sums, key, { allowed, denied, observed, members: new Set([member]) });
}

function merge(sums: Sums, key: string, more: Counts & { readonly members: ReadonlySet<string> }): void {
  const sum = sums.get(key) ?? { allowed: 0, denied: 0, observed: 0, members: new Set<string>() };
  sum.allowed += more.allowed;
  sum.denied += more.denied;
  sum.observed += more.observed;
  for (const member of more.members) sum.members.add(member);
  sums.set(key, sum);
}

/** What was refused comes before what passed: a single refusal is worth more than a million readings. */
function keptNodes(sums: Sums): ReadonlySet<string> {
  const weight = ({ allowed, denied, observed }: Counts) => (denied + observed) * 1e9 + allowed;
  const kept = new Set<string>();
  for (const column of ['sender', 'topic', 'receiver'] as const) {
    const keys = [...sums].filter(([key]) => columnOf(key) === column);
    keys.sort(([, left], [, right]) => weight(right) - weight(left));
    const room = keys.length > mostNodes ? mostNodes - 1 : mostNodes;
    for (const [key] of keys.slice(0, room)) kept.add(key);
  }
  return kept;
}

const columnOf = (key: string): Column => key.slice(0, key.indexOf(':')) as Column;

/** The rows that a query asks for in the table. */
export function selectTraffic(
  rows: readonly TrafficRow[],
  groupOf: (device: string) => string,
  query: TrafficQuery,
  map: FlowMap,
): readonly TrafficRow[] {
  const known = new Set(map.nodes.map(({ key }) => key));
  return rows.filter((row) => {
    if (!hasOutcome(row, query.outcome)) return false;
    if (query.node === '') return true;
    const place = placeOf(row, groupOf, query);
    if (place === undefined) return false;
    return [place.device, place.topic].some(
      (key) => query.node === (known.has(key) ? key : `${columnOf(key)}:${others}`),
    );
  });
}

export function hasOutcome({ denied, observed }: Counts, outcome: Outcome): boolean {
  return outcome === 'all' || (outcome === 'denied' ? denied > 0 : observed > 0);
}
