import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SoftwareTpm } from '../packages/attestation/test/support/swtpm.ts';
import { decodePem, fromBase64Url, toBase64Url } from '../packages/codec/src/index.ts';
import type { DeviceFiles } from './device.ts';
import { run, type TestSite } from './kiten.ts';

/** What a site answers by HTTP. */
export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly type: string;
  readonly body: Body;
  readonly text: string;
}

export interface Result {
  readonly status: string;
  readonly vector: Readonly<Record<string, number>>;
  readonly findings: readonly { readonly code: string; readonly sentence: string }[];
  readonly ear: string;
  readonly holdsUntil: number | null;
  readonly nextBefore: number;
  readonly code?: string;
}

/** Posts to the devices' port with `curl`. */
export async function post<Body = Record<string, unknown>>(
  site: TestSite,
  path: string,
  args: readonly string[],
  input?: string | Uint8Array,
): Promise<Answer<Body>> {
  const url = `${site.ready.device}${path}`;
  const written = ['-w', '\n%{http_code} %{content_type}'];
  const options = ['-sS', '-X', 'POST', '--cacert', site.ready.ca, ...written, ...args, url];
  const { stdout, stderr, code } = await run('curl', options, input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`curl: ${stderr}`);
  const end = stdout.lastIndexOf('\n');
  const [status = '', type = ''] = stdout.slice(end + 1).split(' ');
  const text = stdout.slice(0, end);
  return {
    status: Number(status),
    type,
    text,
    body: (type.includes('json') ? JSON.parse(text) : {}) as Body,
  };
}

/** A device with a TPM that attests by `tpm2-tools`, `openssl` and `curl` alone. */
export class AttestingDevice {
  readonly site: TestSite;
  readonly tpm: SoftwareTpm;
  readonly device: DeviceFiles;

  constructor(site: TestSite, device: DeviceFiles, tpm: SoftwareTpm) {
    this.site = site;
    this.device = device;
    this.tpm = tpm;
  }

  get credentials(): readonly string[] {
    return ['--cert', this.device.certificate, '--key', this.device.key];
  }

  post<Body = Record<string, unknown>>(path: string, args: readonly string[], input?: string | Uint8Array) {
    return post<Body>(this.site, path, [...this.credentials, ...args], input);
  }

  json<Body = Record<string, unknown>>(path: string, body: object) {
    const args = ['-H', 'Content-Type: application/json', '--data-binary', '@-'];
    return this.post<Body>(path, args, JSON.stringify(body));
  }

  /** Asks for the key; `other` is a TPM whose endorsement key is claimed instead. */
  async request(more: Record<string, unknown> = {}) {
    const area = async (file: string) => toBase64Url(await this.tpm.read(file));
    return this.json<{ activation: string; credential: string; secret: string; code?: string }>(
      '/attest/key',
      { endorsementKey: await area('ek.pub'), attestationKey: await area('ak.pub'), ...more },
    );
  }

  /** Has the TPM open the credential. @returns the secret */
  async open({ credential, secret }: { credential: string; secret: string }): Promise<Buffer> {
    const magic = Buffer.from('badcc0de00000001', 'hex');
    await this.tpm.write('cred', Buffer.concat([magic, fromBase64Url(credential), fromBase64Url(secret)]));
    await this.tpm.tool('startauthsession', '--policy-session', '-S', 's.ctx');
    try {
      await this.tpm.tool('policysecret', '-S', 's.ctx', '-c', 'e');
      const keys = ['-c', 'ak.ctx', '-C', 'ek.ctx', '-P', 'session:s.ctx'];
      await this.tpm.tool('activatecredential', ...keys, '-i', 'cred', '-o', 'secret');
      return await this.tpm.read('secret');
    } finally {
      await this.tpm.tool('flushcontext', 's.ctx');
    }
  }

  /** Brings the attestation key through, with the endorsement certificate if the TPM has one. */
  async activate({ certified = false } = {}) {
    const more = certified ? await this.certificates() : {};
    const { body } = await this.request(more);
    const secret = toBase64Url(await this.open(body));
    return this.json<{ device: string; endorsement: string; code?: string }>('/attest/key/confirm', {
      activation: body.activation,
      secret,
    });
  }

  async certificates() {
    const { certificate, intermediate } = await this.tpm.endorsement();
    const intermediates = decodePem(intermediate.toString('latin1')).map(({ der }) => toBase64Url(der));
    return { endorsementCertificate: toBase64Url(certificate), intermediates };
  }

  async challenge(): Promise<{ nonce: string; hex: string; pcrs: { sha256: number[] } }> {
    const { body } = await this.post<{ nonce: string; pcrs: { sha256: number[] } }>('/attest/challenge', []);
    return { ...body, hex: Buffer.from(body.nonce, 'base64url').toString('hex') };
  }

  /** Quotes into files. */
  async quote(hex: string, selection = 'sha256:0,1,2,3,4,5,6,7,8,9,10,14'): Promise<void> {
    await this.tpm.quote(selection, hex);
  }

  /** Sends the files of the last quote as a form. */
  send(nonce: string, args: readonly string[] = []): Promise<Answer<Result>> {
    const file = (name: string, of: string) => ['-F', `${name}=@${this.tpm.path(of)}`];
    const files = [
      ...file('message', 'q.msg'),
      ...file('signature', 'q.sig'),
      ...file('pcrs', 'q.pcr'),
      ...file('attester', 'ak.pub'),
    ];
    return this.post<Result>('/attest', [...files, '-F', `nonce=${nonce}`, ...args]);
  }

  /** Challenge, quote, evidence. */
  async attest(args: readonly string[] = []): Promise<Answer<Result>> {
    const { nonce, hex } = await this.challenge();
    await this.quote(hex);
    return this.send(nonce, args);
  }
}

/** The codes of what was found. */
export const codesOf = ({ body }: Answer<Result>): string[] => body.findings.map(({ code }) => code).sort();

/** The site's verifier key, PEM. */
export const verifierKey = (site: TestSite): Promise<string> =>
  readFile(join(site.data, 'keys', 'verifier.pub.pem'), 'utf8');

export async function fileOf(site: TestSite, name: string, content: Uint8Array | string): Promise<string> {
  const file = join(site.directory, name);
  await writeFile(file, content);
  return file;
}
