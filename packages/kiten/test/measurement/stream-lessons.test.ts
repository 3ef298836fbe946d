import type { Frame } from '@kiten/measurement';
import { expect, it, vi } from 'vitest';
import type { StreamCommand } from '../../src/site/measurement/stream-messages.ts';
import { type ApiSite, openApi } from '../api-fixture.ts';
import { ann, start } from '../fixtures.ts';

const stream = 'pump-1/tank';
const reason = 'test';

/** @param around what comes out the same each time, and around which it lies */
function readings(around: number): Frame {
  let state = 7;
  const values = Float64Array.from({ length: 120 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Number((around + state / 2 ** 31).toFixed(2));
  });
  const times = values.map((_, row) => start / 1000 + row);
  const about = { channels: ['level'], units: ['m'], rows: 120, interval: 1, timeColumn: 'time' };
  return { ...about, values, times, labels: new Map(), leftOut: [] };
}

async function openTank(): Promise<{ site: ApiSite; token: string; told: readonly StreamCommand[] }> {
  const site = await openApi();
  const told: StreamCommand[] = [];
  const ask = async () => ({
    ...{ board: { streams: 0, messages: 0, dropped: 0, refused: 0 }, streams: new Map() },
  });
  const thread = { send: (command: StreamCommand) => void told.push(command), ask, isAtWork: true };
  await site.streams.connect({ thread, findings: { conclude: async () => [] } });
  const budget = { alarmsPerDay: 1, silenceSeconds: 300 };
  const tank = { id: 'tank', filter: 'd/+/tank', form: 'json', fields: ['/level'] } as const;
  await site.streams.declare({ ...tank, ...budget }, ann, reason);
  await site.admit('pump-1');
  const place = { device: 'pump-1', declaration: 'tank', topic: 'd/pump-1/tank' };
  await site.streams.heard([{ kind: 'appeared', stream, ...place, at: start }]);
  return { site, token: await site.operator('operator'), told };
}

async function teach({ streams }: ApiSite, around: number): Promise<string> {
  const { lesson } = await streams.learn(stream, { seconds: 60, accepts: false }, ann, reason);
  const frame = readings(around);
  await streams.heard([{ kind: 'taught', stream, frame, until: lesson?.until ?? 0, isCut: false }]);
  return vi.waitFor(
    () => {
      const { proposal } = streams.streams[0] ?? {};
      if (proposal === undefined) throw new Error('it is being learned');
      return proposal;
    },
    { timeout: 60_000, interval: 20 },
  );
}

it('a lesson is stopped on record, whoever gathers for it is told so, and one that is none is not', {
  timeout: 120_000,
}, async () => {
  const { site, token, told } = await openTank();
  const stop = () => site.ask('POST', 'streams/stop-lesson', { token, body: { stream, reason } });
  expect(await stop()).toMatchObject({ status: 409, body: { code: 'kiten/stream-not-learning' } });
  const body = { stream, seconds: 3600, rows: 500, accept: true, reason };
  const begun = await site.ask('POST', 'streams/learn', { token, body });
  expect(begun.body).toMatchObject({ state: 'learning', learnsRows: 500, accepts: true });
  const stopped = await stop();
  expect(stopped).toMatchObject({ status: 200, body: { state: 'seen' } });
  expect(stopped.body).not.toHaveProperty('learnsUntil');
  expect(stopped.body).not.toHaveProperty('accepts');
  expect(told.at(-1)).toEqual({ kind: 'stop-lesson', of: stream });
  // What was gathered until then comes late: nothing is learned from it.
  const until = begun.body.learnsUntil as number;
  await site.streams.heard([{ kind: 'taught', stream, frame: readings(20), until, isCut: false }]);
  const profile = await teach(site, 30);
  const { entries } = (await site.ask('GET', 'log/entries?last=10', { token })).body;
  const learned = entries.filter(({ type }: { type: string }) => type === 'stream/learned');
  expect(learned).toMatchObject([{ data: { stream, profile } }]);
});

it('what was learned is told in figures beside what it would replace, and refused on record', {
  timeout: 120_000,
}, async () => {
  const { site, token } = await openTank();
  const proposed = () => site.ask('GET', `streams/proposal?stream=${stream}`, { token });
  expect(await proposed()).toMatchObject({ status: 409, body: { code: 'kiten/stream-not-learned' } });
  const first = await teach(site, 20);
  expect((await proposed()).body).toMatchObject({
    proposal: { digest: first, rows: 120, interval: 1, channels: [{ channel: 'level', unit: 'm' }] },
  });
  await site.streams.accept({ stream }, ann, reason);
  const second = await teach(site, 30);
  const { body } = await proposed();
  expect([body.profile.digest, body.proposal.digest]).toEqual([first, second]);
  expect(body.proposal.channels[0].mean - body.profile.channels[0].mean).toBeCloseTo(10, 6);

  // Somebody looked at what is no longer what waits.
  for (const act of ['accept', 'refuse']) {
    const stale = await site.ask('POST', `streams/${act}`, {
      token,
      body: { stream, proposal: first, reason },
    });
    expect(stale).toMatchObject({ status: 409, body: { code: 'kiten/stream-learned-otherwise' } });
  }
  const refused = { stream, proposal: second, reason: 'a valve was open' };
  const viewer = await site.operator('viewer');
  expect((await site.ask('POST', 'streams/refuse', { token: viewer, body: refused })).status).toBe(403);
  const answer = await site.ask('POST', 'streams/refuse', { token, body: refused });
  expect(answer).toMatchObject({ status: 200, body: { state: 'judging', profile: first } });
  expect(answer.body).not.toHaveProperty('proposal');
  const entries = await site.ask('GET', 'log/entries?last=1', { token });
  expect(entries.body.entries[0]).toMatchObject({
    ...{ type: 'stream/refused', reason: 'a valve was open', data: { stream, profile: second } },
  });
});
