import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manualClock } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { OperatorDesk } from '../src/site/operators.ts';
import { hour, newFolder, newStore, random, start } from './fixtures.ts';

const minute = 60_000;
const refused = expect.objectContaining({ code: 'kiten/sign-in-link' });

async function newDesk() {
  const folder = await newFolder();
  const database = await newStore(folder);
  const clock = manualClock(start);
  const desk = new OperatorDesk(database, clock, random);
  const token = await desk.create('ann', 'operator');
  return { folder, database, clock, desk, token };
}

describe('operators', () => {
  it('are known by their token', async () => {
    const { desk, token } = await newDesk();
    expect(token).toMatch(/^kto_[A-Za-z0-9_-]{43}$/);
    expect(await desk.byToken(token)).toEqual({ name: 'ann', role: 'operator' });
    expect(await desk.byToken(`${token.slice(0, -1)}!`)).toBeUndefined();
    expect(await desk.bySession(token)).toBeUndefined();
  });

  it('sign in by a link that works once', async () => {
    const { desk, clock } = await newDesk();
    const link = await desk.createLink('ann');
    const session = await desk.openSession(link);
    expect(session).toMatchObject({
      operator: { name: 'ann', role: 'operator' },
      expiresAt: start + 12 * hour,
    });
    expect(await desk.bySession(session.secret)).toEqual({ name: 'ann', role: 'operator' });
    clock.advance(1);
    await expect(desk.openSession(link)).rejects.toEqual(refused);
    await expect(desk.openSession(session.secret)).rejects.toEqual(refused);
    await expect(desk.openSession('ktl_unknown')).rejects.toEqual(refused);
  });

  it('open one session by one link, even if two ask at once', async () => {
    const { desk } = await newDesk();
    const link = await desk.createLink('ann');
    const outcomes = await Promise.allSettled([desk.openSession(link), desk.openSession(link)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('a link is too old after a quarter of an hour', async () => {
    const { desk, clock } = await newDesk();
    const [early, late] = [await desk.createLink('ann'), await desk.createLink('ann')];
    clock.advance(15 * minute - 1);
    await desk.openSession(early);
    clock.advance(1);
    await expect(desk.openSession(late)).rejects.toEqual(refused);
  });

  it('a session ends after half a day, or when it is closed', async () => {
    const { desk, clock } = await newDesk();
    const first = await desk.openSession(await desk.createLink('ann'));
    const second = await desk.openSession(await desk.createLink('ann'));
    await desk.closeSession(first.secret);
    expect(await desk.bySession(first.secret)).toBeUndefined();
    clock.advance(12 * hour - 1);
    expect(await desk.bySession(second.secret)).toBeDefined();
    clock.advance(1);
    expect(await desk.bySession(second.secret)).toBeUndefined();
  });

  it('what has expired is let go of, and nothing else', async () => {
    const { desk, clock, database } = await newDesk();
    await desk.openSession(await desk.createLink('ann'));
    await desk.createLink('ann');
    clock.advance(12 * hour);
    const kept = await desk.openSession(await desk.createLink('ann'));
    await desk.tidy();
    expect(await database.selectFrom('browser_sessions').selectAll().execute()).toHaveLength(1);
    expect(await database.selectFrom('sign_in_links').selectAll().execute()).toHaveLength(1);
    expect(await desk.bySession(kept.secret)).toBeDefined();
  });

  it('their secrets are nowhere in the store’s files', async () => {
    const { desk, token, folder } = await newDesk();
    const [used, open] = [await desk.createLink('ann'), await desk.createLink('ann')];
    const { secret } = await desk.openSession(used);
    const files = await Promise.all(
      ['site.db', 'site.db-wal'].map((name) => readFile(join(folder, name), 'latin1')),
    );
    const text = files.join('');
    expect(text).toContain('ann');
    for (const one of [token, used, open, secret]) expect(text).not.toContain(one.slice(4));
  });
});
