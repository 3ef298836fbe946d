import { readFile, rename, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { manualClock } from '@kiten/codec';
import { exportPrivateKey, generateSigner } from '@kiten/identity';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openConsoleDoor } from '../src/site/console-door.ts';
import { Authenticator } from './access/authenticator.ts';
import { type ApiSite, openApi } from './api-fixture.ts';
import { newOperator } from './fixtures.ts';

const name = 'console.test';
const files = { certificate: 'console.pem', key: 'console.key.pem' };
const configuration = { hosts: ['127.0.0.1', '::1'], port: 0, names: [name], ...files };

/** Puts a certificate for these names, and its key, where the configuration looks for them. */
async function certify(site: ApiSite, dnsNames: readonly string[]): Promise<void> {
  const { authority } = site.keys;
  const signer = generateSigner('ES256');
  const { der } = authority.issueServer({ publicKey: signer.publicKey, dnsNames, ipAddresses: [] });
  const { directory } = site.options;
  await writeFile(join(directory, files.certificate), authority.chainPem(der));
  await writeFile(join(directory, files.key), exportPrivateKey(signer));
}

interface Shown {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the API answers
  readonly body: any;
  /** Of the certificate that was shown. */
  readonly serial: string;
}

async function newDoor() {
  const site = await openApi({ clock: manualClock(Date.now()) });
  await certify(site, [name]);
  const { directory } = site.options;
  await site.api.ready();
  const door = await openConsoleDoor(site.api, directory, configuration);
  onTestFinished(() => door.close());
  const ca = await readFile(site.layout.caFile, 'utf8');

  /** Asks as a browser would that calls it so; the connection is verified. */
  function ask(method: string, path: string, headers: Record<string, string> = {}, body?: unknown) {
    const { port } = door;
    const host = headers.host ?? `${name}:${port}`;
    return new Promise<Shown>((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port,
          method,
          path: `/api/v1/${path}`,
          servername: name,
          ca,
          agent: false,
          headers: {
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
            host,
          },
        },
        (answer) => {
          const { serialNumber } = (answer.socket as import('node:tls').TLSSocket).getPeerCertificate();
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: text === '' ? undefined : JSON.parse(text),
              serial: serialNumber,
            });
          });
        },
      );
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
  return { ...site, door, ask, origin: `https://${name}:${door.port}` };
}

describe('the console beyond this machine', () => {
  it('answers under the names that it is configured with, and no other', async () => {
    const { ask, door, operator } = await newDoor();
    const authorization = `Bearer ${await operator('viewer')}`;
    for (const host of [name, `${name}:${door.port}`, name.toUpperCase()])
      expect((await ask('GET', 'me', { authorization, host })).status).toBe(200);
    for (const host of [
      'localhost',
      '127.0.0.1',
      'attacker.example',
      `${name}.attacker.example`,
      'xconsole.test',
    ])
      expect(await ask('GET', 'me', { authorization, host })).toMatchObject({
        status: 421,
        body: { code: 'kiten/foreign-host' },
      });
  });

  it('answers nothing in the clear', async () => {
    const { door } = await newDoor();
    const answer = new Promise((resolve, reject) => {
      plainRequest({ host: '127.0.0.1', port: door.port, path: '/healthz' }, resolve)
        .on('error', reject)
        .end();
    });
    await expect(answer).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|HPE_/) });
  });

  it('and the name is none for the port of this machine', async () => {
    const site = await newDoor();
    const answer = await site.api.inject({ method: 'GET', url: '/healthz', headers: { host: name } });
    expect(answer.statusCode).toBe(421);
  });

  it('gives a cookie that only this host gets, only by HTTPS, and no script; and says to stay with HTTPS', async () => {
    const site = await newDoor();
    await newOperator(site, 'ann', 'viewer');
    const { link } = await site.operators.createLink('ann');
    const { ask, origin } = site;
    const signedIn = await ask('POST', 'sign-in', { origin }, { link });
    const [cookie = ''] = signedIn.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^__Host-kiten_session=kts_/);
    for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/'])
      expect(cookie).toContain(`; ${attribute}`);
    expect(cookie).not.toContain('Domain');
    expect(signedIn.headers['strict-transport-security']).toBe('max-age=31536000');
    const pair = cookie.split(';')[0] ?? '';
    expect((await ask('GET', 'me', { cookie: pair })).body).toMatchObject({ operator: 'ann' });
    expect((await ask('GET', 'me', { cookie: pair.replace('__Host-', '') })).status).toBe(401);
    for (const wrong of [origin.replace('https', 'http'), `https://${name}:1`, 'https://attacker.example'])
      expect(await ask('POST', 'sign-out', { cookie: pair, origin: wrong })).toMatchObject({ status: 403 });
    expect((await ask('POST', 'sign-out', { cookie: pair, origin })).status).toBe(204);
  });

  it('takes passkeys for its name', async () => {
    const site = await newDoor();
    await newOperator(site, 'ann', 'viewer');
    const { link } = await site.operators.createLink('ann');
    const { ask, origin } = site;
    const signedIn = await ask('POST', 'sign-in', { origin }, { link });
    const cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const own = { cookie, origin };
    const options = (await ask('POST', 'passkeys/options', own)).body;
    expect(options.rp.id).toBe(name);
    const authenticator = new Authenticator();
    const there = { origin, host: name };
    const response = authenticator.create(options, there);
    expect((await ask('POST', 'passkeys', own, { name: 'laptop', response })).body.host).toBe(name);
    const asked = (await ask('POST', 'sign-in/passkey/options', { origin })).body;
    const proof = authenticator.get(asked, there);
    expect((await ask('POST', 'sign-in/passkey', { origin }, { response: proof })).status).toBe(200);
    expect(await site.services.passkeys.usableAt('localhost')).toBe(false);
  });

  it('shows a new certificate once there is one, and keeps the old one while the new one is no good', async () => {
    const site = await newDoor();
    const { ask, door, options } = site;
    const { serial } = await ask('GET', 'me');
    expect(await door.renew()).toBe(false);
    await certify(site, [name]);
    expect(await door.renew()).toBe(true);
    const renewed = (await ask('GET', 'me')).serial;
    expect(renewed).not.toBe(serial);
    await rename(join(options.directory, files.key), join(options.directory, 'elsewhere'));
    await expect(door.renew()).rejects.toMatchObject({ code: 'kiten/console-certificate' });
    await certify(site, ['other.test']);
    await expect(door.renew()).rejects.toMatchObject({
      code: 'kiten/console-certificate',
      message: expect.stringContaining('it does not speak for console.test'),
    });
    expect((await ask('GET', 'me')).serial).toBe(renewed);
  });

  it('does not open with a key of another certificate', async () => {
    const site = await openApi({ clock: manualClock(Date.now()) });
    await certify(site, [name]);
    await writeFile(join(site.options.directory, files.key), exportPrivateKey(generateSigner('ES256')));
    await site.api.ready();
    await expect(openConsoleDoor(site.api, site.options.directory, configuration)).rejects.toMatchObject({
      code: 'kiten/console-certificate',
    });
  });
});
