import { type MissingSensor, parseCrossCheck } from '@kiten/measurement';
import { expect, it } from 'vitest';
import { linksOf, relationView } from '../../src/api/routes/stream-relation-schemas.ts';
import type { StreamState } from '../../src/site/measurement/stream-messages.ts';
import type { RelationRecord } from '../../src/store/stream-relations.ts';

const equal = 'equal a/x#1 b/x#1';
const record: RelationRecord = {
  relation: {
    id: 'pipe',
    streams: ['a/x', 'b/x'],
    checks: [parseCrossCheck(equal)],
    every: 10,
    alarmsPerDay: 1,
  },
  ...{ setBy: 'operator:ann', setAt: 1, reason: 'one pipe', accepts: false, profile: 'ab' },
  related: [
    { check: equal, explained: 0.99 },
    { check: 'linear a/x#2 b/x#1', explained: 0.9 },
  ],
};
const board = { streams: 0, messages: 0, dropped: 0, refused: 0 };
const gauges = {
  rows: 7,
  lesson: undefined,
  alarm: undefined,
  problem: undefined,
  calmSince: 5,
  checks: [{ check: equal, severity: 0.5 }],
  ...{ missing: [] as readonly MissingSensor[], isCompared: true },
};
const doing: StreamState = { board, streams: new Map(), relations: new Map([['pipe', gauges]]) };

it('a relation says how far its checks are out of place, and that nobody judges while nobody does', () => {
  expect(relationView(record, doing, [])).toMatchObject({
    ...{ state: 'judging', rows: 7, calmSince: 5, standing: [{ check: equal, severity: 0.5 }] },
  });
  const stopped: StreamState = { board, streams: new Map(), isStopped: true };
  expect(relationView(record, stopped, [])).toMatchObject({ state: 'unjudged', rows: 0, standing: [] });
});

it.each([
  ['judging', true, 'unit'],
  ['unjudged', false, 'unit'],
  ['judging', true, 'silent'],
  ['silent', false, 'silent'],
] as const)(
  'a relation is %s where it is compared: %s, and names a sensor that is missing: %s',
  (state, isCompared, why) => {
    const missing = { sensor: 'b/x#1', why, since: 3, unit: undefined };
    const relations = new Map([['pipe', { ...gauges, isCompared, missing: [missing] }]]);
    const view = relationView(record, { ...doing, relations }, []);
    expect(view).toMatchObject({ state, missing: [{ sensor: 'b/x#1', why, since: 3 }] });
  },
);

it('a check that is declared is not proposed as well', () => {
  expect(linksOf(record)).toEqual([
    { check: equal, sensors: ['a/x#1', 'b/x#1'] },
    { check: 'linear a/x#2 b/x#1', sensors: ['a/x#2', 'b/x#1'] },
  ]);
});
