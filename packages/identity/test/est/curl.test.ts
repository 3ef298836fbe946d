import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { decodeCertsOnly, fromBase64, parseCertificate } from '@kiten/codec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireTool } from '../../../../test/tools.ts';
import { exportPrivateKey, generateSigner } from '../../src/index.ts';
import { createSite, type Site } from '../fixtures.ts';
import { type Bench, createBench, openssl, run } from '../openssl.ts';

const tools = [requireTool('openssl', 'openssl'), requireTool('curl', 'curl')].every(Boolean);

/** The HTTPS port of a site, as thin as it can be. */
function serve(site: Site): Server {
  const signer = generateSigner('ES256');
  const issued = site.authority.issueServer({
    publicKey: signer.publicKey,
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1', '::1'],
  });
  const tls = {
    key: exportPrivateKey(signer),
    cert: site.authority.chainPem(issued.der),
    ca: site.authority.rootPem,
    requestCert: true,
    rejectUnauthorized: false,
  };
  return createServer(tls, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const peer = (request.socket as TLSSocket).getPeerX509Certificate();
    const answer = await site.est.handle({
      method: request.method!,
      path: request.url!,
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks),
      remoteAddress: request.socket.remoteAddress!,
      ...(peer === undefined ? {} : { peerCertificate: peer.raw }),
    });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
}

describe.skipIf(!tools)('curl and openssl', () => {
  const site = createSite({ now: Date.now() });
  const server = serve(site);
  let bench: Bench;
  let port: number;
  beforeAll(async () => {
    bench = createBench();
    bench.write('ca.pem', site.authority.rootPem);
    await new Promise<void>((resolve) => server.listen(0, resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    bench.remove();
  });

  const curl = (operation: string, ...args: string[]) =>
    run('curl', [
      '-sS',
      '--fail-with-body',
      '--cacert',
      bench.path('ca.pem'),
      ...args,
      `https://localhost:${port}/.well-known/est/${operation}`,
    ]);

  async function post(operation: string, csr: string, ...args: string[]) {
    const body = bench.path('body.b64');
    expect(openssl('base64', '-in', csr, '-out', body).ok).toBe(true);
    const answer = bench.path('answer.b64');
    const sent = ['-H', 'Content-Type: application/pkcs10', '--data-binary', `@${body}`, '-o', answer];
    const { ok, out } = await curl(operation, ...sent, ...args);
    if (!ok) return { ok, out: `${readFileSync(answer, 'utf8')}${out}` };
    expect(openssl('base64', '-d', '-in', answer, '-out', bench.path('answer.p7')).ok).toBe(true);
    const pem = openssl(
      'pkcs7',
      '-inform',
      'DER',
      '-in',
      bench.path('answer.p7'),
      '-print_certs',
      '-out',
      bench.path('device.pem'),
    );
    expect(pem).toMatchObject({ ok: true });
    return { ok, out };
  }

  function newRequest(id: string, ...key: string[]): string {
    const csr = bench.path('device.csr');
    const made = openssl(
      'req',
      '-new',
      '-nodes',
      ...key,
      '-keyout',
      bench.path('device.key'),
      '-subj',
      `/CN=${id}`,
      '-outform',
      'DER',
      '-out',
      csr,
    );
    expect(made).toMatchObject({ ok: true });
    return csr;
  }

  test.each(['localhost', '127.0.0.1', '[::1]'])('trust the site at %s by its root alone', async (host) => {
    const url = `https://${host}:${port}/.well-known/est/cacerts`;
    const { ok, out } = await run('curl', ['-sS', '--cacert', bench.path('ca.pem'), url]);
    expect({ ok, out: ok ? '' : out }).toEqual({ ok: true, out: '' });
    expect(
      decodeCertsOnly(fromBase64(out.replaceAll('\n', ''))).map(
        (der) => parseCertificate(der).subject.length,
      ),
    ).toEqual([2, 2]);
  });

  test('read cacerts and csrattrs', async () => {
    bench.write('cacerts.b64', (await curl('cacerts')).out);
    expect(
      openssl('base64', '-d', '-in', bench.path('cacerts.b64'), '-out', bench.path('cacerts.p7')).ok,
    ).toBe(true);
    const { out } = openssl(
      'pkcs7',
      '-inform',
      'DER',
      '-in',
      bench.path('cacerts.p7'),
      '-print_certs',
      '-noout',
    );
    expect(out.match(/^subject=.*Kiten (root|issuing) CA/gm)).toHaveLength(2);
    bench.write('csrattrs.b64', (await curl('csrattrs')).out);
    expect(
      openssl('base64', '-d', '-in', bench.path('csrattrs.b64'), '-out', bench.path('csrattrs.der')).ok,
    ).toBe(true);
    const parsed = openssl('asn1parse', '-inform', 'DER', '-in', bench.path('csrattrs.der')).out;
    expect(parsed).toContain('id-ecPublicKey');
    expect(parsed).toContain('prime256v1');
    expect(parsed).toContain('ecdsa-with-SHA256');
  });

  test.each([
    ['p256', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['p384', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['p384-sha384', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-sha384']],
    ['rsa', ['-newkey', 'rsa:2048']],
    [
      'rsa-pss',
      ['-newkey', 'rsa:2048', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'],
    ],
    ['ed25519', ['-newkey', 'ed25519']],
    [
      'names',
      [
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-addext',
        'subjectAltName=URI:spiffe://plant-7.example/device/names',
        '-addext',
        'keyUsage=digitalSignature',
      ],
    ],
  ])('enrol %s, renew over mutual TLS, and the chain verifies', async (id, key) => {
    const csr = newRequest(id, ...key);
    expect(await post('simpleenroll', csr, '-u', `${id}:${await site.token({ device: id })}`)).toMatchObject({
      ok: true,
    });
    const client = ['--cert', bench.path('device.pem'), '--key', bench.path('device.key')];
    expect(await post('simplereenroll', csr, ...client)).toMatchObject({ ok: true });
    const chain = bench.pem('issuing.pem', 'CERTIFICATE', site.certificate);
    const verified = openssl(
      'verify',
      '-x509_strict',
      '-purpose',
      'sslclient',
      '-CAfile',
      bench.path('ca.pem'),
      '-untrusted',
      chain,
      bench.path('device.pem'),
    );
    expect(verified).toMatchObject({ ok: true });
  });

  test('are told what was wrong', async () => {
    const csr = newRequest('pump-1', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256');
    expect((await post('simpleenroll', csr)).out).toContain('"code":"identity/enrolment-unauthenticated"');
    expect((await post('simpleenroll', csr, '-u', 'pump-1:secret')).out).toContain(
      '"code":"identity/token-unknown"',
    );
    expect((await post('simplereenroll', csr)).out).toContain('"code":"identity/renewal-needs-certificate"');
    const credentials = ['-u', `pump-1:${await site.token({ device: 'pump-1' })}`];
    const weak = newRequest('pump-1', '-newkey', 'rsa:1024');
    expect((await post('simpleenroll', weak, ...credentials)).out).toContain('"code":"identity/key-weak"');
    const p521 = newRequest('pump-1', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521');
    expect((await post('simpleenroll', p521, ...credentials)).out).toContain(
      '"code":"identity/key-unsupported"',
    );
    expect((await curl('serverkeygen', '-d', '')).out).toContain('"code":"identity/est-serverkeygen"');
  });
});
