import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  encodeConclusion,
  encodeProfile,
  learn,
  readConclusion,
  type StreamReport,
} from '../../src/index.ts';
import { Bench, level, normal, rows, taught } from './bench.ts';

describe('a stream that is judged', () => {
  it('is normal, then abnormal from the first rows that it is, with the channels that carry it', () => {
    const { bench, source } = taught();
    for (const row of rows(source, 100)) bench.sendRow(row);
    expect(bench.concluded).toEqual(['normal']);
    const began = bench.now + 1000;
    for (const [one = 0, other = 0] of rows(source, 30)) bench.sendRow([one + 9, other]);
    const found = bench.reports.find(
      (report) => report.kind === 'concluded' && report.conclusion.outcome === 'abnormal',
    );
    expect(found).toMatchObject({
      conclusion: { since: began, profile: 'ab', channels: expect.arrayContaining(['level']) },
    });
    expect(bench.reports.findLast((report) => report.kind === 'alarm')).not.toHaveProperty('window.ended');
    for (const row of rows(source, 300)) bench.sendRow(row);
    const over = bench.reports.findLast((report) => report.kind === 'alarm');
    expect(over?.window.began).toBe(began);
    expect(over?.window.ended).toBeLessThan(bench.now);
    expect(bench.concluded.at(-1)).toBe('normal');
  });

  it('is said to be what it probably is, and that is told anew when it is another thing', () => {
    const { bench, source } = taught();
    for (const row of rows(source, 100)) bench.sendRow(row);
    const began = bench.now + 1000;
    for (const [one = 0, other = 0] of rows(source, 40)) {
      bench.sendRow([one + 4, other]);
      bench.board.look(bench.now);
    }
    const { conclusion: last } = bench.reports.findLast(
      (report) => report.kind === 'concluded',
    ) as StreamReport & { kind: 'concluded' };
    expect(last).toMatchObject({ outcome: 'abnormal', kind: 'bias', since: began });
    const told = bench.concluded.filter((outcome) => outcome === 'abnormal');
    expect(told.length).toBeGreaterThan(1);
    expect(told.length).toBeLessThan(6);
    const { window } = bench.reports.findLast((report) => report.kind === 'alarm') as StreamReport & {
      kind: 'alarm';
    };
    expect(window).toMatchObject({ began, diagnosis: { since: began, kind: 'bias' } });
    expect(window.diagnosis?.carriers.map(({ channel }) => channel)).toContain('level');
    expect(readConclusion(encodeConclusion(last))).toEqual(JSON.parse(JSON.stringify(last)));
  });

  it('says that it has recovered after so long as was declared', () => {
    const { bench, source } = taught({ recoverSeconds: 120 });
    for (const [one = 0, other = 0] of rows(source, 30)) bench.sendRow([one + 9, other]);
    for (const row of rows(source, 400)) bench.sendRow(row);
    const said = bench.reports.flatMap((report) => (report.kind === 'concluded' ? [report.conclusion] : []));
    const last = said.at(-1);
    expect(last?.outcome).toBe('normal');
    expect((last?.at ?? 0) - (last?.since ?? 0)).toBeGreaterThanOrEqual(120_000);
  });

  it('is silent when nothing comes, once, and normal again when it comes', () => {
    const { bench, source } = taught();
    for (const row of rows(source, 40)) bench.sendRow(row);
    bench.board.look(bench.now + 59_000);
    expect(bench.concluded).toEqual(['normal']);
    bench.board.look(bench.now + 60_000);
    bench.board.look(bench.now + 61_000);
    expect(bench.concluded).toEqual(['normal', 'silent']);
    bench.now += 61_000;
    for (const row of rows(source, 40)) bench.sendRow(row);
    expect(bench.concluded.at(-1)).toBe('normal');
  });

  it('is never found abnormal twice at one time, however fast its rows come', () => {
    const { bench, source } = taught();
    const { now } = bench;
    for (const [one = 0, other = 0] of rows(source, 90)) {
      bench.sendRow([one + 9, other]);
      bench.now = now;
    }
    const times = bench.reports.flatMap((report) =>
      report.kind === 'concluded' && report.conclusion.outcome === 'abnormal' ? [report.conclusion.at] : [],
    );
    expect(times.length).toBeGreaterThan(1);
    expect(new Set(times).size).toBe(times.length);
  });

  it('is found abnormal again where it still is after somebody cleared it', () => {
    const { bench, source } = taught();
    const odd = (): void => {
      for (const [one = 0, other = 0] of rows(source, 30)) bench.sendRow([one + 9, other]);
    };
    // Once as it begins, and once as it is known what it probably is.
    for (let time = 0; time < 3; time++) odd();
    expect(bench.concluded).toEqual(['abnormal', 'abnormal']);
    bench.board.find('pump-1/level')?.restate();
    odd();
    expect(bench.concluded).toEqual(['abnormal', 'abnormal', 'abnormal']);
  });

  it('goes on with an alarm that lasted when judging stopped, until it is calm', () => {
    const { bench, source } = taught();
    for (const [one = 0, other = 0] of rows(source, 30)) bench.sendRow([one + 9, other]);
    const window = bench.reports.find((report) => report.kind === 'alarm')?.window;
    if (window === undefined) throw new Error('there is no alarm');
    const { bench: next, source: calm } = taught();
    const known = { stream: 'pump-1/level', device: 'pump-1', topic: 'd/pump-1/level', declaration: 'level' };
    next.board.put({ ...known, alarm: { window, at: bench.now } });
    expect(next.board.find('pump-1/level')?.gauges.alarm).toEqual(window);
    for (const row of rows(calm, 40)) next.sendRow(row);
    const [over] = next.reports.flatMap((report) => (report.kind === 'alarm' ? [report.window] : []));
    expect(over).toMatchObject({ began: window.began, ended: bench.now });
  });

  it('is not judged by a profile of other channels', () => {
    const bench = new Bench({ ...level, fields: ['/level'] });
    const { bench: other, source } = taught();
    for (const row of rows(source, 1)) other.sendRow(row);
    const text = encodeUtf8(
      encodeProfile(
        learn(
          {
            ...{ channels: ['a', 'b'], rows: 200, values: Float64Array.from(rows(normal(), 200).flat()) },
            ...{
              times: new Float64Array(200),
              interval: 1,
              timeColumn: undefined,
              labels: new Map(),
              leftOut: [],
            },
          },
          { alarmsPerDay: 1 },
        ),
      ),
    );
    const known = {
      stream: 'pump-1/level',
      device: 'pump-1',
      topic: 'd/pump-1/level',
      declaration: 'level',
      profile: { text, digest: 'cd' },
    };
    expect(() => bench.board.put(known)).toThrow(
      expect.objectContaining({ code: 'measurement/profile-channels' }),
    );
  });
});
