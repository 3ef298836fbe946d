import { createHash, createPrivateKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import type { Signer } from '../packages/codec/src/index.ts';
import { nodeVerify, signerOf } from '../packages/identity/src/index.ts';
import { systemSources } from '../packages/kiten/src/cli/system.ts';
import { type Credentials, enrol } from '../packages/kiten/src/demo/enrol.ts';
import {
  type FetchFile,
  initialiseTufClient,
  signReport,
  signVehicleManifest,
  UptaneClient,
  type VerifiedUpdate,
} from '../packages/update/src/index.ts';
import { api } from './busy-site.ts';
import type { TestSite } from './kiten.ts';

const { clock } = systemSources();

/** What a site answers a device. */
export interface DeviceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a device is answered
  readonly body: any;
}

/** Asks the devices’ port over mutual TLS. */
export function askAs(
  site: TestSite,
  { key, certificate, ca }: Credentials,
  method: string,
  path: string,
  { body, headers = {} }: { body?: Uint8Array | string; headers?: Record<string, string> } = {},
): Promise<DeviceAnswer> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false });
    const sent = request(
      `${site.ready.device}${path}`,
      {
        method,
        key,
        cert: certificate,
        ca,
        agent,
        headers: { 'content-type': 'application/json', ...headers },
      },
      (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const isJson = (response.headers['content-type'] ?? '').includes('json');
          const parsed = isJson && bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : undefined;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, body: parsed });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A device of one ECU that updates itself as Uptane has it: it trusts two roots, its own key, and nothing else. */
export class UpdatedDevice {
  readonly site: TestSite;
  readonly id: string;
  readonly credentials: Credentials;
  readonly #signer: Signer;
  readonly #folder: string;
  installed: { path: string; content: Buffer } = { path: 'factory.img', content: Buffer.from('factory') };
  /** What it has confirmed last: burnt, for good. */
  counter = 0;
  #reports = 0;

  constructor(site: TestSite, id: string, credentials: Credentials) {
    this.site = site;
    this.id = id;
    this.credentials = credentials;
    this.#signer = signerOf(createPrivateKey(credentials.key));
    this.#folder = join(site.directory, `updated-${id}`);
  }

  /** Enrols a device, and says what hardware it is. */
  static async enrol(site: TestSite, id: string, hardware: string): Promise<UpdatedDevice> {
    const { body } = await api<{ token: string }>(site, 'POST', '/tokens', { device: id });
    const ca = await readFile(site.ready.ca, 'utf8');
    const device = new UpdatedDevice(site, id, await enrol(site.ready.device, ca, id, body.token));
    await api(site, 'PUT', `/devices/${id}/make`, { model: hardware, reason: 'test' });
    return device;
  }

  ask(method: string, path: string, more: Parameters<typeof askAs>[4] = {}): Promise<DeviceAnswer> {
    return askAs(this.site, this.credentials, method, path, more);
  }

  /** What somebody in between answers in place of the site, by path. */
  readonly forged = new Map<string, Uint8Array>();

  /** Says what it runs. */
  manifest(): Promise<DeviceAnswer> {
    return this.ask('POST', '/update/manifest', { body: this.manifestBytes() });
  }

  get signer(): Signer {
    return this.#signer;
  }

  manifestBytes(): Uint8Array {
    this.#reports += 1;
    const { path, content } = this.installed;
    const hashes = new Map([['sha256', createHash('sha256').update(content).digest('hex')]]);
    const now = clock.now();
    const report = {
      ...{ ecu: 'main', installed: { path, length: content.length, hashes }, attacksDetected: '' },
      ...{ time: now, previousTime: now, counter: this.#reports },
    };
    const reports = new Map([['main', signReport(report, this.#signer)]]);
    return signVehicleManifest({ vehicle: this.id, primary: 'main', reports }, this.#signer);
  }

  report(target: string, state: string, more: object = {}): Promise<DeviceAnswer> {
    return this.ask('POST', '/update/report', { body: JSON.stringify({ target, state, ...more }) });
  }

  /** Fetches what it is told and verifies all of it against both repositories. */
  async verify(
    hardwareId: string,
  ): Promise<{ client: UptaneClient; update: VerifiedUpdate; download: (name: string) => Promise<Buffer> }> {
    const repository = async (name: 'director' | 'image', metadata: string) => {
      const metadataDirectory = join(this.#folder, name);
      await mkdir(metadataDirectory, { recursive: true });
      if (!existsSync(join(metadataDirectory, 'root.json'))) {
        const root = await this.ask('GET', `${metadata}/1.root.json`);
        await initialiseTufClient(metadataDirectory, root.bytes, { verify: nodeVerify });
      }
      return { metadataDirectory, metadataUrl: `${this.site.ready.device}${metadata}`, fetch: this.#fetch };
    };
    const { path, content } = this.installed;
    const hashes = new Map([['sha256', createHash('sha256').update(content).digest('hex')]]);
    const installed = { path, length: content.length, hashes };
    const client = new UptaneClient({
      vehicle: this.id,
      role: 'primary',
      ecus: new Map([['main', { hardwareId, releaseCounter: this.counter, installed }]]),
      director: await repository('director', '/update/director'),
      image: await repository('image', '/update/image/metadata'),
      ...{ verify: nodeVerify, clock },
    });
    const update = await client.verify();
    const download = async (name: string) => {
      const image = update.images.find((one) => one.path === name);
      if (image === undefined) throw new Error(`${this.id} is not told ${name}`);
      const targetDirectory = join(this.#folder, 'slot');
      await mkdir(targetDirectory, { recursive: true });
      const targetUrl = `${this.site.ready.device}/update/image/targets`;
      const { file } = await client.download(image, { targetDirectory, targetUrl });
      return readFile(join(targetDirectory, file));
    };
    return { client, update, download };
  }

  readonly #fetch: FetchFile = async (url) => {
    const { pathname } = new URL(url);
    const forged = this.forged.get(pathname);
    if (forged !== undefined) return { status: 200, body: pieces(forged) };
    const answer = await this.ask('GET', pathname);
    return { status: answer.status, body: pieces(answer.bytes) };
  };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
