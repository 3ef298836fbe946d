import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrafficRow } from '../src/api/traffic.ts';
import { flowMap, mostNodes, selectTraffic, topicLabel } from '../src/traffic/flow-map.ts';
import { parseTrafficQuery, trafficFields, usual } from '../src/traffic/query.ts';

const row = (
  device: string,
  action: string,
  topic: string,
  counts: Partial<TrafficRow> = {},
): TrafficRow => ({
  ...{ device, action, topic, allowed: 1, denied: 0, observed: 0 },
  ...counts,
});
const kind = (device: string) => device.replace(/-\d+$/, '');
const byGroup = { by: 'group', depth: 2 } as const;

describe('the map of traffic', () => {
  const rows = [
    row('pump-1', 'publish', 'd/pump-1/t', { allowed: 5 }),
    row('pump-2', 'publish', 'd/pump-2/t', { denied: 2 }),
    row('room-1', 'receive', 'd/pump-1/t', { allowed: 4, observed: 4 }),
    row('pump-1', 'connect', ''),
  ];

  it('goes from senders over topics to receivers', () => {
    const { nodes, edges } = flowMap(rows, kind, byGroup);
    expect(nodes.map(({ key, members }) => [key, members])).toEqual([
      ['sender:pump', 2],
      ['topic:d/pump-1/', 1],
      ['topic:d/pump-2/', 1],
      ['receiver:room', 1],
    ]);
    expect(edges).toEqual([
      { from: 'sender:pump', to: 'topic:d/pump-1/', allowed: 5, denied: 0, observed: 0 },
      { from: 'sender:pump', to: 'topic:d/pump-2/', allowed: 1, denied: 2, observed: 0 },
      { from: 'topic:d/pump-1/', to: 'receiver:room', allowed: 4, denied: 0, observed: 4 },
    ]);
  });

  it('has its rows in the table, by node and by outcome', () => {
    const map = flowMap(rows, kind, byGroup);
    const shown = (change: Partial<typeof usual>) =>
      selectTraffic(rows, kind, { ...usual, ...change }, map).map(
        ({ device, action }) => `${device} ${action}`,
      );
    expect(shown({})).toHaveLength(4);
    expect(shown({ node: 'topic:d/pump-1/' })).toEqual(['pump-1 publish', 'room-1 receive']);
    expect(shown({ node: 'sender:pump' })).toEqual(['pump-1 publish', 'pump-2 publish']);
    expect(shown({ outcome: 'denied' })).toEqual(['pump-2 publish']);
    expect(shown({ outcome: 'observed' })).toEqual(['room-1 receive']);
  });

  it('gathers what is beyond its bounds, never what was refused, and loses no count', () => {
    const action = fc.constantFrom('publish', 'receive', 'subscribe');
    const many = fc.array(fc.tuple(fc.nat(200), action, fc.nat(50), fc.nat(9)), { maxLength: 300 });
    fc.assert(
      fc.property(many, (generated) => {
        const all = [
          row('odd', 'publish', 'x/y/z', { allowed: 0, denied: 1 }),
          ...generated.map(([device, what, topic, allowed]) =>
            row(`p${device}`, what, `t${topic}`, { allowed }),
          ),
        ];
        const { nodes, edges } = flowMap(all, (device) => device, { by: 'device', depth: 1 });
        const sum = (list: readonly { allowed: number; denied: number }[]) =>
          list.reduce((total, { allowed, denied }) => total + allowed + denied, 0);
        const columns = Map.groupBy(nodes, ({ column }) => column);
        for (const list of columns.values()) expect(list.length).toBeLessThanOrEqual(mostNodes);
        expect(nodes.map(({ key }) => key)).toContain('sender:odd');
        expect(sum(edges)).toBe(sum(all));
        expect(sum(columns.get('topic') ?? [])).toBe(sum(all));
        const keys = new Set(nodes.map(({ key }) => key));
        for (const { from, to } of edges) expect([keys.has(from), keys.has(to)]).toEqual([true, true]);
      }),
    );
  });
});

it('a topic is told apart by its first levels', () => {
  expect(topicLabel('d/pump-1/t/x', 2)).toBe('d/pump-1/');
  expect(topicLabel('d/pump-1', 2)).toBe('d/pump-1');
  expect(topicLabel('d', 1)).toBe('d');
});

it('what is shown of the traffic stands in the address', () => {
  const query = { minutes: 1440, by: 'device', depth: 3, outcome: 'denied', node: 'topic:d/a b/' } as const;
  expect(parseTrafficQuery(new URLSearchParams(trafficFields(query)).toString())).toEqual(query);
  expect(parseTrafficQuery('minutes=7&by=x&depth=9&outcome=z')).toEqual(usual);
});
