import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  checkDeclaration,
  Discovery,
  type DiscoveryBounds,
  encodeSenmlCbor,
  encodeSenmlJson,
  type FoundStreams,
  type Sample,
} from '../../src/index.ts';
import { payloadReader } from '../../src/streams/payload-reader.ts';
import { verify } from '../signers.ts';

const start = Date.UTC(2030, 0, 1);
const look = (bounds?: DiscoveryBounds) => new Discovery({ verify, askKeys: () => undefined, bounds });
const sample = (device: string, topic: string, payload: string | Uint8Array, second = 0): Sample => ({
  ...{ device, topic, at: start + 1000 * second },
  payload: typeof payload === 'string' ? encodeUtf8(payload) : payload,
});
const foundIn = (discovery: Discovery, second = 10): readonly FoundStreams[] =>
  discovery.found(new Set(), start + 1000 * second);

/** Ten messages, one a second. */
function lookAt(
  discovery: Discovery,
  device: string,
  topic: string,
  payloadAt: (second: number) => string | Uint8Array,
): void {
  for (let second = 0; second < 10; second++)
    discovery.take(sample(device, topic, payloadAt(second), second));
}

describe('what is found', () => {
  const records = (second: number) => [
    { bn: 'hall:', bt: start / 1000 + second, n: 'temp', v: second / 4 },
    { n: 'hum', v: 40 },
    { n: 'state', vs: 'on' },
  ];
  const forms: readonly [
    form: string,
    fields: readonly string[],
    payloadAt: (second: number) => string | Uint8Array,
  ][] = [
    [
      'json',
      ['/level', '/axes/0', '/axes/1', '/a~1b'],
      (second) => JSON.stringify({ level: second / 4, unit: 'm', axes: [1, 2], 'a/b': 3 }),
    ],
    ['senml', ['hall:temp', 'hall:hum'], (second) => encodeSenmlJson(records(second))],
    ['senml', ['hall:temp', 'hall:hum'], (second) => encodeSenmlCbor(records(second))],
    ['number', ['value'], (second) => `${second / 4}`],
    ['csv', ['1', '2', '3'], (second) => `${second / 4},-2.5,1e3\n`],
  ];

  it.each(forms)('are readings in %s, with %j, how often, and what reads them', (form, fields, payloadAt) => {
    const discovery = look();
    lookAt(discovery, 'pump-1', 'd/pump-1/tank', payloadAt);
    const [found, ...others] = foundIn(discovery);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      ...{ name: 'tank', filter: 'd/+/tank', form, fields, devices: 1, unlike: 0 },
      ...{ messages: 10, everySeconds: 1, topic: 'd/pump-1/tank' },
    });
    const { name, devices: _, unlike: _none, ...where } = found as FoundStreams;
    const declaration = { id: name, ...where, alarmsPerDay: 1, silenceSeconds: 60 };
    expect(() => checkDeclaration(declaration)).not.toThrow();
    const payload = sample('', '', payloadAt(3)).payload;
    const [row] = payloadReader(declaration)({ payload, at: start, channel: 'value' }).rows;
    expect(row?.values[0]).toBe(0.75);
    expect([...(row?.values ?? [])].every(Number.isFinite)).toBe(true);
  });

  it('are no words, no broken texts and no bytes', () => {
    const discovery = look();
    for (const payload of [
      'on',
      '{"level":',
      '"12"',
      '',
      '{"a":"b"}',
      Uint8Array.of(0xd2, 0x84, 1),
      Uint8Array.of(0x81, 0xff),
    ])
      lookAt(discovery, 'pump-1', 'd/pump-1/state', () => payload);
    expect(foundIn(discovery)).toEqual([]);
  });

  it('are of all devices that say the same, and those that say something else are counted', () => {
    const discovery = look();
    for (const device of ['a', 'b', 'c'])
      lookAt(discovery, device, `d/${device}/tank`, () => '{"level":1.5}');
    lookAt(discovery, 'eve', 'd/eve/tank', () => '{"level":1.5,"other":7.5}');
    expect(foundIn(discovery)).toEqual([
      expect.objectContaining({
        name: 'tank',
        filter: 'd/+/tank',
        fields: ['/level'],
        devices: 3,
        unlike: 1,
      }),
      expect.objectContaining({ name: 'tank-2', filter: 'd/eve/tank', devices: 1 }),
    ]);
  });

  it('are numbers below one topic together, as rows of what comes within so many seconds', () => {
    const discovery = look();
    for (const channel of ['temp', 'hum']) lookAt(discovery, 'a', `d/a/hall/${channel}`, () => '4.5');
    expect(foundIn(discovery)).toEqual([
      expect.objectContaining({
        filter: 'd/+/hall/+',
        form: 'number',
        fields: ['hum', 'temp'],
        binSeconds: 1,
      }),
    ]);
  });

  it('leave out counts and times, by which freshness is judged where there are both', () => {
    const discovery = look();
    lookAt(discovery, 'a', 'd/a/tank', (second) =>
      JSON.stringify({ n: 7 + second, t: start / 1000 + second, level: 2.5 }),
    );
    lookAt(discovery, 'a', 'd/a/motor', (second) => JSON.stringify({ ms: start + second, speed: 2.5 }));
    const [motor, tank] = foundIn(discovery);
    expect(tank).toMatchObject({ fields: ['/level'], sequence: '/n', time: '/t' });
    expect(motor).toMatchObject({ fields: ['/speed'] });
    expect(motor).not.toHaveProperty('sequence');
  });

  it('are not what is declared, and have names that no declaration has', () => {
    const discovery = look();
    const isDeclared = (_: string, topic: string): boolean => topic.endsWith('motor');
    for (const topic of ['d/a/tank', 'd/a/motor']) lookAt(discovery, 'a', topic, () => '[1,2]');
    discovery.leaveOut(isDeclared);
    lookAt(discovery, 'b', 'd/b/motor', () => '[1,2]');
    const found = discovery.found(new Set(['tank']), start);
    expect(found.map(({ name, devices }) => [name, devices])).toEqual([['tank-2', 1]]);
    expect(discovery.size).toBe(1);
  });
});

