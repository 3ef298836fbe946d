import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Operator } from '../../src/site/operators.ts';
import { entriesOf, hour, newFolder, newOperator, openSite, start } from '../fixtures.ts';

const minute = 60_000;
const ann: Operator = { name: 'ann', role: 'operator' };
const visitor = { browser: 'Firefox', address: '192.0.2.1' };
const refused = expect.objectContaining({ code: 'kiten/sign-in-link' });

async function newSite() {
  const folder = await newFolder();
  const site = await openSite(folder);
  const token = await newOperator(site, 'ann', 'operator');
  const { operators, sessions } = site;
  async function redeem(link: string) {
    const { operator, spend } = await operators.redeem(link);
    return sessions.open(operator, 'link', visitor, spend);
  }
  return {
    ...site,
    folder,
    token,
    redeem,
    open: async () => redeem((await operators.createLink('ann')).link),
  };
}

describe('a sign-in link', () => {
  it('opens a session, once', async () => {
    const { operators, sessions, redeem, clock } = await newSite();
    const { link } = await operators.createLink('ann');
    const session = await redeem(link);
    expect(session).toMatchObject({ operator: ann, expiresAt: start + 12 * hour });
    expect(await sessions.bySecret(session.secret)).toMatchObject({ operator: ann });
    clock.advance(1);
    for (const spent of [link, session.secret, 'ktl_unknown'])
      await expect(redeem(spent)).rejects.toEqual(refused);
  });

  it('opens one session, even if two ask at once', async () => {
    const { operators, sessions, redeem } = await newSite();
    const { link } = await operators.createLink('ann');
    const outcomes = await Promise.allSettled([redeem(link), redeem(link)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await sessions.list('ann')).toHaveLength(1);
  });

  it('is too old after a quarter of an hour, or after a day if it was made for somebody else', async () => {
    const { operators, redeem, clock } = await newSite();
    const [early, late] = [await operators.createLink('ann'), await operators.createLink('ann')];
    const owner: Operator = { name: 'owner', role: 'administrator' };
    const [sent, sentLate] = [
      await operators.createLink('ann', owner),
      await operators.createLink('ann', owner),
    ];
    clock.advance(15 * minute - 1);
    await redeem(early.link);
    clock.advance(1);
    await expect(redeem(late.link)).rejects.toEqual(refused);
    clock.advance(23 * hour);
    await redeem(sent.link);
    clock.advance(hour);
    await expect(redeem(sentLate.link)).rejects.toEqual(refused);
  });
});

describe('a session', () => {
  it('ends after half a day, however busy it is', async () => {
    const { sessions, open, clock } = await newSite();
    const { secret } = await open();
    for (let half = 0; half < 23; half++) {
      clock.advance(hour / 2);
      expect(await sessions.bySecret(secret)).toBeDefined();
    }
    clock.advance(hour / 2);
    expect(await sessions.bySecret(secret)).toBeUndefined();
  });

  it('ends after an hour in which nobody uses it; to look is no use', async () => {
    const { sessions, open, clock } = await newSite();
    const { secret } = await open();
    clock.advance(hour - 1);
    expect(await sessions.bySecret(secret)).toBeDefined();
    clock.advance(hour - 1);
    expect(await sessions.bySecret(secret, 'look')).toBeDefined();
    clock.advance(1);
    expect(await sessions.bySecret(secret)).toBeUndefined();
    expect(await sessions.list()).toEqual([]);
  });

  it('is seen in the list with its browser, its address and when it was used last', async () => {
    const { sessions, open, clock } = await newSite();
    const { secret } = await open();
    clock.advance(5 * minute);
    const known = await sessions.bySecret(secret);
    const [view] = await sessions.list('ann');
    expect(view).toEqual({
      id: known?.session.id,
      operator: 'ann',
      by: 'link',
      ...visitor,
      createdAt: start,
      seenAt: start + 5 * minute,
      expiresAt: start + 12 * hour,
    });
    expect(secret).not.toContain(view?.id);
  });

  it('is still known to be used after a restart, once the store was told', async () => {
    const site = await newSite();
    const { secret } = await site.open();
    site.clock.advance(50 * minute);
    await site.sessions.bySecret(secret);
    await site.sessions.keep();
    await site.close();
    const again = await openSite(site.folder, { clock: site.clock, fresh: false });
    site.clock.advance(50 * minute);
    expect(await again.sessions.bySecret(secret)).toBeDefined();
  });

  it('is ended by its operator, alone or with all others, on record', async () => {
    const { sessions, open, ledger } = await newSite();
    const opened = [await open(), await open(), await open(), await open()];
    const ids = await Promise.all(
      opened.map(async ({ secret }) => (await sessions.bySecret(secret))?.session.id ?? ''),
    );
    await sessions.end('ann', ids[0] ?? '', ann);
    expect(await sessions.endAll('ann', ann, ids[1])).toBe(2);
    expect((await sessions.list('ann')).map(({ id }) => id)).toEqual([ids[1]]);
    const ended = (await entriesOf(ledger)).filter(({ type }) => type === 'operator/session-ended');
    expect(ended.map(({ data }) => data.session).sort()).toEqual([ids[0], ids[2], ids[3]].sort());
    await sessions.close(opened[1]?.secret ?? '', ann);
    expect(await sessions.list('ann')).toEqual([]);
    expect((await entriesOf(ledger)).at(-1)).toMatchObject({
      type: 'operator/signed-out',
      actor: 'operator:ann',
    });
  });

  it('is not ended by somebody who guesses at another’s', async () => {
    const { sessions, open } = await newSite();
    const { secret } = await open();
    const id = (await sessions.bySecret(secret))?.session.id ?? '';
    await expect(sessions.end('owner', id, { name: 'owner', role: 'administrator' })).rejects.toMatchObject({
      code: 'kiten/not-found',
    });
    expect(await sessions.bySecret(secret)).toBeDefined();
  });

  it('gets a changed role at once', async () => {
    const { sessions, operators, open } = await newSite();
    const { secret } = await open();
    await operators.changeRole('ann', 'viewer', { name: 'owner', role: 'administrator' }, 'x');
    expect((await sessions.bySecret(secret))?.operator).toEqual({ name: 'ann', role: 'viewer' });
  });

  it('is let go of when it has ended, and nothing else is', async () => {
    const { sessions, operators, open, clock, database } = await newSite();
    await open();
    await operators.createLink('ann');
    clock.advance(12 * hour);
    const kept = await open();
    await sessions.tidy();
    await operators.tidy();
    expect(await database.selectFrom('browser_sessions').selectAll().execute()).toHaveLength(1);
    expect(await database.selectFrom('sign_in_links').selectAll().execute()).toHaveLength(1);
    expect(await sessions.bySecret(kept.secret)).toBeDefined();
  });
});

it('the secrets are nowhere in the store’s files or the log', async () => {
  const { operators, redeem, token, folder } = await newSite();
  const [used, open] = [(await operators.createLink('ann')).link, (await operators.createLink('ann')).link];
  const { secret } = await redeem(used);
  const entries = await readdir(join(folder, 'site'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'operator.token');
  const texts = files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1'));
  const text = (await Promise.all(texts)).join('');
  expect(text).toContain('ann');
  for (const one of [token, used, open, secret]) expect(text).not.toContain(one.slice(4));
});
