import { describe, expect, it } from 'vitest';
import { bar, Gauges, judged, names, streams } from './gauges.ts';

const [second, third] = [1, 2];

/** The last that was said of each stream. */
const said = ({ concluded }: Gauges): Record<string, string> =>
  Object.fromEntries(concluded.map(({ stream, outcome }) => [stream, outcome]));
const all = (outcome: string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, outcome]));

/** Gauges of which it is said that they go together. */
function agreeing(): Gauges {
  const gauges = judged();
  gauges.send(40);
  expect(said(gauges)).toEqual(all('agreeing'));
  return gauges;
}

describe('that streams go together is said no more', () => {
  it('where they are not compared any more, at the newest row that it was said of', () => {
    const gauges = agreeing();
    const { at } = gauges.concluded.findLast(({ stream }) => stream === 'b/p') ?? {};
    gauges.board.relations.forget('line');
    expect(said(gauges)).toEqual(all('uncompared'));
    const withdrawn = gauges.concluded.findLast(({ stream }) => stream === 'b/p');
    expect(withdrawn).toEqual({ stream: 'b/p', outcome: 'uncompared', at, since: at, count: 0 });
    const { length } = gauges.concluded;
    gauges.board.relations.forget('line');
    expect(gauges.concluded.length).toBe(length);
  });

  it('also by whoever judged before, and not where they were never judged', () => {
    const gauges = judged();
    gauges.send(5);
    gauges.board.relations.forget('line');
    expect(said(gauges)).toEqual(all('uncompared'));
    const fresh = new Gauges();
    fresh.board.relations.put({ id: 'line', every: 60, streams });
    fresh.send(5);
    fresh.board.relations.forget('line');
    expect(fresh.concluded).toEqual([]);
  });

  it('of all of them where one is a stream no more, or has other channels', () => {
    const gauges = agreeing();
    gauges.board.relations.leave('c/p');
    expect(said(gauges)).toEqual(all('uncompared'));
  });

  it('where they are to be learned anew, and it holds where they are judged on', () => {
    const gauges = agreeing();
    const { profile } = gauges;
    gauges.board.relations.put({ id: 'line', every: 60, streams, profile });
    expect(said(gauges)).toEqual(all('agreeing'));
    gauges.send(40);
    gauges.board.relations.put({ id: 'line', every: 60, streams });
    expect(said(gauges)).toEqual(all('uncompared'));
  });

  it('where what they are to be judged by does not fit', () => {
    const gauges = agreeing();
    const profile = { ...gauges.profile, text: new TextEncoder().encode('{}') };
    expect(() => gauges.board.relations.put({ id: 'line', every: 60, streams, profile })).toThrow();
    expect(said(gauges)).toEqual(all('uncompared'));
  });

  it('of one that is silent, and of the only one that is not; and it is said again when they come back', () => {
    const gauges = agreeing();
    gauges.send(10, bar, 0, { silent: [third] });
    expect(said(gauges)).toEqual({ ...all('agreeing'), 'c/p': 'uncompared' });
    gauges.send(10, bar, 0, { silent: [second, third] });
    expect(said(gauges)).toEqual(all('uncompared'));
    gauges.send(40);
    expect(said(gauges)).toEqual(all('agreeing'));
  });

  it('of one that says another unit', () => {
    const gauges = agreeing();
    gauges.send(10, bar, 0, { otherwise: 'kPa' });
    expect(said(gauges)).toEqual({ ...all('agreeing'), 'c/p': 'uncompared' });
  });

  it('by one of two that compare a stream: the other says it again with its next row', () => {
    const gauges = agreeing();
    gauges.board.relations.put({ id: 'other', every: 60, streams, profile: gauges.profile });
    gauges.send(40);
    const { now } = gauges;
    gauges.board.relations.forget('line');
    expect(said(gauges)).toEqual(all('uncompared'));
    gauges.send(2);
    expect(said(gauges)).toEqual(all('agreeing'));
    expect(gauges.concluded.findLast(({ stream }) => stream === 'a/p')?.at).toBeGreaterThanOrEqual(now);
  });
});
