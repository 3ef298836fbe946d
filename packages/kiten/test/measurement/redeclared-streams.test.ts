import { streamSubject } from '@kiten/measurement';
import { describe, expect, it, onTestFinished } from 'vitest';
import { alarmsOf } from '../../src/store/streams.ts';
import { ann, entriesOf, type InnerSite, newFolder, openSite, start } from '../fixtures.ts';
import { appear, learned, listening, thermometer } from './told.ts';

const stream = 'pump-1/room';
const room = thermometer('room');
const follow = { perDay: 0.1, most: 2 };
const memory = { sequence: 7, window: 0, signedAt: start, offset: 3, missing: 0, counter: 'pack' };
const alarm = { stream, began: start, severity: 2, sees: 'level', channels: ['t'] };

/** A stream that is judged, with an alarm that lasts and packs that are remembered. */
async function judged(folder: string): Promise<{ site: InnerSite; profile: string }> {
  const site = await openSite(folder);
  await listening(site, 'put');
  await site.streams.declare(room, ann, 'test');
  await appear(site, stream);
  const profile = await learned(site, stream, 3);
  await site.streams.heard([
    { kind: 'remember', stream, memory },
    { kind: 'alarm', window: alarm },
  ]);
  return { site, profile };
}

/** What the thread that judges is told of it after a restart. */
async function restarted(folder: string, { clock, close }: InnerSite) {
  await close();
  const site = await openSite(folder, { clock, fresh: false });
  onTestFinished(() => site.close());
  const told = await listening(site, 'put');
  return { site, known: told.at(-1)?.known };
}

describe('streams whose declaration says something else', () => {
  it('keep what they are judged by, what is remembered and what lasts, where only the rules are others', async () => {
    const folder = await newFolder();
    const { site, profile } = await judged(folder);
    await site.streams.declare({ ...room, follow, alarmsPerDay: 1, recoverSeconds: 60 }, ann, 'it ages');
    expect(site.streams.streams).toMatchObject([{ stream, profile, appearedAt: start }]);
    const wandered = { drift: Float64Array.of(0.4), morning: Float64Array.of(0.3), passed: 5 };
    await site.streams.heard([{ kind: 'wandered', stream, profile, wandered }]);
    const { site: again, known } = await restarted(folder, site);
    expect(known).toMatchObject({ memory, profile: { digest: profile, wandered }, alarm: { window: alarm } });
    // It is not followed any more.
    await again.streams.declare(room, ann, 'it does not');
    await again.streams.heard([{ kind: 'wandered', stream, profile }]);
    const { known: last } = await restarted(folder, again);
    expect(last?.profile).toEqual({ digest: profile, text: expect.anything() });
    expect(last).toMatchObject({ memory });
  });

  it('are learned anew where their rows are others, at once if that is declared, and keep what is remembered', async () => {
    const folder = await newFolder();
    const { site } = await judged(folder);
    site.clock.advance(1000);
    const lesson = { until: site.clock.now() + 60_000 };
    await site.streams.declare({ ...room, fields: ['/t', '/h'], learnSeconds: 60 }, ann, 'humidity, too');
    const anew = { stream, device: 'pump-1', declaration: 'room', topic: 'd/pump-1/room', appearedAt: start };
    expect(site.streams.streams).toEqual([{ ...anew, accepts: false, lesson }]);
    expect(await alarmsOf(site.database, stream, 5)).toEqual([{ ...alarm, ended: site.clock.now() }]);
    const { site: again, known } = await restarted(folder, site);
    expect(known).toMatchObject({ memory, lesson });
    expect(known?.profile).toBeUndefined();
    // Whoever judged by what it was before tells it late.
    await again.streams.heard([{ kind: 'unlearned', stream, until: start, problem: 'of another lesson' }]);
    expect(again.streams.streams[0]).toMatchObject({ lesson });
    await again.streams.heard([
      { kind: 'unlearned', stream, until: lesson.until, problem: 'in other units' },
    ]);
    expect(again.streams.streams[0]).toEqual({ ...anew, accepts: false, problem: 'in other units' });
  });

  it('go where they are none of it any more, and what appears late is not taken for one', async () => {
    const folder = await newFolder();
    const { site } = await judged(folder);
    await appear(site, 'pump-2/room');
    await site.streams.declare({ ...room, filter: 'd/pump-2/room' }, ann, 'that one');
    expect(site.streams.streams.map((one) => one.stream)).toEqual(['pump-2/room']);
    const place = { device: 'pump-1', declaration: 'room', topic: 'd/pump-1/room' };
    await site.streams.heard([{ kind: 'appeared', stream, ...place, at: start }]);
    const { site: again } = await restarted(folder, site);
    expect(again.streams.streams.map((one) => one.stream)).toEqual(['pump-2/room']);
  });

  it('are compared no more while one is gone, learn nothing then, and are compared again when it is back', async () => {
    const { site } = await judged(await newFolder());
    await appear(site, 'pump-2/room');
    const told = await listening(site, 'relate');
    const { relations } = site.streams;
    const relation = {
      id: 'rooms',
      streams: [stream, 'pump-2/room'],
      checks: [],
      every: 60,
      alarmsPerDay: 1,
    };
    await relations.relate(relation, ann, 'one wall');
    await relations.learn('rooms', { seconds: 60, accepts: false }, ann, 'a normal minute');
    // What leaves the channels as they were changes nothing.
    await site.streams.declare({ ...room, follow }, ann, 'it ages');
    expect(relations.get('rooms').lesson).toBeDefined();
    await site.streams.declare({ ...room, filter: 'd/pump-2/room' }, ann, 'that one');
    expect(relations.get('rooms').problem).toContain('learn it anew');
    expect(relations.get('rooms').lesson).toBeUndefined();
    expect(relations.problemOf('rooms')).toContain('pump-1/room');
    expect((await entriesOf(site.ledger)).at(-1)).toMatchObject({ type: 'relation/not-learned' });
    told.length = 0;
    await site.streams.declare({ ...room, filter: 'd/+/room' }, ann, 'both');
    expect(told).toEqual([]);
    const place = { device: 'pump-1', declaration: 'room', topic: 'd/pump-1/room' };
    await site.streams.heard([{ kind: 'appeared', stream, ...place, at: start }]);
    expect(relations.problemOf('rooms')).toBeUndefined();
    expect(told).toMatchObject([{ known: { id: 'rooms' } }]);
  });
});

