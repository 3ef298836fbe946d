import { describe, expect, it } from 'vitest';
import { ApprovalDesk } from '../src/site/approvals.ts';
import { type ApprovalAction, approvalActions, drasticActions } from '../src/site/drastic-actions.ts';
import { type ApiSite, openApi } from './api-fixture.ts';
import { ann, day, entriesOf, hour, newFolder, openSite, random } from './fixtures.ts';

const why = { reason: 'a reason' };

/** Two operators and an administrator over a site where these actions take two people. */
async function twoPeople(needed: readonly ApprovalAction[] = []) {
  const site = await openApi({ needed });
  const [first, second] = [await site.operator('administrator'), await site.operator('administrator')];
  const post = (token: string, path: string, body: object) => site.ask('POST', path, { token, body });
  const pending = async () =>
    (await site.ask('GET', 'approvals?state=pending', { token: first })).body.approvals;
  return { ...site, first, second, post, pending };
}

const standingOf = (site: ApiSite, id: string) => site.book.get(id).standing;

describe('a drastic action', () => {
  it('takes a reason, whoever asks for it', async () => {
    const { post, first, admit, ask } = await twoPeople();
    await admit('pump-1');
    for (const path of [
      'devices/pump-1/revoke',
      'groups/default/quarantine',
      'groups/default/release',
      'brakes/1/confirm',
      'exceptions',
      `evidence/sha256:${'0'.repeat(64)}/erase`,
    ])
      expect(await post(first, path, {})).toMatchObject({
        status: 400,
        body: { code: 'kiten/request-invalid' },
      });
    expect(await ask('PUT', 'policies', { token: first, body: { text: 'x' } })).toMatchObject({
      status: 400,
    });
  });

  it('is done at once where the site does not ask for a second person', async () => {
    const site = await twoPeople();
    await site.admit('pump-1');
    expect((await site.post(site.first, 'devices/pump-1/revoke', why)).status).toBe(200);
    expect(standingOf(site, 'pump-1')).toBe('revoked');
    expect((await site.ask('GET', 'approvals', { token: site.first })).body).toEqual({
      approvals: [],
      needed: ['break-glass'],
    });
  });

  it('waits for somebody else where it does, and is done in the name of whoever asked', async () => {
    const site = await twoPeople(['device-revoke']);
    await site.admit('pump-1');
    const asked = await site.post(site.first, 'devices/pump-1/revoke', { reason: 'stolen' });
    expect(asked).toMatchObject({
      status: 202,
      body: { approval: { action: 'device-revoke', parameters: { device: 'pump-1' }, state: 'pending' } },
    });
    expect(standingOf(site, 'pump-1')).toBe('admitted');
    const [{ id }] = await site.pending();
    const approve = (token: string) => site.post(token, `approvals/${id}/approve`, { reason: 'seen it' });
    expect(await approve(site.first)).toMatchObject({ status: 403, body: { code: 'kiten/approval-own' } });
    expect(await approve(await site.operator('viewer'))).toMatchObject({ status: 403 });
    expect(standingOf(site, 'pump-1')).toBe('admitted');
    expect(await approve(site.second)).toMatchObject({
      status: 200,
      body: { state: 'approved', decidedBy: 'administrator-2', doneAt: expect.any(Number) },
    });
    expect(standingOf(site, 'pump-1')).toBe('revoked');
    expect(await approve(site.second)).toMatchObject({
      status: 409,
      body: { code: 'kiten/approval-decided' },
    });
    const log = (await entriesOf(site.ledger)).slice(-3);
    expect(log.map(({ type, actor, reason }) => [type, actor, reason])).toEqual([
      ['approval/requested', 'operator:administrator-1', 'stolen'],
      ['approval/approved', 'operator:administrator-2', 'seen it'],
      ['device/revoked', 'operator:administrator-1', 'stolen'],
    ]);
  });

  it('may be declined, or taken back by whoever asked, and is void after its time', async () => {
    const site = await twoPeople(['device-revoke']);
    await site.admit('pump-1');
    for (const token of [site.first, site.second]) {
      await site.post(site.first, 'devices/pump-1/revoke', why);
      const [{ id }] = await site.pending();
      expect((await site.post(token, `approvals/${id}/deny`, why)).body.state).toBe('denied');
      expect((await site.post(site.second, `approvals/${id}/approve`, why)).status).toBe(409);
    }
    await site.post(site.first, 'devices/pump-1/revoke', why);
    const [{ id }] = await site.pending();
    site.clock.advance(day);
    expect(await site.pending()).toEqual([]);
    expect((await site.post(site.second, `approvals/${id}/approve`, why)).status).toBe(409);
    expect(standingOf(site, 'pump-1')).toBe('admitted');
    expect((await site.post(site.second, 'approvals/0123456789abcdef/approve', why)).status).toBe(404);
  });

  it('fails openly if what it was about has changed meanwhile', async () => {
    const site = await twoPeople(['device-revoke']);
    await site.admit('pump-1');
    await site.post(site.first, 'devices/pump-1/revoke', why);
    const [{ id }] = await site.pending();
    await site.services.standing.revoke('pump-1', ann, 'by other means');
    expect((await site.post(site.second, `approvals/${id}/approve`, why)).body).toMatchObject({
      state: 'failed',
      problem: { code: 'kiten/standing-unchanged' },
    });
  });

  it('is not done for somebody who may no longer do it', async () => {
    const site = await twoPeople(['device-revoke']);
    await site.admit('pump-1');
    await site.post(site.first, 'devices/pump-1/revoke', why);
    const [{ id }] = await site.pending();
    await site.operators.changeRole('administrator-1', 'viewer', ann, 'moved');
    expect((await site.post(site.second, `approvals/${id}/approve`, why)).body).toMatchObject({
      state: 'failed',
      problem: { code: 'kiten/forbidden' },
    });
    expect(standingOf(site, 'pump-1')).toBe('admitted');
  });

  it('is refused before anybody is asked if it could not be done', async () => {
    const site = await twoPeople([...approvalActions]);
    const { post, first, ask } = site;
    expect((await post(first, 'devices/nobody/revoke', why)).status).toBe(404);
    expect((await post(first, 'groups/nobody/quarantine', why)).status).toBe(404);
    expect((await post(first, 'brakes/7/confirm', why)).status).toBe(404);
    const body = { text: 'permit (everything);', ...why };
    expect((await ask('PUT', 'policies', { token: first, body })).status).toBe(400);
    expect(await site.pending()).toEqual([]);
  });

  it('may be any of those that the site lists', async () => {
    const site = await twoPeople([...approvalActions]);
    const { post, first, second, ask, policies } = site;
    await site.admit('pump-1');
    await site.admit('pump-2');
    const put = (path: string, body: object) => ask('PUT', path, { token: first, body: { ...body, ...why } });
    const [{ digest }] = (await ask('GET', 'devices/pump-1/evidence', { token: first })).body.evidence;
    const { text } = policies.present;
    const answers = [
      await post(first, 'groups/default/quarantine', why),
      await post(first, 'devices/pump-1/revoke', why),
      await put('policies', { text: `${text}\n// again` }),
      await put('policies/invariants', { text: policies.invariants.text }),
      await put('groups/default', { mode: 'observe' }),
      await post(first, `evidence/${digest}/erase`, why),
    ];
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(202));
    expect([standingOf(site, 'pump-1'), policies.present.revision]).toEqual(['admitted', 1]);
    for (const { body } of answers) {
      const decided = await post(second, `approvals/${body.approval.id}/approve`, why);
      expect(decided.body).toMatchObject({ state: 'approved' });
    }
    expect([standingOf(site, 'pump-1'), standingOf(site, 'pump-2')]).toEqual(['revoked', 'quarantined']);
    expect([policies.present.revision, policies.present.author]).toEqual([2, 'operator:administrator-1']);
    expect(site.book.group('default').mode).toBe('observe');
    expect((await ask('GET', `evidence/${digest}`, { token: first })).status).toBe(410);
    expect((await post(first, 'groups/default/release', why)).body.devices).toEqual(['pump-2']);
  });

  it('is agreed to by a token only if that may do the like', async () => {
    const site = await twoPeople(['mode-change']);
    const body = { mode: 'observe', ...why };
    await site.ask('PUT', 'groups/default', { token: site.first, body });
    const [{ id }] = await site.pending();
    const made = await site.ask('POST', 'api-tokens', {
      token: site.second,
      body: { name: 'pager', scopes: ['operate'] },
    });
    expect(await site.post(made.body.token, `approvals/${id}/approve`, why)).toMatchObject({
      status: 403,
      body: { code: 'kiten/scope-missing' },
    });
    expect(site.book.group('default').mode).toBe('enforce');
  });
});

