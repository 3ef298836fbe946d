import { describe, expect, it } from 'vitest';
import { type Frame, FrameReader, type TableRules } from '../../src/index.ts';

const read = (text: string, rules?: TableRules): Frame => {
  const reader = new FrameReader(rules);
  reader.push(text);
  return reader.end();
};
const table = (header: string, rows: readonly string[]) => `${[header, ...rows].join('\n')}\n`;
const counted = (rows: number, row: (at: number) => string) =>
  Array.from({ length: rows }, (_, at) => row(at));

describe('a table of a published data set', () => {
  it('has labels for parts of the plant, as HAI has, and none of them is a channel', () => {
    const text = table('time;P1_B2004;attack;attack_P1;attack_P2;attack_P3', [
      '2019-09-11 20:00:00;0.1;0;0;0;0',
      '2019-09-11 20:00:01;0.2;1;1;0;0',
    ]);
    const { channels, labels } = read(text);
    expect(channels).toEqual(['P1_B2004']);
    expect([...labels.keys()]).toEqual(['attack', 'attack_P1', 'attack_P2', 'attack_P3']);
    expect([...(labels.get('attack_P1') ?? [])]).toEqual([0, 1]);
  });

  it('has days and hours apart, a count of rows and 1 for no attack, as WADI has', () => {
    const text = table('Row,Date,Time,1_LT_001_PV,"Attack LABLE (1:No Attack, -1:Attack)"', [
      '1,9/25/2017,11:59:59.000 AM,42.5,1',
      '2,9/25/2017,12:00:00.000 PM,42.6,-1',
      '3,9/25/2017,12:00:01.000 PM,42.7,1',
    ]);
    const frame = read(text);
    expect(frame).toMatchObject({
      ...{ timeColumn: 'Date Time', interval: 1, channels: ['1_LT_001_PV'], leftOut: ['Row'] },
      labels: new Map([['Attack LABLE (1:No Attack, -1:Attack)', Float64Array.of(0, -1, 0)]]),
    });
    expect(frame.times[1]).toBe(Date.UTC(2017, 8, 25, 12) / 1000);
  });

  it('has lines above its names, as reports have', () => {
    const text = 'Rpt: RTU,,\n,,\ntime,level,flow\n0,1,2\n1,1.5,2\n';
    expect(read(text)).toMatchObject({ channels: ['level', 'flow'], rows: 2, timeColumn: 'time' });
    expect(read(',P1,,P2,\ntime,a,b,c,d\n0,1,2,3,4\n1,1,2,3,4\n').channels).toEqual(['a', 'b', 'c', 'd']);
  });

  it('has twelve hours a half day and words with a space in them, as SWaT has', () => {
    const text = table(' Timestamp,FIT101, MV101,Normal/Attack', [
      ' 28/12/2015 11:59:59 AM,2.5,2,Normal',
      ' 28/12/2015 12:00:00 PM,2.4,2,A ttack',
      ' 28/12/2015 1:00:00 PM,2.4,1,Attack',
    ]);
    const { times, channels, labels } = read(text);
    expect([...times].map((each) => each - Date.UTC(2015, 11, 28, 12) / 1000)).toEqual([-1, 0, 3600]);
    expect(channels).toEqual(['FIT101', 'MV101']);
    expect([...(labels.get('Normal/Attack') ?? [])]).toEqual([0, 1, 1]);
  });

  it('has months in words and more columns of time and of words, as ToN-IoT has', () => {
    const text = table('date,time,fridge_temperature,temp_condition,label,type', [
      '31-Mar-19,23:59:59,13.1,high,0,normal',
      '1-Apr-19,00:00:00,8.65,high,1,ddos',
    ]);
    expect(read(text)).toMatchObject({
      ...{ timeColumn: 'date time', interval: 1, channels: ['fridge_temperature'] },
      leftOut: ['temp_condition', 'type'],
    });
  });

  it('has −1 for an attack and 1 for none, as streams for eTaPR have', () => {
    const labelled = (labels: readonly number[]) => [
      ...(read(
        table(
          'a,label',
          labels.map((label) => `2,${label}`),
        ),
      ).labels.get('label') ?? []),
    ];
    expect(labelled([1, 1, -1])).toEqual([0, 0, 1]);
    expect(labelled([0, 1, -1])).toEqual([0, 1, -1]);
    expect(labelled([1, 1, 1])).toEqual([1, 1, 1]);
  });
});