describe('streams that are no more', () => {
  /** What is concluded of streams from then on. */
  async function concluding({ streams }: InnerSite): Promise<string[]> {
    const said: string[] = [];
    const ask = () => Promise.reject(new Error('nobody is asked here'));
    const conclude: Parameters<typeof streams.connect>[0]['findings']['conclude'] = async (conclusion) => {
      said.push(`${conclusion.stream} ${conclusion.outcome}`);
      return [];
    };
    await streams.connect({
      ...{ thread: { send: () => undefined, ask, isAtWork: true }, findings: { conclude } },
    });
    return said;
  }

  it('are forgotten on somebody’s word, with what was learned, until they say something again', async () => {
    const folder = await newFolder();
    const { site } = await judged(folder);
    await appear(site, 'pump-2/room');
    const told = await listening(site, 'forget');
    const before = await alarmsOf(site.database, stream, 5);
    await site.streams.forget(stream, ann, 'the room is gone');
    expect(told).toEqual([{ kind: 'forget', stream }]);
    expect(site.streams.streams.map((one) => one.stream)).toEqual(['pump-2/room']);
    expect((await entriesOf(site.ledger)).at(-1)).toMatchObject({
      ...{ type: 'stream/forgotten', actor: 'operator:ann', reason: 'the room is gone' },
      ...{
        subject: streamSubject(stream),
        data: { stream, declaration: 'room' },
      },
    });
    // What it alarmed for is kept; it is over.
    expect(await alarmsOf(site.database, stream, 5)).toEqual([{ ...before[0], ended: site.clock.now() }]);
    await expect(site.streams.forget(stream, ann, 'again')).rejects.toMatchObject({
      code: 'kiten/stream-unknown',
    });
    const { site: again, known } = await restarted(folder, site);
    expect(known?.stream).toBe('pump-2/room');
    const place = { device: 'pump-1', declaration: 'room', topic: 'd/pump-1/room' };
    await again.streams.heard([{ kind: 'appeared', stream, ...place, at: start + 5 }]);
    expect(again.streams.streams[0]).toEqual({ stream, ...place, appearedAt: start + 5, accepts: false });
  });

  it('are no longer compared', async () => {
    const { site } = await judged(await newFolder());
    await appear(site, 'pump-2/room');
    const { relations } = site.streams;
    const about = { checks: [], every: 60, alarmsPerDay: 1 };
    await relations.relate({ id: 'rooms', streams: [stream, 'pump-2/room'], ...about }, ann, 'one wall');
    await site.streams.forget(stream, ann, 'the room is gone');
    expect(relations.problemOf('rooms')).toContain(stream);
  });

  it('have nothing good left, also of before a restart: forgotten, of no declaration any more, or with other rows', async () => {
    const { site } = await judged(await newFolder());
    const said = await concluding(site);
    await appear(site, 'pump-2/room');
    await site.streams.declare({ ...room, follow }, ann, 'it ages');
    expect(said).toEqual([]);
    await site.streams.declare({ ...room, fields: ['/t', '/h'] }, ann, 'humidity, too');
    expect(said.splice(0)).toEqual([`${stream} unjudged`, 'pump-2/room unjudged']);
    await site.streams.forget('pump-2/room', ann, 'the room is gone');
    expect(said.splice(0)).toEqual(['pump-2/room unjudged']);
    await site.streams.undeclare('room', ann, 'not needed');
    expect(said).toEqual([`${stream} unjudged`]);
  });

  it('leave those that were compared with them compared no more; so does the end of what compares them', async () => {
    const { site } = await judged(await newFolder());
    await appear(site, 'pump-2/room');
    await appear(site, 'pump-3/room');
    const said = await concluding(site);
    const { relations } = site.streams;
    const about = { checks: [], every: 60, alarmsPerDay: 1 };
    const relate = (id: string, ...streams: string[]) =>
      relations.relate({ id, streams, ...about }, ann, 'one wall');
    await relate('rooms', stream, 'pump-2/room');
    await relate('others', 'pump-2/room', 'pump-3/room');
    expect(said).toEqual([]);
    await relate('rooms', stream, 'pump-3/room');
    expect(said.splice(0)).toEqual([`${stream} uncompared`, 'pump-2/room uncompared']);
    await site.streams.forget(stream, ann, 'the room is gone');
    expect(said.splice(0)).toEqual([`${stream} unjudged`, `${stream} uncompared`, 'pump-3/room uncompared']);
    await relations.unrelate('others', ann, 'not needed');
    expect(said).toEqual(['pump-2/room uncompared', 'pump-3/room uncompared']);
  });
});
