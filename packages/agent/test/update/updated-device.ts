import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { KitenError } from '@kiten/codec';
import {
  encodeInclusion,
  initialiseTufClient,
  type LogInclusion,
  targetUrlPath,
  UptaneClient,
  verifyVehicleManifest,
} from '@kiten/update';
import { expect, onTestFinished } from 'vitest';
import { nodeVerify } from '../../../update/test/support/keys.ts';
import type { Json } from '../../../update/test/support/simulator.ts';
import { installedOf, newVehicle, World } from '../../../update/test/uptane/world.ts';
import { SiteClient, StateDirectory } from '../../src/index.ts';
import { directoryInstaller } from '../../src/update/installer/directory-installer.ts';
import { installedImage, manifestOf } from '../../src/update/manifest.ts';
import { siteFiles } from '../../src/update/site-files.ts';
import { SiteUpdates } from '../../src/update/site-updates.ts';
import { SlotKeeper } from '../../src/update/slot-keeper.ts';
import { Staging, type StagingOptions } from '../../src/update/staging.ts';
import { Updater, type UpdaterPorts } from '../../src/update/updater.ts';

export const ecu = 'main';
export const deviceName = 'pump-1';
export const textOf = (release: number): string => `${ecu} release ${release}`;

type Answer = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/** A device with files of its own, whose site is a server on this machine. */
export class UpdatedDevice {
  readonly world: World;
  readonly folder: string;
  readonly reports: Json[] = [];
  readonly manifests: ReturnType<typeof verifyVehicleManifest>[] = [];
  readonly requests: string[] = [];
  readonly boot = { name: 'boot-1', uptime: 0 };
  /** Answers in place of the site where it returns true. */
  instead: Answer = () => false;
  inclusion: ((sha256: string, since: number) => LogInclusion | undefined) | undefined;
  isReachable = true;
  /** Paths that the site says the device is not to run any more. */
  withdrawn: string[] = [];
  port = 0;

  constructor(world: World, folder: string) {
    this.world = world;
    this.folder = folder;
  }

  get slots(): string {
    return join(this.folder, 'slots');
  }

  async keeper(): Promise<SlotKeeper> {
    return SlotKeeper.open({
      directory: await StateDirectory.open(join(this.folder, 'state')),
      installer: directoryInstaller(this.slots),
      boot: async () => this.boot,
      ...{ confirmWithin: 60_000, boots: 3 },
    });
  }

  async updater(
    more: Partial<UpdaterPorts> = {},
    limits: StagingOptions['limits'] = {},
  ): Promise<{ updater: Updater; keeper: SlotKeeper }> {
    const address = { host: '127.0.0.1', port: this.port };
    const open = async () => {
      if (!this.isReachable) throw new KitenError('agent/site-unreachable', 'The site does not answer.');
      const socket = connect(address);
      await once(socket, 'connect');
      return socket;
    };
    const keeper = await this.keeper();
    const state = await StateDirectory.open(join(this.folder, 'state'));
    const { clock } = this.world;
    const fetch = siteFiles(address, open);
    const base = `https://127.0.0.1:${this.port}/update`;
    const place = (name: string, url: string) => ({
      metadataDirectory: state.file(name),
      metadataUrl: url,
      fetch,
    });
    const updater = new Updater({
      device: deviceName,
      ...{ ecu, keeper, state, clock, log: undefined, suit: undefined },
      installer: directoryInstaller(this.slots),
      staging: new Staging({ directory: state.file('staging'), fetch, clock, limits }),
      site: new SiteUpdates(new SiteClient(address, open)),
      client: (running, releaseCounter) =>
        new UptaneClient({
          ...{ vehicle: deviceName, role: 'primary', verify: nodeVerify, clock, limits },
          ecus: new Map([
            [
              ecu,
              {
                hardwareId: 'main-board',
                releaseCounter,
                ...(running && { installed: installedImage(running) }),
              },
            ],
          ]),
          director: place('director', `${base}/director`),
          image: place('image', `${base}/image/metadata`),
        }),
      manifest: async (image, attack) =>
        manifestOf(
          { vehicle: deviceName, ecu, image, attack, now: clock.now() },
          { ...this.world.car.signers[ecu]!, sign: async (data) => this.world.car.signers[ecu]!.sign(data) },
          (length) => crypto.getRandomValues(new Uint8Array(length)),
        ),
      url: ({ path, sha256 }) =>
        `${base}/image/targets/${targetUrlPath(path, new Map([['sha256', sha256]]), true)}`,
      health: async () => undefined,
      trust: async () => undefined,
      lastTrust: async () => undefined,
      ...more,
    });
    return { updater, keeper };
  }

