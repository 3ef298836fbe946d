import { formatRoute } from '../../route.ts';
import { type Column, type Counts, type FlowMap, type FlowNode, others } from '../../traffic/flow-map.ts';
import { type TrafficQuery, trafficFields } from '../../traffic/query.ts';
import { words } from './words.ts';

const columns: readonly Column[] = ['sender', 'topic', 'receiver'];
const WIDTH = 1000;
const NODE = 240;
const ROW = 34;
const TOP = 34;

interface Placed extends FlowNode {
  readonly x: number;
  readonly y: number;
}

/** Senders, topics and receivers in three columns; a link's width is how much passes, its stroke what became of it. */
export function TrafficMap({ map, query }: { map: FlowMap; query: TrafficQuery }) {
  const byColumn = columns.map((column) =>
    map.nodes.filter((node) => node.column === column).toSorted(byLabel),
  );
  const rows = Math.max(1, ...byColumn.map(({ length }) => length));
  const height = TOP + rows * ROW;
  const placed = new Map<string, Placed>();
  for (const [index, nodes] of byColumn.entries()) {
    const x = (index * (WIDTH - NODE)) / 2;
    const space = (rows * ROW) / Math.max(1, nodes.length);
    for (const [row, node] of nodes.entries())
      placed.set(node.key, { ...node, x, y: TOP + space * (row + 0.5) });
  }
  const most = Math.max(1, ...map.edges.map(({ allowed, denied }) => allowed + denied));
  return (
    <svg class="traffic-map" viewBox={`-2 0 ${WIDTH + 4} ${height}`}>
      <title>{words.say('map-label')}</title>
      {columns.map((column, index) => (
        <text key={column} class="map-column" x={(index * (WIDTH - NODE)) / 2} y="16">
          {words.say(column)}
        </text>
      ))}
      <g>
        {map.edges.map((edge) => {
          const [from, to] = [placed.get(edge.from), placed.get(edge.to)];
          if (from === undefined || to === undefined) return null;
          const isFaint = query.node !== '' && query.node !== edge.from && query.node !== edge.to;
          return (
            <path
              key={`${edge.from} ${edge.to}`}
              class="map-edge"
              data-outcome={outcomeOf(edge)}
              data-faint={isFaint}
              stroke-width={1.5 + 6 * (Math.log1p(edge.allowed + edge.denied) / Math.log1p(most))}
              d={`M${from.x + NODE} ${from.y} C${from.x + NODE + 90} ${from.y} ${to.x - 90} ${to.y} ${to.x} ${to.y}`}
            />
          );
        })}
      </g>
      {[...placed.values()].map((node) => (
        <Node key={node.key} node={node} query={query} />
      ))}
    </svg>
  );
}

const byLabel = (left: FlowNode, right: FlowNode): number =>
  Number(left.label === others) - Number(right.label === others) || (left.label < right.label ? -1 : 1);

function outcomeOf({ denied, observed }: Counts): 'denied' | 'observed' | 'allowed' {
  return denied > 0 ? 'denied' : observed > 0 ? 'observed' : 'allowed';
}

const LONGEST = 26;

/** A link: only what goes through it is in the table then. */
function Node({ node, query }: { node: Placed; query: TrafficQuery }) {
  const { key, x, y, members, allowed, denied, observed } = node;
  const isShown = query.node === key;
  const label =
    node.label === others
      ? words.say('others', { count: String(members) })
      : node.label === '*'
        ? words.say('untold')
        : node.label;
  const search = new URLSearchParams(
    Object.entries(trafficFields({ ...query, node: isShown ? '' : key })).filter(([, value]) => value !== ''),
  ).toString();
  const parts = { label, allowed: `${allowed}`, denied: `${denied}`, observed: `${observed}` };
  return (
    <a
      href={formatRoute({ path: '/traffic', search })}
      aria-label={words.say('node-label', parts)}
      aria-current={isShown ? 'true' : undefined}
      class="map-node"
      data-outcome={outcomeOf(node)}
    >
      <title>{words.say('node-label', parts)}</title>
      <rect x={x} y={y - 13} width={NODE} height={26} rx={6} />
      <text x={x + 10} y={y + 4.5}>
        {label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label}
      </text>
      {denied + observed > 0 && (
        <text class="map-count" x={x + NODE - 8} y={y + 4.5} text-anchor="end">
          {denied > 0 ? `✖ ${denied}` : `▲ ${observed}`}
        </text>
      )}
    </a>
  );
}
