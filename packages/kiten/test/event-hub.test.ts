import { describe, expect, it } from 'vitest';
import { EventHub, type SiteEvent } from '../src/site/event-hub.ts';

function hubWith(count: number): EventHub {
  const hub = new EventHub('run-1');
  for (let i = 1; i <= count; i++) hub.publish('tick', { i });
  return hub;
}

const ids = (events: readonly SiteEvent[] | undefined) => events?.map(({ id }) => id);

describe('the event hub', () => {
  it('hands an event to every listener, until each has had enough', () => {
    const hub = new EventHub('run-1');
    const [first, second]: [SiteEvent[], SiteEvent[]] = [[], []];
    const stop = hub.subscribe((event) => first.push(event));
    hub.subscribe((event) => second.push(event));
    hub.publish('a', { n: 1 });
    stop();
    hub.publish('b', { n: 2 });
    expect(first).toEqual([{ id: 1, type: 'a', data: { n: 1 } }]);
    expect(ids(second)).toEqual([1, 2]);
    expect(hub.listeners).toBe(1);
  });

  it('lets a reader go on exactly where it stopped', () => {
    expect(ids(hubWith(5).since('run-1', 3))).toEqual([4, 5]);
    expect(ids(hubWith(5).since('run-1', 5))).toEqual([]);
    expect(ids(hubWith(5).since('run-1', 0))).toEqual([1, 2, 3, 4, 5]);
    expect(ids(hubWith(0).since('run-1', 0))).toEqual([]);
  });

  it('does not know the ids of another run, nor those still to come', () => {
    expect(hubWith(5).since('run-0', 3)).toBeUndefined();
    expect(hubWith(5).since('run-1', 6)).toBeUndefined();
    expect(hubWith(5).since('run-1', -1)).toBeUndefined();
  });

  it('keeps the last few thousand, and says so when what was missed is gone', () => {
    const hub = hubWith(20_000);
    expect(hub.since('run-1', 100)).toBeUndefined();
    expect(hub.since('run-1', 20_000 - 4096)).toHaveLength(4096);
    // The oldest one kept: what follows the event just before it is whole.
    let oldest = 1;
    while (hub.since('run-1', oldest - 1) === undefined) oldest++;
    expect(ids(hub.since('run-1', oldest - 1))?.[0]).toBe(oldest);
    expect(hub.since('run-1', oldest - 1)).toHaveLength(20_000 - oldest + 1);
    expect(20_000 - oldest).toBeLessThan(10_000);
  });
});
