import type { Frame } from '@kiten/measurement';
import { expect, it, vi } from 'vitest';
import type { StreamCommand } from '../../src/site/measurement/stream-messages.ts';
import { type ApiSite, openApi } from '../api-fixture.ts';
import { ann, start } from '../fixtures.ts';
import { appear, thermometer } from './told.ts';

const reason = 'test';
const path = 'stream-relations/room';

/** Two thermometers of one room. @param around what they say lies around it, and comes out the same each time */
function temperatures(around: number): Frame {
  let state = 5;
  const noise = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31 / 5;
  };
  const truth = Array.from({ length: 300 }, (_, row) => around + 3 * Math.sin(row / 9));
  const values = Float64Array.from(truth.flatMap((one) => [one + noise(), one + noise()]));
  const times = Float64Array.from(truth.keys(), (row) => start / 1000 + 60 * row);
  const about = { channels: ['room-0/air#t', 'room-1/air#t'], units: ['Cel', 'Cel'], timeColumn: 'time' };
  return { ...about, interval: 60, rows: 300, values, times, leftOut: [], labels: new Map() };
}

async function openRoom(): Promise<{ site: ApiSite; token: string; told: readonly StreamCommand[] }> {
  const site = await openApi();
  const told: StreamCommand[] = [];
  const ask = async () => ({
    ...{ board: { streams: 0, messages: 0, dropped: 0, refused: 0 }, streams: new Map() },
  });
  const thread = { send: (command: StreamCommand) => void told.push(command), ask, isAtWork: true };
  await site.streams.connect({ thread, findings: { conclude: async () => [] } });
  await site.streams.declare(thermometer('air'), ann, reason);
  for (const stream of ['room-0/air', 'room-1/air']) await appear(site, stream);
  const relation = { id: 'room', streams: ['room-0/air', 'room-1/air'], checks: [], every: 60 };
  await site.streams.relations.relate({ ...relation, alarmsPerDay: 1 }, ann, 'one room');
  return { site, token: await site.operator('operator'), told };
}

const taught = (around: number, until: number) =>
  ({ kind: 'relation-taught', relation: 'room', frame: temperatures(around), until, isCut: false }) as const;

async function teach({ streams }: ApiSite, around: number): Promise<string> {
  const { lesson } = await streams.relations.learn('room', { seconds: 60, accepts: false }, ann, reason);
  await streams.heard([taught(around, lesson?.until ?? 0)]);
  return vi.waitFor(
    () => {
      const { proposal } = streams.relations.get('room');
      if (proposal === undefined) throw new Error('it is being learned');
      return proposal;
    },
    { timeout: 60_000, interval: 20 },
  );
}

it('a lesson of a relation is stopped on record, whoever gathers for it is told so, and one that is none is not', {
  timeout: 120_000,
}, async () => {
  const { site, token, told } = await openRoom();
  const stop = () => site.ask('POST', `${path}/stop-lesson`, { token, body: { reason } });
  expect(await stop()).toMatchObject({ status: 409, body: { code: 'kiten/relation-not-learning' } });
  const body = { seconds: 3600, rows: 500, accept: true, reason };
  const begun = await site.ask('POST', `${path}/learn`, { token, body });
  expect(begun.body).toMatchObject({ state: 'learning', learnsRows: 500, accepts: true });
  const stopped = await stop();
  expect(stopped).toMatchObject({ status: 200, body: { state: 'declared' } });
  for (const gone of ['learnsUntil', 'learnsRows', 'accepts']) expect(stopped.body).not.toHaveProperty(gone);
  expect(told.at(-1)).toEqual({ kind: 'stop-lesson', of: 'room' });
  const { entries } = (await site.ask('GET', 'log/entries?last=1', { token })).body;
  expect(entries[0]).toMatchObject({ type: 'relation/lesson-stopped', reason, data: { relation: 'room' } });
  // What was gathered until then comes late: nothing is learned from it.
  await site.streams.heard([taught(20, begun.body.learnsUntil)]);
  const profile = await teach(site, 30);
  const later = (await site.ask('GET', 'log/entries?last=10', { token })).body.entries;
  const learned = later.filter(({ type }: { type: string }) => type === 'relation/learned');
  expect(learned).toMatchObject([{ data: { relation: 'room', profile } }]);
});

it('what was learned of a relation is told beside what it would replace, accepted as it was seen, and refused on record', {
  timeout: 120_000,
}, async () => {
  const { site, token } = await openRoom();
  const proposed = () => site.ask('GET', `${path}/proposal`, { token });
  const act = (action: string, proposal: string, as = token) =>
    site.ask('POST', `${path}/${action}`, { token: as, body: { proposal, reason: 'a window was open' } });
  expect(await proposed()).toMatchObject({ status: 409, body: { code: 'kiten/relation-not-learned' } });
  const first = await teach(site, 20);
  expect((await proposed()).body).toMatchObject({
    ...{ proposal: { digest: first, rows: 300, interval: 60 } },
    ...{ proposal: { channels: [{ channel: 'room-0/air#t', unit: 'Cel' }, { channel: 'room-1/air#t' }] } },
  });
  expect(await act('accept', first)).toMatchObject({ status: 200, body: { profile: first } });
  const second = await teach(site, 30);
  const { body } = await proposed();
  expect([body.profile.digest, body.proposal.digest]).toEqual([first, second]);
  expect(body.proposal.channels[0].mean - body.profile.channels[0].mean).toBeCloseTo(10, 6);

  // Somebody looked at what is no longer what waits.
  for (const action of ['accept', 'refuse'])
    expect(await act(action, first)).toMatchObject({
      ...{ status: 409, body: { code: 'kiten/relation-learned-otherwise' } },
    });
  expect((await act('refuse', second, await site.operator('viewer'))).status).toBe(403);
  const answer = await act('refuse', second);
  expect(answer).toMatchObject({ status: 200, body: { state: 'judging', profile: first } });
  // The checks that it proposed were learned from the same readings.
  for (const gone of ['proposal', 'related']) expect(answer.body).not.toHaveProperty(gone);
  const entries = await site.ask('GET', 'log/entries?last=1', { token });
  expect(entries.body.entries[0]).toMatchObject({
    type: 'relation/refused',
    ...{ reason: 'a window was open', data: { relation: 'room', profile: second } },
  });
});
