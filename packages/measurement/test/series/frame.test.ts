import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decimalsOf,
  FrameReader,
  rowsOf,
  type TableRules,
  type TimeUnit,
  turned,
  unitOf,
  withoutUnit,
} from '../../src/index.ts';

const read = (text: string, rules?: TableRules) => {
  const reader = new FrameReader(rules);
  reader.push(text);
  return reader.end();
};
const hour = 3600;

describe('a table', () => {
  it('has a column of time, labels that are never channels, and channels', () => {
    const frame = read('DATETIME, L_T1,F_PU1 ,ATT_FLAG\n06/01/14 00,0.51,98.9,0\n06/01/14 01,,99.1,1\n');
    expect(frame).toMatchObject({
      channels: ['L_T1', 'F_PU1'],
      ...{ rows: 2, timeColumn: 'DATETIME', interval: hour },
      values: Float64Array.of(0.51, 98.9, Number.NaN, 99.1),
      labels: new Map([['ATT_FLAG', Float64Array.of(0, 1)]]),
    });
    expect(frame.times[0]).toBe(Date.UTC(2014, 0, 6) / 1000);
  });

  it.each([
    ['semicolons', 'datetime;a;anomaly\n2020-03-09 15:56:30;1.5;0.0\n2020-03-09 15:56:31;2;0.0\n', [1.5, 2]],
    ['decimal commas', 'time;a\n0;1,5\n1;2,25\n', [1.5, 2.25]],
    ['spaces', '  0.25   3.5\n  0.50   4.5\n', [0.25, 3.5, 0.5, 4.5]],
    ['spaces within names', 'Time (s),Gyro X (deg per s)\n0,1\n1,2\n', [1, 2]],
    ['quotes', '"time","flow, ""net"""\n"0","1"\n"1","2"\n', [1, 2]],
    ['line ends of Windows and a mark of its beginning', '\ufefftime,a\r\n0,1\r\n1,2\r\n', [1, 2]],
    ['states in words', 'time,valve\n0,open\n1,closed\n', [1, 0]],
  ])('may be written with %s', (_, text, values) => {
    expect([...read(text).values]).toEqual(values);
  });

  it('takes days for days and months for months, by what lies closer together', () => {
    const days = Array.from({ length: 12 }, (_, at) => String(at + 1).padStart(2, '0'));
    const table = (moments: string[]) => read(`time,a\n${moments.map((each) => `${each},1`).join('\n')}\n`);
    expect(table(days.map((day) => `${day}/04/17`)).times[11]).toBe(Date.UTC(2017, 3, 12) / 1000);
    expect(table(days.map((day) => `04/${day}/17`)).times[11]).toBe(Date.UTC(2017, 3, 12) / 1000);
  });

  it.each([
    ['time,a,ATT_FLAG\n0,1,-999\n1,1,1\n2,1,0\n', 'ATT_FLAG', [Number.NaN, 1, 0]],
    ['time,a,Normal/Attack\n0,1,Normal\n1,1,Attack\n2,1,\n', 'Normal/Attack', [0, 1, Number.NaN]],
    ['time;a;anomaly\n0;1,5;0,0\n1;1,5;1,0\n', 'anomaly', [0, 1]],
    ['DATETIME,ATT_FLAG\n04/01/17 00,0\n04/01/17 01,1\n', 'ATT_FLAG', [0, 1]],
  ])('says what is an attack in numbers or words, or that nobody knows: %j', (text, name, labels) => {
    expect([...(read(text).labels.get(name) ?? [])]).toEqual(labels);
  });

  it('is turned where a line is a channel, and cut into rows with their labels', () => {
    const frame = turned(read('1 2 3\n4 5 6\n'));
    expect(frame).toMatchObject({ rows: 3, channels: ['channel 1', 'channel 2'] });
    expect([...frame.values]).toEqual([1, 4, 2, 5, 3, 6]);
    const part = rowsOf(read('time,a,attack\n0,5,0\n1,6,0\n2,7,1\n'), 1, 3);
    expect(part).toMatchObject({ rows: 2, values: Float64Array.of(6, 7), times: Float64Array.of(1, 2) });
    expect(part.labels.get('attack')).toEqual(Float64Array.of(0, 1));
  });

  it('counts seconds where its numbers are microseconds, as autopilots write them, and leaves Unix seconds alone', () => {
    const micros = read('timestamp,a\n615303207,1\n615503190,2\n615703201,3\n');
    expect(micros.times[0]).toBeCloseTo(615.303_207, 9);
    expect(micros.interval).toBeCloseTo(0.199_997, 9);
    expect(read('timestamp,a\n1700000000,1\n1700003600,2\n1700007200,3\n').interval).toBe(hour);
  });

  it.each<[string, TimeUnit | undefined, readonly string[]]>([
    ['time', undefined, ['1795000000000000000', '1795000001000000000']],
    ['time', undefined, ['1795000000000000', '1795000001000000']],
    ['time', undefined, ['1795000000000', '1795000001000']],
    ['time', 's', ['12', '13']],
    ['time', 'ms', ['500', '1500']],
    ['time', 'min', ['0', '0.0166666666666667']],
    ['counter', 'us', ['500', '1000500']],
    ['time_ms', undefined, ['500', '1500']],
    ['t [us]', undefined, ['0', '1000000']],
    ['Time (h)', undefined, ['1', '1.000277777777778']],
  ])(
    'counts one second between numbers under %s (%s): %j',
    (timeColumn, timeUnit, [before = '', after = '']) => {
      const rules = { timeColumn, ...(timeUnit === undefined ? {} : { timeUnit }) };
      const frame = read(`level,${timeColumn}\n1,${before}\n2,${after}\n`, rules);
      expect(frame).toMatchObject({ timeColumn, channels: ['level'] });
      expect(frame.interval).toBeCloseTo(1, 6);
    },
  );

  it('has the column of time that somebody names, and no other', () => {
    const text = 'time,stamp,level\n0,7,1\n1,9,1\n2,11,3\n';
    expect(read(text)).toMatchObject({ timeColumn: 'time', interval: 1, channels: ['stamp', 'level'] });
    expect(read(text, { timeColumn: 'stamp' })).toMatchObject({ timeColumn: 'stamp', interval: 2 });
    const code = 'measurement/column-missing';
    for (const timeColumn of ['nothing', 'level'])
      expect(() => read('level,time\n2,1\n1,2\n', { timeColumn })).toThrow(expect.objectContaining({ code }));
    expect(() => read(text, { units: new Map([['nothing', 'm']]) })).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('has a decimal comma in its time where it has one elsewhere', () => {
    expect(read('time;a\n0,5;1,5\n1;2,25\n').times).toEqual(Float64Array.of(0.5, 1));
  });

  it('has channels with units, by their names or by what somebody says', () => {
    const text = 'time [s],level [m],x[0],pressure_bar,flow,flow\n0,1,2,3,4,5\n1,1,2,3,4,5\n';
    expect(read(text, { units: new Map([['flow', 'l/s']]) })).toMatchObject({
      channels: ['level [m]', 'x[0]', 'pressure_bar', 'flow', 'flow (2)'],
      units: ['m', '', 'bar', 'l/s', ''],
    });
  });

  it.each([
    ['level [m]', 'level', 'm'],
    ['flow (l/s)', 'flow', 'l/s'],
    ['pressure_kPa', 'pressure', 'kPa'],
    ['gyro_x', 'gyro_x', ''],
    ['current_a', 'current_a', ''],
    ['[m]', '[m]', ''],
    ['channel 3', 'channel 3', ''],
  ])('says by the name “%s” that it is “%s” in “%s”', (name, bare, unit) => {
    expect([withoutUnit(name), unitOf(name)]).toEqual([bare, unit]);
  });

  it.each([
    ['seconds', (row: number) => String(1_795_000_000 + Math.trunc(row / 300))],
    ['moments', (row: number) => `2026-01-01 00:00:${String(Math.trunc(row / 1000)).padStart(2, '0')}`],
  ])('has a column of time that stands still for hundreds of rows: %s', (_, moment) => {
    const frame = read(
      `time,a\n${Array.from({ length: 3000 }, (_none, row) => `${moment(row)},1`).join('\n')}\n`,
    );
    expect(frame).toMatchObject({ timeColumn: 'time', channels: ['a'], rows: 3000, interval: 1 });
  });

  it('has a column of time that is empty here and there, also at first, and goes on evenly there', () => {
    const moments = ['', '', '10', '20', '', '40', '50', ''];
    const frame = read(`time,a\n${moments.map((each) => `${each},1`).join('\n')}\n`);
    expect(frame).toMatchObject({ timeColumn: 'time', channels: ['a'], untimed: 4 });
    expect([...frame.times]).toEqual([-10, 0, 10, 20, 30, 40, 50, 60]);
  });

  it('has no time where what is called so never goes on', () => {
    const frame = read(`t,a\n${Array.from({ length: 1000 }, (_, row) => `21.5,${row}`).join('\n')}\n`);
    expect(frame).toMatchObject({ timeColumn: undefined, channels: ['t', 'a'], rows: 1000 });
  });

  it('leaves out further columns of time: they leave whatever was normal', () => {
    const text = 'timestamp,time_utc_usec,flow,run_time\n1,1700000000000000,3,5\n2,1700000001000000,4,4\n';
    expect(read(text)).toMatchObject({ channels: ['flow', 'run_time'], leftOut: ['time_utc_usec'] });
  });

  it('is the same however it is cut into pieces', () => {
    const text = 'time,"a b",c,note\n0,1,2,x\n1,3,,y\n2,5,6,z\n';
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        const reader = new FrameReader();
        let from = 0;
        for (const to of [...cuts.toSorted((one, other) => one - other), text.length]) {
          reader.push(text.slice(from, to));
          from = to;
        }
        expect(reader.end()).toEqual(read(text));
      }),
    );
    expect(read(text).leftOut).toEqual(['note']);
  });

  it.each([
    ['a row of another length', 'a,b\n1,2\n1\n', 'measurement/table-malformed'],
    ['a quote that does not end', 'a,b\n"1,2\n', 'measurement/table-malformed'],
    [
      'a moment that is none',
      `time,a\n${Array.from({ length: 300 }, (_, at) => `${at},1`).join('\n')}\nsoon,2\n`,
      'measurement/table-malformed',
    ],
    ['nothing', '\n\n', 'measurement/table-empty'],
    ['names alone', 'a,b\n', 'measurement/table-empty'],
  ])('is refused with %s', (_, text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code }));
  });

  it('whatever it is, it is read or refused with a code', () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.,;"\n\t -eTx') }), (text) => {
        try {
          const { rows, channels, values } = read(text);
          expect(values.length).toBe(rows * channels.length);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^measurement\//) });
        }
      }),
      { numRuns: 500 },
    ));
});

it('decimals are counted as somebody would write them', () => {
  expect(decimalsOf(Float64Array.of(1, 2))).toBe(0);
  expect(decimalsOf(Float64Array.of(0.1, 98.25, Number.NaN))).toBe(2);
  expect(decimalsOf(Float64Array.of(Math.PI))).toBe(9);
});
