import { describe, expect, it } from 'vitest';
import {
  checkRelation,
  joinedStreams,
  learnJoint,
  parseCrossCheck,
  type StreamRelation,
} from '../../src/index.ts';
import { bar, equal, Gauges, judged, names, start, streams } from './gauges.ts';

describe('streams that are compared', () => {
  it('are learned with their units, and not judged where they say another one; the others are', () => {
    const gauges = judged();
    expect(gauges.taught.units).toEqual(['bar', 'bar', 'bar']);
    gauges.send(40);
    expect(gauges.doing?.missing).toEqual([]);
    const last = gauges.now;
    gauges.send(40, ['bar', 'bar', 'kPa']);
    expect(gauges.doing).toMatchObject({ problem: undefined, isCompared: true });
    expect(gauges.doing?.missing).toEqual([
      {
        ...{ sensor: 'c/p#bar', why: 'unit', since: last },
        unit: { sensor: 'c/p#bar', says: 'kPa', asked: 'bar', by: 'learned' },
      },
    ]);
    expect(gauges.alarms).toBe(0);
    gauges.send(40, ['bar', 'bar', 'kPa'], 2);
    expect(gauges.alarms).toBeGreaterThan(0);
    gauges.send(60);
    expect(gauges.doing).toMatchObject({ missing: [], alarm: undefined });
    // Who says no unit is taken at the one that is known.
    gauges.send(40, ['', '', '']);
    expect(gauges.doing?.alarm).toBeUndefined();
  });

  it('name who says another unit also where its stream is measured in one already, which takes no such row', () => {
    const gauges = judged();
    gauges.send(40);
    const last = gauges.now;
    gauges.send(40, bar, 0, { otherwise: 'kPa' });
    expect(gauges.doing).toMatchObject({
      isCompared: true,
      missing: [{ sensor: 'c/p#bar', why: 'unit', since: last, unit: { says: 'kPa', by: 'learned' } }],
    });
    gauges.send(40);
    expect(gauges.doing?.missing).toEqual([]);
  });

  it('say nothing good of who says another unit', () => {
    const gauges = judged();
    gauges.send(200, ['bar', 'bar', 'kPa']);
    const said = (outcome: string) =>
      new Set(gauges.concluded.flatMap((each) => (each.outcome === outcome ? [each.stream] : [])));
    expect(said('agreeing')).toEqual(new Set(['a/p', 'b/p']));
    expect(said('uncompared')).toEqual(new Set(['c/p']));
  });

  it('are learned in one unit: what comes in another one is no part of the lesson, also after a restart', () => {
    const gauges = new Gauges();
    const lesson = { until: start + 1e12, rows: 20 };
    gauges.board.relations.put({ id: 'line', every: 60, streams, lesson });
    gauges.send(6);
    const heard = gauges.reports.flatMap((report) => (report.kind === 'relation-heard' ? [report] : []));
    expect(heard.at(-1)).toMatchObject({ until: lesson.until, units: ['bar', 'bar', 'bar'] });
    const units = heard.at(-1)?.units ?? [];
    gauges.board.relations.put({ id: 'line', every: 60, streams, lesson: { ...lesson, units } });
    gauges.send(25, ['bar', 'kPa', 'bar']);
    const { values, rows } = gauges.taught;
    expect(rows).toBe(20);
    expect(gauges.taught.units).toEqual(['bar', 'bar', 'bar']);
    const second = Array.from(values).filter((_, at) => at % 3 === 1);
    expect(second.every(Number.isNaN)).toBe(true);
  });

  it('have the units that were declared, whatever is said first', () => {
    const gauges = new Gauges();
    gauges.board.relations.put({ id: 'line', every: 60, streams, units: ['', '', 'bar'] });
    gauges.send(3, ['bar', 'bar', 'kPa']);
    expect(gauges.doing?.missing).toMatchObject([
      { sensor: 'c/p#bar', why: 'unit', unit: { says: 'kPa', asked: 'bar', by: 'declared' } },
    ]);
  });
});

describe('checks', () => {
  const relation: StreamRelation = {
    ...{ id: 'line', streams: names, checks: [equal], every: 60, alarmsPerDay: 1 },
  };

  it('of sensors in several units are not learned, and say which', () => {
    const gauges = new Gauges();
    gauges.board.relations.put({
      id: 'line',
      every: 60,
      streams,
      lesson: { until: start + 1e12, rows: 200 },
    });
    gauges.send(210, ['bar', 'kPa', 'bar']);
    const learning = (check: string) =>
      learnJoint({ every: 60, streams }, gauges.taught, {
        alarmsPerDay: 1,
        checks: [parseCrossCheck(check)],
      });
    for (const check of ['equal a/p#bar b/p#bar', 'below c/p#bar b/p#bar', 'sum a/p#bar b/p#bar c/p#bar'])
      expect(() => learning(check)).toThrow(
        expect.objectContaining({ code: 'measurement/cross-units', message: expect.stringContaining('kPa') }),
      );
    expect(learning('ratio b/p#bar a/p#bar').relation.units).toEqual(['bar', 'kPa', 'bar']);
  });

  it.each([
    [{ 'a/p#bar': '' }, 'measurement/stream-relation'],
    [{ 'd/p#bar': 'bar' }, 'measurement/cross-sensor-unknown'],
  ])('are refused with the units %j', (units, code) => {
    const declared = () => {
      checkRelation({ ...relation, units });
      joinedStreams({ ...relation, units }, () => ['bar']);
    };
    expect(declared).toThrow(expect.objectContaining({ code }));
  });
});