describe('what changes', () => {
  it('is followed: channels that come no more go, and others take their place', () => {
    const discovery = look();
    for (let second = 0; second < 1000; second++)
      discovery.take(sample('a', 'd/a/tank', second < 500 ? '{"level":1.5}' : '{"depth":1.5}', second));
    expect(foundIn(discovery)).toMatchObject([{ fields: ['/depth'], messages: 1000 }]);
    expect(discovery.change(start).kept[0]?.fields.map(([field]) => field)).toContain('/depth');
  });

  it('is no channel where a count begins anew, and freshness is not judged by such a one until it is forgotten', () => {
    const discovery = look();
    const say = (second: number, count: number): void =>
      discovery.take(
        sample('a', 'd/a/tank', `{"n":${count},"t":${start / 1000 + second},"level":2.5}`, second),
      );
    for (let second = 0; second < 60; second++) say(second, second < 40 ? second : second - 40);
    expect(foundIn(discovery)).toMatchObject([{ fields: ['/level'] }]);
    expect(foundIn(discovery)[0]).not.toHaveProperty('sequence');
    for (let second = 60; second < 400; second++) say(second, second);
    expect(foundIn(discovery)).toMatchObject([{ fields: ['/level'], sequence: '/n', time: '/t' }]);
  });
});

describe('what is remembered', () => {
  it('is bounded, and who publishes to ever new topics pushes out nothing of others', () => {
    const discovery = look({ most: 100, mostOfDevice: 32 });
    const honest = ['a', 'b', 'c', 'd', 'e'];
    for (const device of honest) lookAt(discovery, device, `d/${device}/tank`, () => '{"level":1.5}');
    for (let at = 0; at < 5_000; at++)
      discovery.take(sample(`eve-${at % 3}`, `d/eve-${at % 3}/${at}`, `{"x${at}":1}`, at));
    expect(discovery.size).toBeLessThanOrEqual(100);
    expect(foundIn(discovery)[0]).toMatchObject({ filter: 'd/+/tank', devices: honest.length });
    // Who comes late finds room, though all of it was taken.
    lookAt(discovery, 'late', 'd/late/tank', () => '{"level":1.5}');
    expect(discovery.size).toBeLessThanOrEqual(100);
    expect(foundIn(discovery)[0]).toMatchObject({ devices: honest.length + 1 });
  });

  it('of a topic keeps the first 64 fields, however many names come', () => {
    const discovery = look();
    lookAt(discovery, 'eve', 'd/eve/x', () =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`f${at}`, 1]))),
    );
    expect(foundIn(discovery)[0]?.fields).toHaveLength(64);
  });
});
