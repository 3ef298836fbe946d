import { describe, expect, it } from 'vitest';
import { Bench, level } from './bench.ts';

describe('the tap', () => {
  it('counts what nobody judges, and tells whoever comes next', () => {
    const bench = new Bench(level);
    bench.sendRow([1, 2]);
    bench.isAtWork = false;
    bench.sendRow([1, 2]);
    bench.sendRow([1, 2]);
    bench.end();
    bench.sendRow([1, 2]);
    bench.isAtWork = true;
    bench.connect();
    bench.sendRow([1, 2]);
    // Two that were on their way, and one that nobody was there for.
    expect(bench.board.gauges).toMatchObject({ messages: 2, dropped: 3 });
  });

  it('does not let one device take the numbers of others, nor their streams', () => {
    const bench = new Bench({ ...level, filter: 'd/+/level/+' });
    for (let at = 0; at < 1500; at++)
      bench.send('{"level":1}', { device: 'eve', topic: `d/eve/level/${at}` });
    bench.send('{"level":1}', { topic: 'd/pump-1/level/a' });
    expect(bench.board.gauges).toMatchObject({ streams: 1025, messages: 1025, dropped: 476 });
    expect(bench.board.find('pump-1/level/a')).toBeDefined();
  });

  it('holds nobody up: what finds no room is dropped, and told with the next that does', () => {
    const bench = new Bench(level);
    bench.send('{"level":1,"flow":2}');
    bench.isAtWork = false;
    for (let message = 0; message < 40; message++) bench.send('{"level":1,"flow":2}');
    expect(bench.board.gauges).toMatchObject({ messages: 1, dropped: 0 });
    bench.goOn();
    bench.send('{"level":1,"flow":2}');
    // There are 16 buffers.
    expect(bench.board.gauges).toMatchObject({ messages: 18, dropped: 24 });
  });
});