it('a request that a crash interrupted after it was approved is told as failed', async () => {
  const folder = await newFolder();
  const site = await openSite(folder);
  const standing = { revoke: () => new Promise<never>(() => undefined) };
  const open = (of: typeof site, over: object = {}) =>
    ApprovalDesk.open({
      ...of,
      random,
      actions: drasticActions({ ...of, standing: standing as never }),
      needed: ['device-revoke'],
      patience: day,
      ...over,
    });
  await site.admit('pump-1');
  await site.operators.add('bob', 'operator', ann, 'x');
  await site.operators.add('eve', 'operator', ann, 'x');
  const desk = await open(site);
  const asked = await desk.ask(
    'device-revoke',
    { device: 'pump-1' },
    { name: 'bob', role: 'operator' },
    'stolen',
  );
  const { id } = ('pending' in asked && asked.pending) || { id: '' };
  void desk.approve(id, { name: 'eve', role: 'operator' }, 'seen it');
  await expect.poll(async () => (await desk.all())[0]?.state).toBe('approved');
  await site.close();
  const again = await openSite(folder, { clock: site.clock, fresh: false });
  expect(await (await open(again)).all()).toMatchObject([
    { id, state: 'failed', problem: { code: 'kiten/approval-interrupted' } },
  ]);
});

