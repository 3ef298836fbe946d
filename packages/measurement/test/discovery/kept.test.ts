import { encodeUtf8 } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Discovery, type DiscoveryBounds, type FoundChange, foundFor } from '../../src/index.ts';
import { verify } from '../signers.ts';

const start = Date.UTC(2030, 0, 1);
const minute = 60_000;
const look = (bounds?: DiscoveryBounds) => new Discovery({ verify, askKeys: () => undefined, bounds });
const tank = (second: number): string =>
  JSON.stringify({ n: 7 + second, t: start / 1000 + second, level: second / 4, flow: 1.5 });

/** As many messages, one a second. */
function lookAt(discovery: Discovery, device: string, topic: string, messages = 10, from = 0): void {
  for (let second = from; second < from + messages; second++)
    discovery.take({ device, topic, at: start + 1000 * second, payload: encodeUtf8(tank(second)) });
}
const foundIn = (discovery: Discovery, now = start) => discovery.found(new Set(), now);
/** As a store gives back what it was given. */
const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** What keeps changes as a store does. */
class Shelf {
  readonly rows = new Map<string, FoundChange['kept'][number]>();

  take({ gone, kept }: FoundChange): void {
    for (const { device, topic } of gone) this.rows.delete(`${device} ${topic}`);
    for (const one of kept) this.rows.set(`${one.device} ${one.topic}`, stored(one));
  }

  recalled(): Discovery {
    const discovery = look();
    discovery.recall([...this.rows.values()]);
    return discovery;
  }
}

