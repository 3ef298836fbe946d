import { encodeUtf8, manualClock } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import { Discovery, type FoundChange, foundFor } from '@kiten/measurement';
import pino from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { Finds } from '../../src/site/measurement/finds.ts';
import type { StreamCommand } from '../../src/site/measurement/stream-messages.ts';
import type { Database } from '../../src/store/database.ts';
import { keepFoundReadings } from '../../src/store/found-readings.ts';
import { newFolder, newStore, start } from '../fixtures.ts';

const clock = manualClock(start);
const keysOf = async (device: string) => [encodeUtf8(`key of ${device}`)];
let database: Database;
beforeEach(async () => {
  clock.set(start);
  database = await newStore(await newFolder());
});

/** A thread that looks for readings, as the site sees one that has just begun. */
function begin() {
  const discovery = new Discovery({ verify: nodeVerify, askKeys: () => undefined });
  const send = (command: StreamCommand): void => {
    if (command.kind === 'recall') discovery.recall(structuredClone(command.found));
  };
  const ask = async () => ({
    board: { streams: 0, messages: 0, dropped: 0, refused: 0 },
    streams: new Map(),
    found: discovery.found(new Set(), clock.now()),
  });
  const thread = { send, ask, isAtWork: true };
  const health = { state: { missed: 0 } };
  const finds = new Finds({
    ...{ database, clock, health, keysOf, thread: () => thread },
    logger: pino({ enabled: false }),
  });
  return { discovery, finds };
}
function publish(discovery: Discovery, device: string, topic: string, payload = '{"level":1.5}'): void {
  for (let at = clock.now(); at < clock.now() + 5000; at += 1000)
    discovery.take({ device, topic, at, payload: encodeUtf8(payload) });
}

describe('what was found', () => {
  it('is known to whoever begins to look: with its counts, and what became of it since', async () => {
    const one = begin();
    publish(one.discovery, 'a', 'd/a/tank');
    for (let topic = 0; topic < 30; topic++) publish(one.discovery, 'b', `d/b/${topic}`);
    await one.finds.keep(one.discovery.change(clock.now()));
    publish(one.discovery, 'a', 'd/a/tank');
    one.discovery.leaveOut((_, topic) => topic.startsWith('d/b/1'));
    await one.finds.keep(one.discovery.change(clock.now(), true));
    const other = begin();
    expect(await other.finds.any()).toBe(true);
    await other.finds.tell();
    const found = await other.finds.all();
    expect(found).toEqual(await one.finds.all());
    expect(found).toHaveLength(1 + 30 - 11);
    expect(found.find(({ name }) => name === 'tank')).toMatchObject({ messages: 10, firstAt: start });
  });

  it('is let go of after a week in which it was not seen, also if nobody looked meanwhile', async () => {
    const one = begin();
    publish(one.discovery, 'a', 'd/a/tank');
    clock.advance(foundFor / 2);
    publish(one.discovery, 'a', 'd/a/motor');
    await one.finds.keep(one.discovery.change(clock.now()));
    clock.advance(foundFor / 2 + 10_000);
    const other = begin();
    await other.finds.tell();
    expect((await other.finds.all()).map(({ name }) => name)).toEqual(['motor']);
    expect(await database.selectFrom('found_readings').select('topic').execute()).toEqual([
      { topic: 'd/a/motor' },
    ]);
    clock.advance(foundFor);
    expect(await other.finds.any()).toBe(false);
  });

  it('is told after what was found before is kept', async () => {
    const one = begin();
    publish(one.discovery, 'a', 'd/a/tank');
    const kept = one.finds.keep(one.discovery.change(clock.now()));
    await one.finds.tell();
    await kept;
    expect(await one.finds.all()).toMatchObject([{ name: 'tank', messages: 5 }]);
  });

  it('that cannot be kept is logged, and what follows is kept', async () => {
    const lines: string[] = [];
    const { discovery } = begin();
    const finds = new Finds({
      ...{ database, clock, keysOf, health: { state: { missed: 0 } }, thread: () => undefined },
      logger: pino({}, { write: (line: string) => void lines.push(line) }),
    });
    publish(discovery, 'a', 'd/a/tank');
    const change = discovery.change(clock.now());
    const broken = [{ ...change.kept[0], topic: null }] as unknown as FoundChange['kept'];
    await finds.keep({ gone: [], kept: broken });
    await finds.keep(change);
    expect(lines.join('')).toContain('what was found could not be kept');
    expect(await finds.any()).toBe(true);
    await finds.settled();
  });

  it('is nothing while nobody has published, and unknown while whoever knows is away', async () => {
    const asked = { send: () => undefined, ask: () => Promise.reject(new Error('away')), isAtWork: false };
    const parts = { database, clock, keysOf, logger: pino({ enabled: false }), thread: () => asked };
    expect(await new Finds({ ...parts, health: { state: { missed: 0 } } }).all()).toEqual([]);
    const health = { state: { missed: 0, stoppedAt: start } };
    await expect(new Finds({ ...parts, health }).all()).rejects.toThrow('away');
  });
});

it('the keys of a device are told to whoever asks, and what fails is logged', async () => {
  const commands: StreamCommand[] = [];
  const lines: string[] = [];
  const thread = { send: (command: StreamCommand) => void commands.push(command), isAtWork: true };
  const parts = {
    ...{ database, clock, health: { state: { missed: 0 } } },
    thread: () => ({ ...thread, ask: () => Promise.reject(new Error('nobody asks')) }),
    logger: pino({}, { write: (line: string) => void lines.push(line) }),
  };
  await new Finds({ ...parts, keysOf }).tellKeys('a');
  expect(commands).toEqual([{ kind: 'asked-keys', device: 'a', keys: await keysOf('a') }]);
  await new Finds({ ...parts, keysOf: () => Promise.reject(new Error('no store')) }).tellKeys('a');
  expect(commands).toHaveLength(1);
  expect(lines.join('')).toContain('no store');
});

it('what comes and goes in one change is there afterwards', async () => {
  const { discovery } = begin();
  publish(discovery, 'a', 'd/a/tank');
  const { kept } = discovery.change(clock.now());
  for (const gone of [[], kept]) await keepFoundReadings(database, { gone, kept });
  expect(await database.selectFrom('found_readings').select(['device', 'topic']).execute()).toEqual([
    { device: 'a', topic: 'd/a/tank' },
  ]);
});