  /** Looks and installs, as `kiten-agent update install` does. */
  async update(more: Partial<UpdaterPorts> = {}, limits: StagingOptions['limits'] = {}): Promise<void> {
    const { updater } = await this.updater(more, limits);
    const { assigned } = await updater.check();
    if (assigned !== undefined) await updater.install(assigned);
  }

  /** Whoever released an image takes it back: both repositories are silent about it. */
  withdraw(release: number): void {
    delete this.world.image.targets.targets[`${ecu}/${release}.bin`];
    this.world.image.publishTargets('targets');
    this.world.direct();
    this.withdrawn.push(`${ecu}/${release}.bin`);
  }

  /** What the device starts from. */
  async runs(): Promise<string> {
    return readFile(join(this.slots, 'current', 'image'), 'utf8');
  }

  /** One hash over slots, links and what the device remembers; metadata that was verified may have advanced. */
  async digest(withMetadata: boolean): Promise<string> {
    const hash = createHash('sha256').update(await readlink(join(this.slots, 'current')));
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    for (const file of files.toSorted()) {
      if (file.includes('/staging/')) continue;
      if (!withMetadata && /\/(?:director|image)\/[^/]*\.json$/.test(file)) continue;
      hash.update(file).update(await readFile(file));
    }
    return hash.digest('hex');
  }

  /** That an update is refused with this code, the site is told so, and neither slots nor state were written. */
  async refuses(
    code: string,
    work: () => Promise<unknown> = () => this.update(),
    { withMetadata = true } = {},
  ): Promise<void> {
    const before = await this.digest(withMetadata);
    await expect(work()).rejects.toMatchObject({ code });
    expect(await this.digest(withMetadata)).toBe(before);
    expect(this.reports.at(-1)).toMatchObject({ state: 'refused', code, sentence: expect.any(String) });
    expect(await this.runs()).toBe(textOf(1));
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', method } = request;
    this.requests.push(url);
    if (await this.instead(request, response)) return;
    const body = await buffer(request);
    const say = (value: unknown) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    if (method === 'POST' && url === '/update/manifest') {
      const { vehicle } = this.world.car;
      this.manifests.push(
        verifyVehicleManifest(body, vehicle, { verify: nodeVerify, now: this.world.clock.now() }),
      );
      say({ assigned: [`${ecu}/2.bin`], withdrawn: this.withdrawn, checkAgainInSeconds: 600 });
      return;
    }
    if (method === 'POST' && url === '/update/report') {
      this.reports.push(JSON.parse(body.toString('utf8')) as Json);
      say({});
      return;
    }
    const inclusion = /^\/update\/inclusion\/([0-9a-f]{64})(?:\?since=(\d+))?$/.exec(url);
    const proof = inclusion === null ? undefined : this.inclusion?.(inclusion[1]!, Number(inclusion[2] ?? 0));
    const file = proof === undefined ? this.#file(url) : Buffer.from(encodeInclusion(proof));
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from > 0) {
      response.writeHead(206, { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` });
    }
    response.end(file.subarray(from));
  }

  #file(url: string): Uint8Array | undefined {
    const [, part, rest = ''] = /^\/update\/(director|image)\/(.*)$/.exec(url) ?? [];
    if (part === 'director') return this.world.directorFiles.files.get(`metadata/${rest}`);
    return part === 'image' ? this.world.image.files.get(rest) : undefined;
  }
}

/** A device that runs release 1 from slot a, and a site that has nothing new for it. */
export async function newUpdatedDevice(car = newVehicle(deviceName, [ecu])): Promise<UpdatedDevice> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-update-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const state = join(folder, 'state');
  for (const name of ['slots/a', 'state/director', 'state/image'])
    await mkdir(join(folder, name), { recursive: true });
  await chmod(state, 0o700);
  const device = new UpdatedDevice(new World(folder, car), folder);
  const { world } = device;
  await initialiseTufClient(join(state, 'director'), world.directorFiles.file('metadata/1.root.json'), {
    verify: nodeVerify,
  });
  await initialiseTufClient(join(state, 'image'), world.image.file('metadata/1.root.json'), {
    verify: nodeVerify,
  });
  world.image.publishTargets('targets');
  await writeFile(join(folder, 'slots', 'a', 'image'), textOf(1));
  await symlink('a', join(folder, 'slots', 'current'));
  const { path, length, hashes } = installedOf(`${ecu}/1.bin`, textOf(1));
  const image = { path, length, sha256: hashes.get('sha256')!, releaseCounter: 1 };
  const remembered = { slots: { a: image }, confirmed: 'a', releaseCounter: 1, reports: [] };
  await writeFile(join(state, 'update.json'), JSON.stringify(remembered), { mode: 0o600 });
  const server = createServer((request, response) => {
    device.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  device.port = (server.address() as AddressInfo).port;
  return device;
}