describe('what was found', () => {
  it('goes on from where it was kept: the same proposals, counts and names', () => {
    const discovery = look();
    for (const device of ['a', 'b']) lookAt(discovery, device, `d/${device}/tank`);
    lookAt(discovery, 'a', 'd/a/hall/temp');
    const shelf = new Shelf();
    shelf.take(discovery.change(start));
    const recalled = shelf.recalled();
    expect(foundIn(recalled)).toEqual(foundIn(discovery));
    for (const one of [discovery, recalled]) lookAt(one, 'a', 'd/a/tank', 12, 30);
    expect(foundIn(recalled)[0]).toMatchObject({ messages: 32, everySeconds: 1, sequence: '/n', time: '/t' });
    expect(foundIn(recalled)[0]).toEqual(foundIn(discovery)[0]);
  });

  it('is kept without what was said', () => {
    const discovery = look();
    lookAt(discovery, 'a', 'd/a/tank', 10, 100_000);
    const { kept } = discovery.change(start);
    expect(JSON.stringify(kept)).not.toMatch(/25002|100009/);
  });

  it('is kept soon if it is new, and again when it changed and some time went by', () => {
    const discovery = look();
    lookAt(discovery, 'a', 'd/a/tank');
    expect(discovery.change(start).kept).toHaveLength(1);
    lookAt(discovery, 'a', 'd/a/tank');
    expect(discovery.change(start + minute).kept).toEqual([]);
    expect(discovery.change(start + 10 * minute).kept).toMatchObject([{ messages: 20 }]);
    expect(discovery.change(start + 30 * minute).kept).toEqual([]);
    lookAt(discovery, 'a', 'd/a/tank');
    expect(discovery.change(start + 31 * minute, true).kept).toMatchObject([{ messages: 30 }]);
  });

  it('is kept a little at a time, what was seen most first, and all of it at the end', () => {
    const discovery = look();
    for (let device = 0; device < 200; device++)
      lookAt(discovery, `eve-${device}`, `d/eve-${device}/x`, 1 + (device % 2));
    lookAt(discovery, 'a', 'd/a/tank');
    const { kept } = discovery.change(start);
    expect(kept).toHaveLength(64);
    expect(kept[0]?.device).toBe('a');
    expect(kept.slice(1).every(({ messages }) => messages === 2)).toBe(true);
    expect(discovery.change(start, true).kept).toHaveLength(137);
  });

  it('is kept no longer where it is pushed out, declared, or not seen for a week', () => {
    const discovery = look({ most: 100, mostOfDevice: 4 });
    const shelf = new Shelf();
    for (const topic of ['w', 'x', 'y', 'z', 'tank']) {
      lookAt(discovery, 'a', `d/a/${topic}`, topic === 'w' ? 1 : 10);
      shelf.take(discovery.change(start));
    }
    lookAt(discovery, 'a', 'd/a/x', 1, 100);
    expect([...shelf.rows.keys()].sort()).toEqual(['a d/a/tank', 'a d/a/x', 'a d/a/y', 'a d/a/z']);
    discovery.leaveOut((_, topic) => topic === 'd/a/tank');
    shelf.take(discovery.change(start));
    expect([...shelf.rows.keys()].sort()).toEqual(['a d/a/x', 'a d/a/y', 'a d/a/z']);
    const later = start + 50_000 + foundFor;
    expect(foundIn(discovery, later).map(({ topic }) => topic)).toEqual(['d/a/x']);
    shelf.take(discovery.change(later));
    expect([...shelf.rows.keys()]).toEqual(['a d/a/x']);
  });

  it('is kept no longer as what it was, when it is pushed out after it became something else', () => {
    const discovery = look({ most: 100, mostOfDevice: 1 });
    const shelf = new Shelf();
    lookAt(discovery, 'a', 'd/a/x');
    shelf.take(discovery.change(start));
    discovery.take({ device: 'a', topic: 'd/a/x', at: start, payload: encodeUtf8('4.5') });
    lookAt(discovery, 'a', 'd/a/y');
    shelf.take(discovery.change(start));
    expect([...shelf.rows.keys()]).toEqual(['a d/a/y']);
  });

  it('is not kept where its names are long, and was before', () => {
    const discovery = look();
    const shelf = new Shelf();
    lookAt(discovery, 'a', 'd/a/x');
    shelf.take(discovery.change(start));
    const names = Array.from({ length: 60 }, (_, at) => [`${'long'.repeat(20)}${at}`, 1]);
    const payload = encodeUtf8(JSON.stringify(Object.fromEntries(names)));
    discovery.take({ device: 'a', topic: 'd/a/x', at: start, payload });
    shelf.take(discovery.change(start, true));
    expect(shelf.rows.size).toBe(0);
  });

  it('is what was kept, not what came before that was told; and not what is declared', () => {
    const before = look();
    for (const topic of ['tank', 'motor']) lookAt(before, 'a', `d/a/${topic}`);
    const shelf = new Shelf();
    shelf.take(before.change(start));
    const discovery = look();
    discovery.leaveOut((_, topic) => topic === 'd/a/motor');
    lookAt(discovery, 'a', 'd/a/tank', 1, 20);
    discovery.recall([...shelf.rows.values()]);
    expect(foundIn(discovery)).toMatchObject([{ topic: 'd/a/tank', messages: 10 }]);
    expect(discovery.change(start)).toMatchObject({ gone: [{ topic: 'd/a/motor' }], kept: [] });
  });

  it('is the same in the store as in memory, whatever comes', () => {
    const step = fc.record({
      device: fc.constantFrom('a', 'b', 'c'),
      topic: fc.constantFrom('v', 'w', 'x', 'y'),
      payload: fc.constantFrom('4.5', '{"level":1.5}', '1,2'),
      isKept: fc.boolean(),
      declared: fc.option(fc.constantFrom('v', 'w'), { nil: undefined, freq: 8 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const discovery = look({ most: 6, mostOfDevice: 3 });
        const shelf = new Shelf();
        for (const [second, { device, topic, payload, isKept, declared }] of steps.entries()) {
          if (declared !== undefined) discovery.leaveOut((_, of) => of === declared);
          discovery.take({ device, topic, at: start + 1000 * second, payload: encodeUtf8(payload) });
          if (isKept) shelf.take(discovery.change(start));
        }
        shelf.take(discovery.change(start, true));
        expect(shelf.rows.size).toBe(discovery.size);
        expect(foundIn(shelf.recalled())).toEqual(foundIn(discovery));
      }),
    );
  });

  it('stays within its bounds, whatever is recalled', () => {
    const discovery = look({ most: 10, mostOfDevice: 4 });
    const wide = look();
    for (let device = 0; device < 20; device++) lookAt(wide, `d-${device}`, `d/d-${device}/x`, 1);
    for (let topic = 0; topic < 20; topic++) lookAt(wide, 'a', `d/a/${topic}`, 1);
    const { kept } = wide.change(start, true);
    discovery.recall(kept);
    expect(discovery.size).toBeLessThanOrEqual(10);
    // Those for which there is no room are not kept any more.
    expect(discovery.change(start).gone.length).toBe(kept.length - discovery.size);
  });
});