describe('broken glass', () => {
  it('takes two people, holds for a while, is shown everywhere, and ends by itself', async () => {
    const site = await twoPeople();
    await site.admit('pump-1');
    await site.admit('pump-2');
    const asked = await site.post(site.first, 'exceptions', {
      device: 'pump-1',
      seconds: 3600,
      reason: 'flood',
    });
    expect(asked.status).toBe(202);
    expect(site.book.mode(site.book.get('pump-1'))).toBe('enforce');
    const { id } = asked.body.approval;
    expect((await site.post(site.first, `approvals/${id}/approve`, why)).status).toBe(403);
    site.enforced.length = 0;
    await site.post(site.second, `approvals/${id}/approve`, { reason: 'the gate must open' });
    expect(site.enforced).toEqual([{ device: 'pump-1', standing: 'admitted', fall: false }]);
    const until = site.clock.now() + hour;
    const get = async (path: string) => (await site.ask('GET', path, { token: site.first })).body;
    expect(await get('devices/pump-1')).toMatchObject({ mode: 'observe', exceptionUntil: until });
    expect(await get('devices/pump-2')).toMatchObject({ mode: 'enforce' });
    expect(await get('exceptions')).toMatchObject({
      exceptions: [
        {
          ...{ id, device: 'pump-1', state: 'in-force', until, reason: 'flood' },
          ...{ requestedBy: 'administrator-1', approvedBy: 'administrator-2' },
        },
      ],
    });
    site.clock.advance(hour - 1);
    await site.exceptions.expire();
    expect(site.book.mode(site.book.get('pump-1'))).toBe('observe');
    site.clock.advance(1);
    await site.exceptions.expire();
    expect(site.book.mode(site.book.get('pump-1'))).toBe('enforce');
    expect(site.enforced.at(-1)).toEqual({ device: 'pump-1', standing: 'admitted', fall: true });
    expect((await get('exceptions')).exceptions).toMatchObject([{ state: 'expired', endedBy: 'site' }]);
    const log = (await entriesOf(site.ledger)).filter(({ type }) => type.startsWith('exception/'));
    expect(log).toMatchObject([
      {
        ...{ type: 'exception/granted', actor: 'operator:administrator-1', reason: 'flood' },
        data: { approvedBy: 'administrator-2', device: 'pump-1', until },
      },
      { type: 'exception/expired', actor: 'site' },
    ]);
  });

  it('is for a device or a group, and may be ended by one', async () => {
    const site = await twoPeople();
    await site.admit('pump-1');
    for (const scope of [{}, { device: 'pump-1', group: 'default' }])
      expect(await site.post(site.first, 'exceptions', { ...scope, seconds: 60, ...why })).toMatchObject({
        status: 400,
        body: { code: 'kiten/exception-scope' },
      });
    const { body } = await site.post(site.first, 'exceptions', { group: 'default', seconds: 60, ...why });
    await site.post(site.second, `approvals/${body.approval.id}/approve`, why);
    expect(site.book.mode(site.book.get('pump-1'))).toBe('observe');
    const ended = await site.post(site.first, `exceptions/${body.approval.id}/end`, { reason: 'all well' });
    expect(ended.body).toMatchObject({
      state: 'ended',
      endedBy: 'operator:administrator-1',
      endReason: 'all well',
    });
    expect(site.book.mode(site.book.get('pump-1'))).toBe('enforce');
    expect((await site.post(site.first, `exceptions/${body.approval.id}/end`, why)).status).toBe(404);
  });

  it('outlives the site within its time, and does not beyond, whatever the clock says', async () => {
    const folder = await newFolder();
    const first = await openSite(folder);
    await first.admit('pump-1');
    const granted = {
      id: 'a',
      device: 'pump-1',
      requestedBy: 'ann',
      approvedBy: 'bob',
      reason: 'flood',
      seconds: 60,
    };
    await first.exceptions.grant(granted);
    await first.close();
    const second = await openSite(folder, { clock: first.clock, fresh: false });
    expect(second.book.mode(second.book.get('pump-1'))).toBe('observe');
    second.clock.advance(60_000);
    await second.close();
    const third = await openSite(folder, { clock: first.clock, fresh: false });
    expect(third.book.mode(third.book.get('pump-1'))).toBe('enforce');
    await third.exceptions.grant({ ...granted, id: 'b' });
    third.clock.advance(59_999);
    await third.exceptions.expire();
    third.clock.set(third.clock.now() - hour);
    await third.exceptions.expire();
    third.clock.set(third.clock.now() + hour + 1);
    await third.exceptions.expire();
    expect(third.book.exceptions).toEqual([]);
  });
});
