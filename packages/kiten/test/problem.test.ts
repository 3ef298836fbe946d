import { KitenError } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { problemOf } from '../src/api/problem.ts';
import { openApi } from './api-fixture.ts';

describe('problem documents', () => {
  it('carry status, code and sentence of an error (RFC 9457)', () => {
    expect(problemOf(new KitenError('kiten/device-unknown', 'No device “x”.'))).toEqual({
      type: 'urn:kiten:error:kiten/device-unknown',
      title: 'Not found',
      status: 404,
      detail: 'No device “x”.',
      code: 'kiten/device-unknown',
    });
    expect(problemOf(new KitenError('policy/invalid', 'x')).status).toBe(400);
    expect(problemOf(new KitenError('kiten/disk-full', 'x')).status).toBe(507);
    expect(problemOf(new KitenError('ledger/disk-full', 'x')).status).toBe(507);
  });

  it('tell nothing of what went wrong inside', () => {
    for (const error of [
      new Error('SELECT secret FROM /srv/site.db'),
      'text',
      undefined,
      { code: 'kiten/x' },
    ]) {
      expect(problemOf(error)).toMatchObject({ status: 500, code: 'kiten/internal' });
      expect(JSON.stringify(problemOf(error))).not.toMatch(/SELECT|text|kiten\/x/);
    }
  });
});

describe('what the API refuses', () => {
  async function asAdministrator() {
    const site = await openApi();
    const token = await site.operator('administrator');
    const ask: typeof site.ask = (method, path, question = {}) =>
      site.ask(method, path, { token, ...question });
    return { ...site, ask };
  }

  it('gets a document with its status and code', async () => {
    const { ask } = await asAdministrator();
    const refusals = [
      ['GET', 'devices/nobody', undefined, 404, 'kiten/device-unknown'],
      ['GET', 'verdicts/nobody', undefined, 404, 'kiten/device-unknown'],
      ['GET', 'nowhere', undefined, 404, 'kiten/not-found'],
      ['DELETE', 'tokens/0123456789abcdef', undefined, 404, 'kiten/not-found'],
      ['GET', 'devices/a%20b', undefined, 400, 'kiten/request-invalid'],
      ['GET', 'devices?limit=0', undefined, 400, 'kiten/request-invalid'],
      ['GET', 'log/entries?from=-1', undefined, 400, 'kiten/request-invalid'],
      ['POST', 'tokens', { device: 'a', ttlSeconds: 0 }, 400, 'kiten/request-invalid'],
      ['POST', 'tokens', { device: 'a', color: 'red' }, 400, 'kiten/request-invalid'],
      ['POST', 'tokens', { group: 'nobodies' }, 404, 'kiten/group-unknown'],
      ['PUT', 'policies', { text: 'permit (principal', reason: 'x' }, 400, 'policy/parse-failed'],
      [
        'PUT',
        'policies',
        { text: 'permit(principal, action, resource);', reason: '' },
        400,
        'kiten/request-invalid',
      ],
      ['PUT', 'groups/default', { required: ['beauty'] }, 400, 'kiten/request-invalid'],
    ] as const;
    for (const [method, path, body, status, code] of refusals) {
      const answer = await ask(method, path, body === undefined ? {} : { body });
      expect(answer, `${method} ${path}`).toMatchObject({
        status,
        body: { status, code, type: `urn:kiten:error:${code}` },
      });
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.body.detail.length).toBeGreaterThan(10);
    }
  });

  it('names the key that is wrong', async () => {
    const { ask } = await asAdministrator();
    const wrong = await ask('POST', 'tokens', { body: { device: 'a', ttlSeconds: 'long' } });
    expect(wrong.body.detail).toContain('“ttlSeconds”');
    const missing = await ask('POST', 'devices/pump-1/quarantine', { body: {} });
    expect(missing.body.detail).toContain('“reason” is missing');
  });

  it('a standing that is there already, and what a revoked device would need', async () => {
    const { ask, admit } = await asAdministrator();
    await admit('pump-1');
    const body = { reason: 'x' };
    expect(await ask('POST', 'devices/pump-1/release', { body })).toMatchObject({
      status: 409,
      body: { code: 'kiten/standing-unchanged' },
    });
    await ask('POST', 'devices/pump-1/revoke', { body });
    for (const verb of ['release', 'quarantine'])
      expect(await ask('POST', `devices/pump-1/${verb}`, { body })).toMatchObject({
        status: 409,
        body: { code: 'kiten/device-revoked', detail: expect.stringContaining('kiten token create') },
      });
  });

  it('an error of its own without a word of what it was; the site’s log has it', async () => {
    const { ask, enrolment, lines } = await asAdministrator();
    enrolment.listTokens = () => Promise.reject(new Error('the secret of the disk /srv/x'));
    const answer = await ask('GET', 'tokens');
    expect(answer).toMatchObject({ status: 500, body: { code: 'kiten/internal' } });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    expect(lines.join('')).toContain('the secret of the disk');
  });

  describe('bodies that parsers disagree about', () => {
    it('whatever they hold twice, wrongly or too much', async () => {
      const { ask } = await asAdministrator();
      const bodies = [
        ['two names that are the same', '{"device":"a","device":"b"}', 'codec/json-duplicate-name'],
        ['text behind the value', '{"device":"a"} x', undefined],
        ['a comment', '{"device":"a" /* b */}', undefined],
        ['a lone surrogate', '{"device":"\\ud800"}', 'codec/json-lone-surrogate'],
        ['nothing', '', undefined],
        ['a number beyond what is exact', '{"device":"a","ttlSeconds":9007199254740993}', undefined],
      ] as const;
      for (const [what, text, code] of bodies) {
        expect(await ask('POST', 'tokens', { text }), what).toMatchObject({
          status: 400,
          body: { code: code ?? expect.stringMatching(/^codec\/json-/) },
        });
      }
    });

    it('bytes that are not UTF-8', async () => {
      const { ask } = await asAdministrator();
      const text = Buffer.from('{"device":"\xff"}', 'latin1');
      expect(await ask('POST', 'tokens', { text })).toMatchObject({
        status: 400,
        body: { code: expect.stringMatching(/^codec\//) },
      });
    });

    it('nesting without end', async () => {
      const { ask } = await asAdministrator();
      expect(await ask('POST', 'tokens', { text: '['.repeat(100_000) })).toMatchObject({
        status: 400,
        body: { code: expect.stringMatching(/^codec\/json-/) },
      });
    });

    it('more bytes than a body may have, and other media types', async () => {
      const { ask } = await asAdministrator();
      const text = JSON.stringify({ device: 'x'.repeat(300_000) });
      expect(await ask('POST', 'tokens', { text })).toMatchObject({
        status: 413,
        body: { code: 'kiten/body-too-large' },
      });
      expect(await ask('POST', 'tokens', { text: '{}', type: 'text/plain' })).toMatchObject({
        status: 415,
        body: { code: 'kiten/media-type' },
      });
      expect(
        await ask('POST', 'tokens', { text: 'device=a', type: 'application/x-www-form-urlencoded' }),
      ).toMatchObject({ status: 415 });
    });

    it('an address that is no address', async () => {
      const { ask } = await asAdministrator();
      expect(await ask('GET', 'devices/%zz')).toMatchObject({
        status: 400,
        body: { code: expect.stringMatching(/^kiten\//) },
      });
    });
  });
});
