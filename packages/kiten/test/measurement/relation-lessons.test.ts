import { type Frame, parseCrossCheck } from '@kiten/measurement';
import { describe, expect, it, vi } from 'vitest';
import { ann, entriesOf, newFolder, openSite, start } from '../fixtures.ts';
import { appear, listening, thermometer } from './told.ts';

/** Two thermometers of one room that are compared. */
async function comparing(folder: string) {
  const site = await openSite(folder);
  const told = await listening(site, 'relate');
  await site.streams.declare(thermometer('air'), ann, 'test');
  for (const device of ['room-0', 'room-1']) await appear(site, `${device}/air`);
  const relation = { id: 'room', streams: ['room-0/air', 'room-1/air'], checks: [], every: 60 };
  await site.streams.relations.relate({ ...relation, alarmsPerDay: 1 }, ann, 'one room');
  return { site, told };
}

/** What two thermometers say, with noise that comes out the same each time. */
function temperatures(rows: number): Frame {
  let state = 5;
  const noise = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const truth = Array.from({ length: rows }, (_, row) => 20 + 3 * Math.sin(row / 9));
  const values = Float64Array.from(truth.flatMap((one) => [one + noise() / 5, one + noise() / 5]));
  const times = Float64Array.from(truth.keys(), (row) => start / 1000 + 60 * row);
  const about = { channels: ['room-0/air#t', 'room-1/air#t'], interval: 60, timeColumn: 'time' };
  return { ...about, rows, values, times, leftOut: [], labels: new Map() };
}

const lesson = { seconds: 86_400, accepts: false };
const taught = (rows: number, until = 0) => {
  const frame = temperatures(rows);
  return { kind: 'relation-taught', relation: 'room', frame, until, isCut: false } as const;
};

describe('a lesson of streams that are compared', () => {
  it('is gone on with, and learned from, after the site stopped while it was being learned from', async () => {
    const folder = await newFolder();
    const { site, told } = await comparing(folder);
    const { lesson: end } = await site.streams.relations.learn('room', lesson, ann, 'a normal day');
    expect(told.at(-1)).toMatchObject({ known: { lesson: end }, resumes: false });
    await site.streams.heard([taught(300, end?.until)]);
    await site.streams.settled();
    await site.close();

    const again = await openSite(folder, { clock: site.clock, fresh: false });
    const toldAgain = await listening(again, 'relate');
    expect(toldAgain).toMatchObject([{ known: { id: 'room', lesson: end }, resumes: true }]);
    const { problem, proposal } = again.streams.relations.get('room');
    expect([problem, proposal]).toEqual([undefined, undefined]);
    await again.streams.heard([{ ...taught(300, end?.until), isCut: true }]);
    const record = await vi.waitFor(
      () => {
        const now = again.streams.relations.get('room');
        if (now.lesson !== undefined) throw new Error('it is being learned');
        return now;
      },
      { timeout: 60_000, interval: 20 },
    );
    expect(record.proposal).toMatch(/^[0-9a-f]{64}$/);
    expect(record.problem).toContain('300 rows');
  });

  it('counts, and not one that was begun before it', async () => {
    const { site } = await comparing(await newFolder());
    const { relations } = site.streams;
    const { lesson: first } = await relations.learn('room', lesson, ann, 'a normal day');
    site.clock.advance(1000);
    const { lesson: second } = await relations.learn('room', lesson, ann, 'another one');
    await site.streams.heard([taught(200, first?.until), taught(300, second?.until)]);
    await vi.waitFor(() => expect(relations.get('room').proposal).toBeDefined(), { timeout: 60_000 });
    const learned = (await entriesOf(site.ledger)).filter(({ type }) => type === 'relation/learned');
    expect(learned.map(({ data }) => data?.rows)).toEqual([300]);
  });

  it('has the units that were said in it first, also after a restart, as one of a stream has', async () => {
    const folder = await newFolder();
    const { site } = await comparing(folder);
    const { lesson: end } = await site.streams.relations.learn('room', lesson, ann, 'a normal day');
    const { lesson: own } = await site.streams.learn('room-0/air', lesson, ann, 'a normal day');
    const [until, ownUntil] = [end?.until ?? 0, own?.until ?? 0];
    await site.streams.heard([
      { kind: 'relation-heard', relation: 'room', until, units: ['Cel', ''] },
      { kind: 'relation-heard', relation: 'room', until: until - 1, units: ['K', 'K'] },
      { kind: 'heard', stream: 'room-0/air', until: ownUntil, units: ['Cel'] },
    ]);
    await site.close();
    const again = await openSite(folder, { clock: site.clock, fresh: false });
    const told = await listening(again, 'relate', 'put');
    const lessons = told.flatMap(({ known }) => (known.lesson === undefined ? [] : [known.lesson.units]));
    expect(lessons).toEqual([['Cel'], ['Cel', '']]);
  });

  it('is not begun where checks compare what is declared in several units', async () => {
    const { site } = await comparing(await newFolder());
    const { streams } = site;
    const check = parseCrossCheck('equal room-0/air#t room-1/air#t');
    const relation = { id: 'room', streams: ['room-0/air', 'room-1/air'], every: 60, alarmsPerDay: 1 };
    const relate = (units: Record<string, string>) =>
      streams.relations.relate({ ...relation, checks: [check], units }, ann, 'one room');
    await expect(relate({ 'room-0/air#t': 'Cel', 'room-1/air#t': 'K' })).rejects.toMatchObject({
      code: 'measurement/cross-units',
    });
    await streams.declare({ ...thermometer('air'), units: { t: 'K' } }, ann, 'in kelvin');
    await expect(relate({ 'room-0/air#t': 'Cel' })).rejects.toMatchObject({
      code: 'measurement/cross-units',
    });
    expect(await relate({ 'room-0/air#t': 'K' })).toMatchObject({
      relation: { units: { 'room-0/air#t': 'K' } },
    });
  });
});