describe('a column', () => {
  it('whose name only begins like that of a label is a channel if it has readings', () => {
    expect(read('attack_angle,label_width\n1.5,3\n1.25,4\n').channels).toEqual([
      'attack_angle',
      'label_width',
    ]);
  });

  it('that counts rows is a channel under any other name', () => {
    expect(read('index,flow\n7,1\n8,2\n9,3\n')).toMatchObject({ channels: ['flow'], leftOut: ['index'] });
    expect(read('index,flow\n7,1\n9,2\n9,3\n').channels).toEqual(['index', 'flow']);
  });

  it('without a reading in its first rows is a channel if it has one later', () => {
    const rows = counted(300, (at) => `${at},${at % 7},${at < 250 ? '' : 5},`);
    const frame = read(table('time,a,late,never', rows));
    expect(frame).toMatchObject({ channels: ['a', 'late'], leftOut: ['never'] });
    expect([...frame.values.subarray(2 * 249, 2 * 251)]).toEqual([249 % 7, Number.NaN, 250 % 7, 5]);
    const asked = read(table('time,a [m],never,words', ['0,1,,x', '1,2,,y']), { channels: ['a', 'never'] });
    expect(asked).toMatchObject({ channels: ['a [m]', 'never'], leftOut: ['words'] });
  });

  it('says what of it could not be read, and what is empty by itself is none of that', () => {
    const rows = ['0,1,5', '1,Bad Input,NaN', '2,#REF!,', '3,4,n/a'];
    expect(read(table('time,a,b', rows)).unread).toEqual([
      { channel: 'a', fields: 2, text: 'Bad Input', row: 1 },
    ]);
    expect(read('time,a\n0,1\n1,\n').unread).toBeUndefined();
  });

  it('of time may be put back, also early on', () => {
    const moments = counted(60, (at) => `${at < 30 ? at : at - 10},5`);
    const frame = read(table('time,a', moments));
    expect(frame).toMatchObject({ timeColumn: 'time', channels: ['a'], interval: 1 });
    expect(frame.times[30]).toBe(20);
  });

  it('of readings that rise as often as they fall is no time, whatever it is called', () => {
    expect(
      read(
        table(
          't,a',
          counted(40, (at) => `${20 + (at % 2)},5`),
        ),
      ),
    ).toMatchObject({
      ...{ timeColumn: undefined, channels: ['t', 'a'] },
    });
  });

  it('of dates with the month first is understood by all rows, not by the first of them', () => {
    const moment = (at: number) =>
      `01/${String(Math.trunc(at / 288) + 1).padStart(2, '0')}/2026 ${Math.trunc((at % 288) / 12)}:${String(5 * (at % 12)).padStart(2, '0')}`;
    for (const days of [3, 14]) {
      const { times, interval } = read(
        table(
          'time,a',
          counted(288 * days, (at) => `${moment(at)},1`),
        ),
      );
      expect(interval).toBe(300);
      expect((times.at(-1) as number) - Date.UTC(2026, 0, 1) / 1000).toBe(86_400 * days - 300);
    }
  });

  it('of dates needs no name', () => {
    expect(read('2026-01-01 00:00:00,1,2\n2026-01-01 00:00:01,1.5,2\n')).toMatchObject({
      ...{ rows: 2, timeColumn: 'channel 1', channels: ['channel 2', 'channel 3'] },
    });
  });

  it('of moments is held to them, and what is none is told with its line and column', () => {
    expect(() => read('time,a\n0,1\n1,2\nsoon,3\n')).not.toThrow();
    const rows = counted(250, (at) => `${at},1`);
    expect(() => read(table('time,a', [...rows, 'soon,1']))).toThrow(
      expect.objectContaining({ code: 'measurement/table-malformed', detail: { line: 252 } }),
    );
  });
});
