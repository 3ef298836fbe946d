import { describe, expect, it } from 'vitest';
import { bar, type Gauges, judged, names } from './gauges.ts';

const [second, third] = [1, 2];
const minute = 60_000;
const agreeing = ({ concluded }: Gauges, from: number): ReadonlySet<string> =>
  new Set(
    concluded.flatMap(({ outcome, at, stream }) => (outcome === 'agreeing' && at > from ? [stream] : [])),
  );

describe('streams that are compared, where one is silent,', () => {
  it('say since when; the others are compared on, and nothing good is said of it', () => {
    const gauges = judged();
    gauges.send(40);
    const last = gauges.now;
    gauges.send(400, bar, 0, { silent: [third] });
    expect(gauges.doing).toMatchObject({
      isCompared: true,
      missing: [{ sensor: 'c/p#bar', why: 'silent', since: last }],
    });
    expect(agreeing(gauges, last + 4 * minute)).toEqual(new Set(['a/p', 'b/p']));
    gauges.send(10, bar, 2, { silent: [third] });
    expect(gauges.doing?.alarm).toBeDefined();
    gauges.send(60);
    expect(gauges.doing).toMatchObject({ missing: [], alarm: undefined });
    // It is said again as soon as it goes together with the others again.
    expect(agreeing(gauges, gauges.now - 40 * minute)).toContain('c/p');
  });

  it('do not contradict the others with what was said before a reading was lost', () => {
    const gauges = judged();
    gauges.send(40);
    for (let lost = 0; lost < 12; lost++) {
      gauges.send(1 + (lost % 3), bar, 0, { silent: [third] });
      gauges.send(5);
    }
    expect(gauges.alarms).toBe(0);
    expect(gauges.doing?.missing).toEqual([]);
    // One that lies between what is lost is found as soon as it says so.
    gauges.send(1, bar, 0, { silent: [second] });
    gauges.send(3, bar, 2);
    expect(gauges.doing?.alarm).toBeDefined();
  });

  it('do not take an alarm for over because whoever lies says nothing more', () => {
    const gauges = judged();
    gauges.send(40);
    gauges.send(40, bar, 2);
    const { began } = gauges.doing?.alarm ?? {};
    expect(began).toBeDefined();
    const from = gauges.now;
    gauges.send(300, bar, 0, { silent: [second] });
    expect(gauges.doing?.alarm).toMatchObject({ began });
    expect(agreeing(gauges, from)).toEqual(new Set(['a/p', 'c/p']));
    // It lies on where it comes back, and it is the same alarm.
    gauges.send(10, bar, 2);
    expect(gauges.doing?.alarm).toMatchObject({ began });
    gauges.send(40);
    expect(gauges.doing?.alarm).toBeUndefined();
    expect(agreeing(gauges, from)).toContain('b/p');
  });

  it.each([
    ['two of three', [second, third], 1],
    ['all', [0, second, third], 0],
  ])('are not compared while %s are', (_, silent, left) => {
    const gauges = judged();
    gauges.send(40);
    expect(gauges.doing?.calmSince).toBeDefined();
    gauges.send(40, bar, 0, { silent });
    expect(gauges.doing).toMatchObject({ isCompared: false, calmSince: undefined });
    expect(gauges.doing?.missing.length).toBe(3 - left);
    gauges.send(40);
    expect(gauges.doing).toMatchObject({ isCompared: true, missing: [] });
  });

  it('know who has spoken also before anybody looked again', () => {
    const gauges = judged();
    const { now, board } = gauges;
    for (const stream of names)
      board.relations.take(stream, now + 1000, Float64Array.of(5), { now: ['bar'] });
    board.look(now + 4 * minute);
    const silent = names.map((stream) => ({ sensor: `${stream}#bar`, why: 'silent', since: now }));
    expect(gauges.doing?.missing).toMatchObject(silent);
  });

  it('tell it from one whose clock is off', () => {
    const gauges = judged();
    gauges.send(40);
    const last = gauges.now;
    gauges.send(40, bar, 0, { late: 600 });
    expect(gauges.doing?.missing).toMatchObject([{ sensor: 'c/p#bar', why: 'apart' }]);
    expect((gauges.doing?.missing[0]?.since ?? 0) - last).toBeLessThanOrEqual(4 * minute);
  });
});
