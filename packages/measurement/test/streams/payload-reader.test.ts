import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { encodeSenmlCbor, encodeSenmlJson } from '../../src/index.ts';
import { Bench, level } from './bench.ts';

describe('messages', () => {
  it('are of one stream a device, and of one for whatever else the wildcards stand for', () => {
    const bench = new Bench({ ...level, filter: 'd/+/tank/+' });
    for (const topic of ['d/pump-1/tank/a', 'd/pump-1/tank/b', 'd/pump-1/tank/a'])
      bench.send('{"level":1,"flow":2}', { topic });
    bench.send('{"level":1,"flow":2}', { topic: 'd/pump-2/tank/a', device: 'pump-2' });
    expect(bench.reports.map((report) => report.kind === 'appeared' && report.stream)).toEqual([
      'pump-1/level/a',
      'pump-1/level/b',
      'pump-2/level/a',
    ]);
    expect(bench.board.find('pump-1/level/a')?.gauges.rows).toBe(2);
  });

  it('are rows of JSON, with what is missing left out, and found unreadable otherwise', () => {
    const bench = new Bench({ ...level, fields: ['/a/0', '/b~1c', '/on'] });
    bench.send('{"a":[1.5],"b/c":-2,"on":true}');
    bench.send('{"a":[3],"b/c":"x"}');
    expect(bench.rowsOf('pump-1/level')).toEqual([
      [1.5, -2, 1],
      [3, null, null],
    ]);
    for (const bad of ['{"a":[1],"a":[2]}', '[]', 'nonsense']) {
      bench.now += 20_000;
      bench.send(bad);
    }
    expect(bench.concluded).toEqual(['unreadable', 'unreadable', 'unreadable']);
  });

  it('are a number each, and what comes within the same seconds is a row', () => {
    const bench = new Bench({
      ...level,
      filter: 'd/+/+',
      form: 'number',
      fields: ['level', 'flow'],
      binSeconds: 2,
    });
    const send = (channel: string, text: string) => bench.send(text, { topic: `d/pump-1/${channel}` });
    send('level', '1');
    send('flow', ' -2e1 ');
    send('colour', 'green');
    bench.now += 2000;
    send('level', '3');
    bench.board.look(bench.now + 2000);
    expect(bench.rowsOf('pump-1/level')).toEqual([
      [1, -20],
      [3, null],
    ]);
    expect(bench.concluded).toEqual([]);
  });

  it('are SenML in JSON and CBOR, a row for each moment', () => {
    const bench = new Bench({ ...level, form: 'senml', fields: ['tank/level', 'tank/flow'] });
    const records = [
      { bn: 'tank/', bt: 1_893_456_000, n: 'level', v: 1 },
      { n: 'flow', v: 2 },
      { n: 'level', v: 3, t: 1 },
    ];
    bench.send(encodeUtf8(encodeSenmlJson(records)));
    bench.send(encodeSenmlCbor(records));
    const expected = [
      [1, 2],
      [3, null],
    ];
    expect(bench.rowsOf('pump-1/level')).toEqual([...expected, ...expected]);
  });
});
