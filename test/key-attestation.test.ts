import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTpm, readPublic, type Tpm, tpmRequest } from '../packages/agent/src/index.ts';
import { hasSwtpm, SoftwareTpm } from '../packages/attestation/test/support/swtpm.ts';
import { fromBase64Url, toBase64 } from '../packages/codec/src/index.ts';
import { AttestingDevice } from './attesting-device.ts';
import { certificateOf, enrol, est, makeRequest } from './device.ts';
import { kiten, run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [hasSwtpm, requireTool('openssl', 'openssl'), requireTool('curl', 'curl')].every(Boolean);
const handles = { attestation: 0x8101_0002, key: 0x8101_0003, movable: 0x8101_0004 } as const;

/** A device whose keys its TPM keeps. */
class KeyedDevice extends AttestingDevice {
  async persist(context: string, handle: number): Promise<void> {
    await this.tpm.tool('evictcontrol', '-C', 'o', '-c', context, `0x${handle.toString(16)}`);
  }

  /** Makes a key of its own. @param attributes as `tpm2_create -a` takes them */
  async makeKey(name: string, handle: number, attributes: string): Promise<void> {
    await this.tpm.tool('createprimary', '-C', 'o', '-c', 'primary.ctx', '-G', 'ecc');
    const files = ['-u', `${name}.pub`, '-r', `${name}.priv`];
    await this.tpm.tool('create', '-C', 'primary.ctx', '-G', 'ecc', ...files, '-a', attributes);
    await this.tpm.tool('load', '-C', 'primary.ctx', ...files, '-c', `${name}.ctx`);
    await this.persist(`${name}.ctx`, handle);
  }

  async withTpm<Value>(use: (tpm: Tpm) => Promise<Value>): Promise<Value> {
    const tpm = await openTpm(`swtpm:path=${this.tpm.path('tpm')}`, { wait: (time) => delay(time) });
    try {
      return await use(tpm);
    } finally {
      await tpm.close();
    }
  }

  async nonce(args: readonly string[] = this.credentials): Promise<Uint8Array> {
    const { status, body, headers } = await est(this.site, 'nonce', args);
    expect([status, headers.toLowerCase()]).toEqual([
      200,
      expect.stringContaining('application/est-attestation-freshness+json'),
    ]);
    return fromBase64Url((JSON.parse(body) as { nonce: string }).nonce);
  }

  /** A request for a key in this TPM. */
  async keyRequest(nonce: Uint8Array, handle: number = handles.key): Promise<Uint8Array> {
    return this.withTpm(async (tpm) =>
      tpmRequest(tpm, {
        ...{ device: this.device.id, nonce },
        key: await readPublic(tpm, handle),
        attestationKey: await readPublic(tpm, handles.attestation),
      }),
    );
  }

  renew(request: Uint8Array) {
    return est(this.site, 'simplereenroll', this.credentials, toBase64(request));
  }
}

const codeOf = (answer: { body: string }): string => (JSON.parse(answer.body) as { code: string }).code;
const inTpm = 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign';

describe.skipIf(!tools)('a certificate only for a key that lives in hardware', () => {
  let site: TestSite;
  let pump: KeyedDevice;
  let valve: KeyedDevice;
  beforeAll(async () => {
    site = await TestSite.start();
    const device = async (id: string) => {
      const tpm = await SoftwareTpm.start();
      await tpm.createKeys('ecc');
      const made = new KeyedDevice(site, await enrol(site, id), tpm);
      expect((await made.activate()).status).toBe(200);
      await made.persist('ak.ctx', handles.attestation);
      await made.makeKey('k', handles.key, inTpm);
      return made;
    };
    [pump, valve] = await Promise.all([device('pump-1'), device('valve-1')]);
    const set = ['group', 'set', 'default', '--key', 'hardware', '--reason', 'keys stay in hardware'];
    const { code, stderr } = await kiten([...set, '--data', site.data]);
    expect(code, stderr).toBe(0);
  }, 120_000);
  afterAll(async () => {
    await pump?.tpm[Symbol.asyncDispose]();
    await valve?.tpm[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  const vectorOf = async (id: string) =>
    await site.json<{
      readonly vector: Readonly<Record<string, number>>;
      readonly findings: readonly { readonly code: string }[];
    }>('verdict', 'show', id);

  it('is refused to a key in a file', async () => {
    const request = await makeRequest(join(site.directory, 'file'), '/CN=pump-1');
    const answer = await est(site, 'simplereenroll', pump.credentials, request);
    expect([answer.status, codeOf(answer)]).toEqual([403, 'kiten/key-unattested']);
    expect((await vectorOf('pump-1')).vector['storage-opaque']).toBe(0);
  });

  it('is issued for one that the TPM certifies over the site’s nonce, and the vector says so', async () => {
    const request = await pump.keyRequest(await pump.nonce());
    const shown = await run('openssl', ['req', '-inform', 'DER', '-noout', '-text', '-verify'], {
      input: request,
    });
    expect(shown.stderr + shown.stdout).toMatch(/verify OK/);
    expect(shown.stdout).toContain('1.2.840.113549.1.9.16.2.59');
    const answer = await pump.renew(request);
    const file = join(site.directory, 'tpm.pem');
    await certificateOf(answer, file);
    await pump.tpm.tool('readpublic', '-c', `0x${handles.key.toString(16)}`, '-f', 'pem', '-o', 'k.pem');
    const { stdout } = await run('openssl', ['x509', '-in', file, '-noout', '-pubkey']);
    expect(stdout.trim()).toBe((await readFile(pump.tpm.path('k.pem'), 'utf8')).trim());
    const { vector, findings } = await vectorOf('pump-1');
    expect(vector['storage-opaque']).toBe(2);
    expect(findings.map(({ code }) => code)).toContain('identity/key-in-hardware');
  });

  it('is refused over a nonce that is used, of another device, or made up', async () => {
    const nonce = await valve.nonce();
    const request = await valve.keyRequest(nonce);
    expect((await valve.renew(request)).status).toBe(200);
    for (const stale of [
      request,
      await valve.keyRequest(await pump.nonce()),
      await valve.keyRequest(new Uint8Array(32)),
    ]) {
      const answer = await valve.renew(stale);
      expect([answer.status, codeOf(answer)]).toEqual([403, 'kiten/key-statement-stale']);
    }
  });

  it('is refused to a key that can leave the TPM', async () => {
    await pump.makeKey('m', handles.movable, 'sensitivedataorigin|userwithauth|sign');
    const answer = await pump.renew(await pump.keyRequest(await pump.nonce(), handles.movable));
    expect([answer.status, codeOf(answer)]).toEqual([403, 'kiten/key-exportable']);
  });

  it('is refused to a key of another TPM', async () => {
    await valve.makeKey('n', handles.movable, inTpm);
    const foreign = Object.assign(Object.create(valve) as KeyedDevice, { device: pump.device });
    const answer = await pump.renew(await foreign.keyRequest(await pump.nonce(), handles.movable));
    expect([answer.status, codeOf(answer)]).toEqual([403, 'kiten/key-of-another-tpm']);
  });

  it('is issued by a token to a device that shows its TPM first', async () => {
    const tpm = await SoftwareTpm.start();
    try {
      await tpm.createKeys('ecc');
      const { token } = await site.json<{ token: string }>('token', 'create', '--device', 'fan-1');
      const folder = join(site.directory, 'fan-1');
      const files = { id: 'fan-1', folder, key: '', certificate: '' };
      class NewDevice extends KeyedDevice {
        override get credentials() {
          return ['-u', `fan-1:${token}`];
        }
      }
      const fan = new NewDevice(site, files, tpm);
      expect((await fan.activate()).status).toBe(200);
      await fan.persist('ak.ctx', handles.attestation);
      await fan.makeKey('k', handles.key, inTpm);
      const request = await fan.keyRequest(await fan.nonce());
      await writeFile(join(site.directory, 'fan.csr'), request);
      const answer = await est(site, 'simpleenroll', fan.credentials, toBase64(request));
      expect(answer.status).toBe(200);
      expect((await vectorOf('fan-1')).vector['storage-opaque']).toBe(2);
    } finally {
      await tpm[Symbol.asyncDispose]();
    }
  });
});
