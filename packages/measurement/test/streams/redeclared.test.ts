import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { encodeProfile, learn, type StreamDeclaration } from '../../src/index.ts';
import { Bench, level, rows, start, taught } from './bench.ts';

const stream = 'pump-1/level';
const follow = { perDay: 0.1, most: 2 };
const counted: StreamDeclaration = { ...level, sequence: '/n', time: '/t' };

const doing = (bench: Bench) => bench.board.find(stream)?.gauges;
const told = (bench: Bench, kind: string) => bench.reports.filter((report) => report.kind === kind);
/** A second later, in seconds. */
function later(bench: Bench): number {
  bench.now += 1000;
  return bench.now / 1000;
}
const say = (bench: Bench, values: object) => bench.send(JSON.stringify(values));

describe('streams whose declaration says something else', () => {
  it('are judged on by the same profile when they are to be followed, and when they are not any more', () => {
    const { bench, source } = taught();
    for (const row of rows(source, 40)) bench.sendRow(row);
    const { rows: count, normalSince } = doing(bench) ?? {};
    bench.declare({ ...level, follow });
    expect(doing(bench)).toMatchObject({ rows: count, normalSince });
    expect(doing(bench)?.drift?.map(({ deviations }) => deviations)).toEqual([0, 0]);
    for (const [one = 0, other = 0] of rows(source, 3000)) bench.sendRow([one + 0.02, other]);
    const [{ deviations = 0 } = {}] = doing(bench)?.drift ?? [];
    expect(Math.abs(deviations)).toBeGreaterThan(0);
    // By other rules it goes on from where it was.
    bench.declare({ ...level, follow: { perDay: 0.2, most: 1 } });
    expect(doing(bench)?.drift?.[0]?.deviations).toBe(deviations);
    bench.declare(level);
    expect(doing(bench)?.drift).toBeUndefined();
    expect(bench.reports.at(-1)).toEqual({ kind: 'wandered', stream, profile: 'ab' });
    bench.declare({ ...level, follow });
    expect(doing(bench)?.drift?.map((each) => each.deviations)).toEqual([0, 0]);
    expect(told(bench, 'alarm')).toEqual([]);
    expect(bench.concluded).toEqual(['normal']);
  });

  it('keep an alarm that lasts, and a lesson, where they are judged by other rules', () => {
    const { bench, source } = taught();
    bench.board.find(stream)?.learn({ until: start + 1e9 });
    for (const [one = 0, other = 0] of rows(source, 30)) bench.sendRow([one + 9, other]);
    const { alarm } = doing(bench) ?? {};
    expect(alarm).toBeDefined();
    bench.declare({ ...level, alarmsPerDay: 50, silenceSeconds: 10, recoverSeconds: 5, follow });
    expect(doing(bench)).toMatchObject({ alarm, lesson: { rows: 30 } });
    for (const row of rows(source, 60)) bench.sendRow(row);
    expect(doing(bench)?.alarm).toBeUndefined();
    expect(told(bench, 'alarm').at(-1)).toMatchObject({ window: { began: alarm?.began } });
    expect(doing(bench)?.lesson?.rows).toBe(90);
  });

  it('have nothing good left once they are no streams any more, and appear anew if they say something after all', () => {
    const { bench, source } = taught();
    for (const row of rows(source, 40)) bench.sendRow(row);
    expect(bench.concluded).toEqual(['normal']);
    const before = told(bench, 'appeared').length;
    bench.board.forget(stream);
    bench.board.forget(stream);
    expect(bench.concluded).toEqual(['normal', 'unjudged']);
    expect(bench.board.gauges.streams).toBe(0);
    for (const row of rows(source, 40)) bench.sendRow(row);
    expect(doing(bench)).toMatchObject({ rows: 40, normalSince: undefined });
    expect(told(bench, 'appeared')).toHaveLength(before + 1);
    bench.declare();
    // Nothing was said of it since.
    expect(bench.concluded).toEqual(['normal', 'unjudged']);
  });

  it('forget what was learned where their rows are others, and no pack that came', () => {
    const { bench, source } = taught();
    bench.declare(counted);
    let n = 0;
    const next = (row: readonly number[]) => ({
      level: row[0],
      flow: row[1],
      n: n++,
      t: later(bench),
    });
    for (const row of rows(source, 30)) say(bench, next(row));
    expect(bench.concluded).toEqual(['fresh', 'normal']);
    bench.board.find(stream)?.learn({ until: start + 1e9 });
    bench.declare({ ...counted, fields: ['/level'] });
    expect(doing(bench)).toMatchObject({
      rows: 0,
      lesson: undefined,
      alarm: undefined,
      memory: { sequence: 29 },
    });
    // What was said of its readings holds no more.
    expect(bench.concluded).toEqual(['fresh', 'normal', 'unjudged']);
    bench.now += 1000;
    say(bench, { level: 4, n: 29, t: bench.now / 1000 });
    expect(bench.concluded.at(-1)).toBe('replayed');
    say(bench, { level: 4, n: 30, t: bench.now / 1000 });
    expect(bench.rowsOf(stream)).toEqual([[4]]);
  });

  it('are counted by another number as if nothing had been, and by the one before as it was', () => {
    const bench = new Bench(counted);
    const both = (n: number, m: number) => say(bench, { level: 1, n, m, t: later(bench) });
    both(7, 3);
    expect(doing(bench)?.memory).toMatchObject({ sequence: 7 });
    bench.declare({ ...level, sequence: '/m', time: '/t' });
    expect(doing(bench)?.memory).toBeUndefined();
    bench.declare(counted);
    both(7, 4);
    expect(bench.concluded).toEqual(['fresh', 'replayed']);
    bench.declare({ ...level, sequence: '/m', time: '/t' });
    both(7, 4);
    expect(bench.concluded).toEqual(['fresh', 'replayed', 'fresh']);
    // What a restart is told of another counter does not count.
    const restarted = new Bench(counted);
    const origin = { stream, device: 'pump-1', topic: 'd/pump-1/level', declaration: 'level' };
    restarted.board.put({ ...origin, ...(bench.memory && { memory: bench.memory }) });
    expect(doing(restarted)?.memory).toBeUndefined();
  });

  it('go where they are none of it any more, and stay where another filter means them as well', () => {
    const bench = new Bench(level);
    for (const device of ['pump-1', 'pump-2'])
      bench.send('{"level":1}', { device, topic: `d/${device}/level` });
    const before = bench.board.find(stream);
    bench.declare({ ...level, filter: 'd/pump-1/level' });
    expect(bench.board.gauges.streams).toBe(1);
    expect(bench.board.find(stream)).toBe(before);
    bench.declare({ ...level, filter: 'd/pump-1/+' });
    expect(bench.board.gauges.streams).toBe(0);
    bench.declare();
    expect(bench.board.gauges.streams).toBe(0);
  });

  it('are not judged by what was learned in another unit, and again when that is taken back', () => {
    const metres = { ...level, units: { level: 'm' } };
    const { bench, source } = taught({ units: { level: 'm' } });
    for (const row of rows(source, 40)) bench.sendRow(row);
    bench.declare({ ...level, units: { level: 'cm' } });
    expect(doing(bench)?.problem).toContain('has “level” in m, and it is declared in cm: learn it anew');
    expect(bench.concluded).toEqual(['normal', 'unjudged']);
    for (const [one = 0, other = 0] of rows(source, 40)) bench.sendRow([100 * one, other]);
    expect(told(bench, 'alarm')).toEqual([]);
    bench.declare(metres);
    expect(doing(bench)?.problem).toBeUndefined();
    for (const row of rows(source, 40)) bench.sendRow(row);
    expect(bench.concluded).toEqual(['normal', 'unjudged', 'normal']);
  });

  it('learn nothing from a lesson that began in another unit, and say so', () => {
    const bench = new Bench(level);
    bench.send('{"level":1}');
    const lesson = { until: start + 1e9 };
    bench.board.find(stream)?.learn(lesson);
    bench.declare({ ...level, units: { level: 'm' } });
    expect(doing(bench)?.lesson).toBeDefined();
    bench.declare({ ...level, units: { level: 'cm' } });
    expect(doing(bench)?.lesson).toBeUndefined();
    expect(told(bench, 'unlearned')).toMatchObject([{ stream, until: lesson.until }]);
  });

  it('are not judged, and say why, where their profile cannot be followed', () => {
    const { bench, source } = taught();
    const sample = rows(source, 300);
    const values = Float64Array.from(sample.flat());
    const frame = {
      ...{ channels: ['level', 'flow'], rows: 300, values, times: new Float64Array(300) },
      ...{ interval: undefined, timeColumn: undefined, labels: new Map(), leftOut: [] },
    };
    const text = encodeUtf8(encodeProfile(learn(frame, { alarmsPerDay: 1 })));
    const origin = { stream, device: 'pump-1', topic: 'd/pump-1/level', declaration: 'level' };
    bench.board.put({ ...origin, profile: { text, digest: 'cd' } });
    expect(doing(bench)?.problem).toBeUndefined();
    bench.declare({ ...level, follow });
    expect(doing(bench)?.problem).toContain('how many rows a day has');
    bench.declare(level);
    expect(doing(bench)?.problem).toBeUndefined();
  });
});
