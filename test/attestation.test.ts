import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasSwtpm, SoftwareTpm } from '../packages/attestation/test/support/swtpm.ts';
import { toBase64Url } from '../packages/codec/src/index.ts';
import { AttestingDevice, codesOf, fileOf, post } from './attesting-device.ts';
import { enrol } from './device.ts';
import { kiten, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [hasSwtpm, requireTool('openssl', 'openssl'), requireTool('curl', 'curl')].every(Boolean);

interface Verdict {
  readonly status: string;
  readonly overdue: boolean;
  readonly vector: Readonly<Record<string, number>>;
  readonly findings: readonly { readonly code: string; readonly premises: readonly string[] }[];
}

describe.skipIf(!tools)('a device attests at its site, by tpm2-tools and curl alone', () => {
  let site: TestSite;
  let pump: AttestingDevice;
  let valve: AttestingDevice;
  beforeAll(async () => {
    site = await TestSite.start();
    const device = async (id: string) => {
      const tpm = await SoftwareTpm.start({ certified: true });
      await tpm.createKeys('rsa');
      return new AttestingDevice(site, await enrol(site, id), tpm);
    };
    [pump, valve] = await Promise.all([device('pump-1'), device('valve-1')]);
  }, 120_000);
  afterAll(async () => {
    await pump?.tpm[Symbol.asyncDispose]();
    await valve?.tpm[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  const verdictOf = (id: string) => site.json<Verdict>('verdict', 'show', id);

  it('is refused evidence before a key speaks for it', async () => {
    const { status, body } = await pump.attest();
    expect([status, body.code]).toEqual([409, 'kiten/attestation-key-unknown']);
  });

  it('activates the key that its TPM holds, and no other', async () => {
    const { body } = await pump.request();
    // The other TPM cannot open what was made for this one.
    await expect(valve.open(body)).rejects.toThrow();
    const wrong = { activation: body.activation, secret: toBase64Url(new Uint8Array(32)) };
    expect((await pump.json('/attest/key/confirm', wrong)).body).toMatchObject({
      code: 'kiten/activation-wrong',
    });
    // A wrong guess has used it up.
    const late = { activation: body.activation, secret: toBase64Url(await pump.open(body)) };
    expect((await pump.json('/attest/key/confirm', late)).body).toMatchObject({
      code: 'kiten/activation-unknown',
    });
    const confirmed = await pump.activate({ certified: true });
    expect(confirmed).toMatchObject({ status: 200, body: { device: 'pump-1', endorsement: 'no-vendors' } });
    expect((await valve.activate()).body).toMatchObject({ endorsement: 'certificate-missing' });
  });

  it('lets nobody confirm what another one asked for', async () => {
    const { body } = await pump.request();
    const secret = toBase64Url(await pump.open(body));
    const stolen = await valve.json('/attest/key/confirm', { activation: body.activation, secret });
    expect(stolen.body).toMatchObject({ code: 'kiten/activation-unknown' });
    const own = await pump.json('/attest/key/confirm', { activation: body.activation, secret });
    expect(own.status).toBe(200);
  });

  it('lets no second device pass a TPM off as its own', async () => {
    const copy = new AttestingDevice(site, await enrol(site, 'copy-1'), pump.tpm);
    const { status, body } = await copy.request();
    expect([status, body.code]).toEqual([409, 'kiten/attestation-key-tpm-in-use']);
    // The device is not told whose it is; the operator is.
    expect(JSON.stringify(body)).not.toContain('pump-1');
    const { status: fallen, findings } = await verdictOf('copy-1');
    expect([fallen, findings.map(({ code }) => code)]).toEqual([
      'contraindicated',
      expect.arrayContaining(['attestation/tpm-of-another-device']),
    ]);
    expect((await verdictOf('pump-1')).status).toBe('affirming');
  });

  it('is affirmed by a quote over its nonce', async () => {
    const { status, body } = await pump.attest();
    expect(status).toBe(200);
    expect(body.findings.map(({ code }) => code)).toContain('attestation/key-proven');
    expect(body.status).toBe('affirming');
    expect(body.holdsUntil).toBeGreaterThan(body.nextBefore);
    const verdict = await verdictOf('pump-1');
    expect(verdict).toMatchObject({ status: 'affirming', vector: { 'instance-identity': 2 } });
    const { premises } = verdict.findings.find(({ code }) => code === 'attestation/key-proven') ?? {};
    expect(premises).toEqual([expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]);
  });

  it('carries an attestation result with a submodule for the device and one for its TPM', async () => {
    const jwt = await pump.attest(['-H', 'Accept: application/eat+jwt']);
    expect(jwt.type).toContain('application/eat+jwt');
    const [, claims = ''] = jwt.text.split('.');
    const { submods, eat_nonce } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
      submods: Record<string, unknown>;
      eat_nonce: string;
    };
    expect(Object.keys(submods)).toEqual(['device:pump-1', 'device:pump-1/tpm']);
    expect(eat_nonce).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const cwt = await pump.attest(['-H', 'Accept: application/eat+cwt']);
    expect(cwt.type).toContain('application/eat+cwt');
    expect(cwt.text.length).toBeGreaterThan(100);
  });

  it('cannot use a nonce twice', async () => {
    const { nonce, hex } = await valve.challenge();
    await valve.quote(hex);
    expect(codesOf(await valve.send(nonce))).toContain('attestation/key-proven');
    const again = await valve.send(nonce);
    expect(codesOf(again)).toEqual(['attestation/nonce-unknown']);
    expect(again.body.status).toBe('contraindicated');
    expect((await verdictOf('valve-1')).status).toBe('contraindicated');
    expect((await valve.attest()).body.status).toBe('affirming');
  });

  it('cannot use a nonce that another device was given', async () => {
    const { nonce, hex } = await pump.challenge();
    await valve.quote(hex);
    expect(codesOf(await valve.send(nonce))).toEqual(['attestation/nonce-of-another']);
    // It is still there for the device that it was given to.
    await pump.quote(hex);
    expect(codesOf(await pump.send(nonce))).toContain('attestation/key-proven');
    await valve.attest();
  });

  it('cannot answer with an old quote, or with one of another TPM', async () => {
    const { nonce } = await pump.challenge();
    expect(codesOf(await pump.send(nonce))).toEqual(['attestation/quote-replayed']);
    const { nonce: next, hex } = await pump.challenge();
    await valve.quote(hex);
    const files = ['q.msg', 'q.sig', 'q.pcr'].map(async (name) =>
      pump.tpm.write(name, await valve.tpm.read(name)),
    );
    await Promise.all(files);
    await pump.tpm.write('own.pub', await pump.tpm.read('ak.pub'));
    await pump.tpm.write('ak.pub', await valve.tpm.read('ak.pub'));
    expect(codesOf(await pump.send(next))).toEqual(['attestation/key-of-another']);
    await pump.tpm.write('ak.pub', await pump.tpm.read('own.pub'));
    expect((await pump.attest()).body.status).toBe('affirming');
  });

  it('falls when it comes with another TPM, until an operator lets it', async () => {
    const area = async (file: string) => toBase64Url(await valve.tpm.read(file));
    const { status, body } = await pump.request({
      endorsementKey: await area('ek.pub'),
      attestationKey: await area('ak.pub'),
    });
    expect([status, body.code]).toEqual([409, 'kiten/attestation-key-another-tpm']);
    const fallen = await verdictOf('pump-1');
    expect(fallen.findings.map(({ code }) => code)).toContain('attestation/another-tpm');
    // Its own TPM does not mend that.
    await pump.attest();
    expect((await verdictOf('pump-1')).status).toBe('contraindicated');
    const reason = ['--reason', 'its board was replaced'];
    expect((await site.kiten('device', 'attestation-key', 'forget', 'pump-1', ...reason)).code).toBe(0);
    expect((await pump.activate()).status).toBe(200);
    expect((await pump.attest()).body.status).toBe('affirming');
    expect(await site.json('device', 'attestation-key', 'show', 'pump-1')).toMatchObject({
      endorsement: 'certificate-missing',
    });
  });

  it('shows whose TPM it is once its vendor is trusted, and falls with the certificate of another TPM', async () => {
    const root = pump.tpm.path('swtpm-localca-rootca-cert.pem');
    const added = await site.json<{ fingerprint: string }>(
      'attest',
      'vendor',
      'add',
      'swtpm',
      '--root',
      root,
    );
    expect((await pump.activate({ certified: true })).body.endorsement).toBe('vendor swtpm');
    expect((await pump.attest()).body.vector.hardware).toBe(2);

    const copied = await pump.certificates();
    const { body } = await valve.request(copied);
    const secret = toBase64Url(await valve.open(body));
    const confirmed = await valve.json('/attest/key/confirm', { activation: body.activation, secret });
    expect(confirmed.body).toMatchObject({ endorsement: 'another-tpm' });
    const fallen = await valve.attest();
    expect(codesOf(fallen)).toContain('attestation/endorsement-of-another-tpm');
    expect(fallen.body.status).toBe('contraindicated');

    // Its own is of a vendor that is not trusted.
    await valve.activate({ certified: true });
    expect(codesOf(await valve.attest())).toContain('attestation/endorsement-untrusted');
    const own = valve.tpm.path('swtpm-localca-rootca-cert.pem');
    await site.json('attest', 'vendor', 'add', 'other', '--root', own, '--to', 'device:valve-1');
    expect((await valve.attest()).body.vector.hardware).toBe(2);
    const { fingerprint } = added;
    await site.json('attest', 'vendor', 'remove', fingerprint, '--reason', 'no longer');
    expect(codesOf(await pump.attest())).not.toContain('attestation/tpm-genuine');
    await site.json('attest', 'vendor', 'add', 'swtpm', '--root', root);
    expect((await pump.attest()).body.vector.hardware).toBe(2);
  });

  it('is held against what the site learnt from it, and falls when its firmware is another', async () => {
    const corim = `${site.directory}/golden.corim`;
    const names = ['--vendor', 'Acme', '--model', 'pump 1.0', '--out', corim];
    const learned = await site.kiten('attest', 'learn', '--device', 'pump-1', ...names);
    expect([learned.code, learned.stderr]).toEqual([0, '']);
    const to = ['--to', 'group:default', '--reason', 'pump 1.0'];
    const added = await site.json<{ digest: string }>('attest', 'reference', 'add', corim, ...to);
    expect(codesOf(await pump.attest())).toContain('attestation/boot-approved');
    expect(await site.json('attest', 'reference', 'list')).toMatchObject([
      { digest: added.digest, targets: ['group:default'] },
    ]);
    await pump.tpm.tool('pcrextend', `0:sha256=${'ab'.repeat(32)}`);
    const fallen = await pump.attest();
    expect(codesOf(fallen)).toContain('attestation/pcr-unexplained');
    expect(fallen.body.status).toBe('contraindicated');
    const dry = ['--reason', 'what if', '--dry-run'];
    expect(await site.json('attest', 'reference', 'remove', added.digest, ...dry)).toMatchObject({
      devices: 2,
    });
  });

  it('proves its verdict to others, attestation and all', async () => {
    const file = `${site.directory}/verdict.bundle`;
    expect((await site.kiten('verdict', 'export', 'valve-1', '--out', file)).code).toBe(0);
    const trust = `${site.directory}/trust.json`;
    expect((await site.kiten('verdict', 'trust', '--out', trust)).stderr).toBe('');
    const checked = await kiten(['verdict', 'check', file, '--trust', trust]);
    expect([checked.code, checked.stderr]).toEqual([0, '']);
  });

  it('remembers it all across a restart', async () => {
    await site.signal('SIGTERM');
    await site.up();
    const { hex, nonce, ...challenge } = await valve.challenge();
    expect(challenge).toMatchObject({ ima: { offset: 0 } });
    await valve.quote(hex);
    expect((await valve.send(nonce)).body.status).toBe('affirming');
  });

  it('goes on after a crash in the middle: an open challenge is answered, once, and a key is asked for again', async () => {
    const { hex, nonce } = await valve.challenge();
    const { body: asked } = await valve.request();
    const secret = toBase64Url(await valve.open(asked));
    await site.signal('SIGKILL');
    await site.up();
    await valve.quote(hex);
    const answered = await valve.send(nonce);
    expect(answered.body.status).toBe('affirming');
    const forgotten = await valve.json('/attest/key/confirm', { activation: asked.activation, secret });
    expect(forgotten.body).toMatchObject({ code: 'kiten/activation-unknown' });
    expect((await valve.activate()).status).toBe(200);
    // What was answered before a crash stays answered.
    await site.signal('SIGKILL');
    await site.up();
    expect(codesOf(await valve.send(nonce))).toEqual(['attestation/nonce-unknown']);
    expect((await valve.attest()).body.status).toBe('affirming');
  });

  it('falls when it shows the endorsement certificate of another TPM', async () => {
    const { root } = await pump.tpm.endorsement();
    const file = await fileOf(site, 'vendor.pem', root);
    expect((await site.kiten('attest', 'vendor', 'add', 'swtpm', '--root', file)).stderr).toBe('');
    expect((await pump.activate({ certified: true })).body).toMatchObject({ endorsement: 'vendor swtpm' });
    expect(codesOf(await pump.attest())).toContain('attestation/tpm-genuine');

    await using tpm = await SoftwareTpm.start();
    await tpm.createKeys('rsa');
    const impostor = new AttestingDevice(site, await enrol(site, 'impostor-1'), tpm);
    const { body } = await impostor.request(await pump.certificates());
    const secret = toBase64Url(await impostor.open(body));
    const confirmed = await impostor.json('/attest/key/confirm', { activation: body.activation, secret });
    expect(confirmed.body).toMatchObject({ endorsement: 'another-tpm' });
    const fallen = await impostor.attest();
    expect(codesOf(fallen)).toContain('attestation/endorsement-of-another-tpm');
    expect(fallen.body.status).toBe('contraindicated');
  });

  it('tells nothing about tokens, and nothing at all to whoever has none', async () => {
    const { token } = await site.json<{ token: string }>('token', 'create', '--device', 'pump-9');
    const challenge = (user: string) => post(site, '/attest/challenge', ['-u', user]);
    expect((await challenge(`pump-9:${token}`)).status).toBe(200);
    const refused = [
      await challenge(`pump-8:${token}`),
      await challenge(`pump-9:kt_${'A'.repeat(43)}`),
      await challenge('pump-9:what'),
      await post(site, '/attest/challenge', []),
    ];
    const [first, ...others] = refused.map(({ status, text }) => `${status} ${text}`);
    expect(first).toContain('401 {');
    expect(new Set([first, ...others]).size).toBe(1);
  });

  it('refuses what is no evidence, or too much of it', async () => {
    const type = ['-H', 'Content-Type: application/vnd.kiten.tpm-evidence+cbor', '--data-binary', '@-'];
    const unreadable = await valve.post<{ findings: { code: string }[] }>('/attest', type, 'what');
    expect(unreadable.body.findings.map(({ code }) => code)).toEqual(['attestation/evidence-unreadable']);
    await valve.attest();
    // It is refused by what it says of its length: a client that sends on would not always hear that.
    const declared = ['-H', 'Content-Type: application/vnd.kiten.tpm-evidence+cbor', '-H'];
    const large = await valve.post('/attest', [...declared, `Content-Length: ${(8 << 20) + 9000}`]);
    expect([large.status, large.body]).toMatchObject([413, { code: 'kiten/body-too-large' }]);
    const text = await valve.post('/attest', ['-H', 'Content-Type: text/plain', '-d', 'x']);
    expect([text.status, text.body]).toMatchObject([415, { code: 'kiten/media-type' }]);
    const form = await valve.post('/attest', ['-F', 'what=x']);
    expect([form.status, form.body]).toMatchObject([400, { code: 'kiten/evidence-form' }]);
    const key = await valve.json('/attest/key', { attestationKey: 'AA' });
    expect([key.status, key.body]).toMatchObject([400, { code: 'attestation/message-malformed' }]);
  });
});
