import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexParts, type PartOf, parseSubjectKey, subjectKey, subjectKinds } from '../src/index.ts';

const edge = (part: string, whole: string): PartOf => ({
  part: parseSubjectKey(part),
  whole: parseSubjectKey(whole),
});
const composed = (edges: PartOf[], key: string) =>
  [...indexParts(edges).composedOf(parseSubjectKey(key))].sort();

const plant = [
  edge('component:board', 'device:pump-1'),
  edge('component:chip', 'component:board'),
  edge('component:chip', 'lot:wafer-9'),
  edge('stream:pressure', 'device:pump-1'),
  edge('device:pump-1', 'model:p100'),
  edge('device:pump-2', 'model:p100'),
  edge('device:pump-1', 'lot:2031-07'),
  edge('device:pump-2', 'lot:2031-07'),
  edge('lot:2031-07', 'lot:2031'),
  edge('device:pump-1', 'bus:can-0'),
  edge('device:pump-2', 'bus:can-0'),
];

test('a device is composed of itself, its parts, its model and its lots, transitively', () => {
  expect(composed(plant, 'device:pump-1')).toEqual([
    'component:board',
    'component:chip',
    'device:pump-1',
    'lot:2031',
    'lot:2031-07',
    'lot:wafer-9',
    'model:p100',
    'stream:pressure',
  ]);
});

test('neither a sibling in the lot nor one on the bus counts', () => {
  expect(composed(plant, 'device:pump-2')).toEqual([
    'device:pump-2',
    'lot:2031',
    'lot:2031-07',
    'model:p100',
  ]);
  expect(composed(plant, 'lot:2031-07')).toEqual(['lot:2031', 'lot:2031-07']);
});

test('a bus is composed of what is on it', () => {
  expect(composed(plant, 'bus:can-0')).toContain('component:chip');
});

test('a cycle is walked once', () => {
  const cycle = [
    edge('component:a', 'component:b'),
    edge('component:b', 'component:a'),
    edge('component:a', 'component:a'),
  ];
  expect(composed(cycle, 'component:a')).toEqual(['component:a', 'component:b']);
});

test('affectedBy is composedOf, asked from the other side', () => {
  const subject = fc.record({ kind: fc.constantFrom(...subjectKinds), id: fc.constantFrom('1', '2', '3') });
  const anyEdges = fc.array(fc.record({ part: subject, whole: subject }), { maxLength: 30 });
  fc.assert(
    fc.property(anyEdges, subject, subject, (edges, one, other) => {
      const graph = indexParts(edges);
      expect(graph.affectedBy(one).has(subjectKey(other))).toBe(graph.composedOf(other).has(subjectKey(one)));
    }),
  );
});
