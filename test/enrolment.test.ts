import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateOf, enrol, est, makeRequest } from './device.ts';
import { run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [requireTool('openssl', 'openssl'), requireTool('curl', 'curl')].every(Boolean);

describe.skipIf(!tools)('enrolment over EST, with openssl and curl alone', () => {
  let site: TestSite;
  beforeAll(async () => {
    site = await TestSite.start();
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const tokenFor = async (id: string) =>
    (await site.json<{ token: string }>('token', 'create', '--device', id)).token;

  it('hands out the CA certificates, which lead to the root that kiten init printed', async () => {
    const answer = await est(site, 'cacerts');
    expect(answer.headers).toMatch(/content-type: application\/pkcs7-mime/i);
    const { stdout } = await run('openssl', ['pkcs7', '-inform', 'DER', '-print_certs'], {
      input: Buffer.from(answer.body, 'base64'),
    });
    const root = (await readFile(site.ready.ca, 'utf8')).trim();
    expect(stdout.replaceAll('\r', '')).toContain(root);
  });

  it('says what a request should hold', async () => {
    const answer = await est(site, 'csrattrs');
    expect(answer.status).toBe(200);
    const { stdout } = await run('openssl', ['asn1parse', '-inform', 'DER'], {
      input: Buffer.from(answer.body, 'base64'),
    });
    expect(stdout).toContain('prime256v1');
  });

  it('turns a token into an X.509-SVID that openssl verifies', async () => {
    const device = await enrol(site, 'pump-1');
    const { stdout } = await run('openssl', ['x509', '-in', device.certificate, '-noout', '-text']);
    expect(stdout).toContain('URI:spiffe://site.example/device/pump-1');
    expect(stdout).toMatch(/Subject: CN = pump-1/);
    const chain = join(site.data, 'ca', 'issuing.pem');
    const args = [
      'verify',
      '-x509_strict',
      '-purpose',
      'sslclient',
      '-CAfile',
      site.ready.ca,
      '-untrusted',
      chain,
      device.certificate,
    ];
    expect((await run('openssl', args)).code).toBe(0);
  });

  it('takes a token once', async () => {
    const token = await tokenFor('pump-2');
    const request = await makeRequest(join(site.directory, 'pump-2'), '/CN=pump-2');
    expect((await est(site, 'simpleenroll', ['-u', `pump-2:${token}`], request)).status).toBe(200);
    const again = await est(site, 'simpleenroll', ['-u', `pump-2:${token}`], request);
    expect(again.status).toBe(401);
    expect(JSON.parse(again.body)).toMatchObject({ code: 'identity/token-used' });
  });

  it.each([
    ['another device’s token', 'pump-9', '/CN=pump-9', 'identity/token-wrong-device'],
    ['another name in the request', 'pump-3', '/CN=pump-9', 'identity/request-subject'],
  ])('refuses %s, with a code of its own', async (_what, user, subject, code) => {
    const token = await tokenFor('pump-3');
    const request = await makeRequest(join(site.directory, `refused-${user}`), subject);
    const answer = await est(site, 'simpleenroll', ['-u', `${user}:${token}`], request);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((JSON.parse(answer.body) as { code: string }).code).toBe(code);
  });

  it('asks for a credential where none is given', async () => {
    const request = await makeRequest(join(site.directory, 'nobody'), '/CN=nobody');
    const answer = await est(site, 'simpleenroll', [], request);
    expect(answer.status).toBe(401);
    expect(answer.headers).toMatch(/www-authenticate: basic/i);
  });

  it('renews over mutual TLS, with a new key, and not under another name', async () => {
    const device = await enrol(site, 'pump-4');
    const own = ['--cert', device.certificate, '--key', device.key];
    const request = await makeRequest(join(site.directory, 'pump-4-new'), '/CN=pump-4');
    const renewed = join(site.directory, 'pump-4-new', 'certificate.pem');
    await certificateOf(await est(site, 'simplereenroll', own, request), renewed);
    expect(await readFile(renewed, 'utf8')).not.toBe(await readFile(device.certificate, 'utf8'));
    const foreign = await makeRequest(join(site.directory, 'pump-4-other'), '/CN=pump-1');
    expect((await est(site, 'simplereenroll', own, foreign)).status).toBeGreaterThanOrEqual(400);
    const without = await est(site, 'simplereenroll', [], request);
    expect(without.status).toBeGreaterThanOrEqual(400);
  });

  it.each(['serverkeygen', 'fullcmc'])('says that it does not offer %s', async (operation) => {
    const answer = await est(
      site,
      operation,
      [],
      await makeRequest(join(site.directory, operation), '/CN=x'),
    );
    expect([404, 501]).toContain(answer.status);
    expect(JSON.parse(answer.body)).toHaveProperty('code');
  });

  it.each([
    ['no base64', 'identity/request-base64', '***'],
    ['no DER', 'identity/request-malformed', Buffer.from('no certification request').toString('base64')],
  ])('refuses a body that is %s', async (_what, code, body) => {
    const token = await tokenFor('pump-5');
    const answer = await est(site, 'simpleenroll', ['-u', `pump-5:${token}`], body);
    expect(answer.status).toBe(400);
    expect((JSON.parse(answer.body) as { code: string }).code).toBe(code);
  });

  it('refuses a request whose signature does not hold', async () => {
    const token = await tokenFor('pump-6');
    const der = Buffer.from(await makeRequest(join(site.directory, 'pump-6'), '/CN=pump-6'), 'base64');
    der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
    const answer = await est(site, 'simpleenroll', ['-u', `pump-6:${token}`], der.toString('base64'));
    expect(answer.status).toBe(400);
    // The token was not spent on it.
    const good = await makeRequest(join(site.directory, 'pump-6'), '/CN=pump-6');
    expect((await est(site, 'simpleenroll', ['-u', `pump-6:${token}`], good)).status).toBe(200);
  });

  it('logs who enrolled, and shows the finding it rests on', async () => {
    await enrol(site, 'pump-7');
    const entries = await site.json<{ type: string; subject?: string }[]>('log', 'show', '--last', '200');
    expect(entries.filter(({ subject }) => subject === 'device:pump-7').map(({ type }) => type)).toEqual([
      'device/enrolled',
      'finding/recorded',
      'verdict/issued',
    ]);
    const verdict = await site.json<{ status: string; findings: { code: string }[] }>(
      'verdict',
      'show',
      'pump-7',
    );
    expect(verdict.status).toBe('affirming');
    expect(verdict.findings.map(({ code }) => code)).toEqual(['identity/certificate-issued']);
  });

  it('enrols a device by its manufacturer certificate (IDevID → LDevID)', async () => {
    const folder = join(site.directory, 'acme');
    await mkdir(folder, { recursive: true });
    const at = (name: string) => join(folder, name);
    const openssl = async (...args: string[]) => expect((await run('openssl', args)).code).toBe(0);
    const key = (name: string) =>
      openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', at(name));
    await key('root.key');
    await openssl(
      'req',
      '-x509',
      '-new',
      '-key',
      at('root.key'),
      '-subj',
      '/O=Acme/CN=Acme device root',
      '-days',
      '30',
      '-out',
      at('root.pem'),
    );
    await key('idevid.key');
    await openssl(
      'req',
      '-new',
      '-key',
      at('idevid.key'),
      '-subj',
      '/O=Acme/serialNumber=acme-0042',
      '-out',
      at('idevid.csr'),
    );
    await openssl(
      'x509',
      '-req',
      '-in',
      at('idevid.csr'),
      '-CA',
      at('root.pem'),
      '-CAkey',
      at('root.key'),
      '-CAcreateserial',
      '-days',
      '30',
      '-out',
      at('idevid.pem'),
    );
    await writeFile(
      join(site.data, 'kiten.toml'),
      `[[manufacturers]]\nname = "acme"\nroot = "${at('root.pem')}"\ngroup = "default"\n`,
    );
    await site.signal('SIGTERM');
    await site.up();

    const own = ['--cert', at('idevid.pem'), '--key', at('idevid.key')];
    const request = await makeRequest(join(site.directory, 'acme-0042'), '/CN=acme-0042');
    await certificateOf(await est(site, 'simpleenroll', own, request), at('ldevid.pem'));
    const { stdout } = await run('openssl', ['x509', '-in', at('ldevid.pem'), '-noout', '-text']);
    expect(stdout).toContain('URI:spiffe://site.example/device/acme-0042');
  });
});
