import { createPublicKey } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeResult } from '@kiten/attestation';
import { type Clock, KitenError, publicKeyFits } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import {
  classIdentifierOf,
  defaultTufLimits,
  initialiseTufClient,
  parseComponent,
  retrieve,
  targetUrlPath,
  UptaneClient,
  type UptaneRepository,
  vendorIdentifierOf,
} from '@kiten/update';
import { attest } from '../agent/attest.ts';
import { type Host, siteClient } from '../agent/host.ts';
import { requireIdentity } from '../agent/identity.ts';
import { StateDirectory } from '../state/state-directory.ts';
import { deviceInstaller } from './installer/device-installer.ts';
import { directoryInstaller } from './installer/directory-installer.ts';
import type { Installer } from './installer/installer.ts';
import { programInstaller } from './installer/program-installer.ts';
import { lockUpdates } from './lock.ts';
import { installedImage, manifestOf } from './manifest.ts';
import { runProgram } from './run-program.ts';
import type { SuitSettings, UpdateSettings } from './settings.ts';
import { type FetchFrom, siteFiles } from './site-files.ts';
import { SiteUpdates } from './site-updates.ts';
import { SlotKeeper } from './slot-keeper.ts';
import { Staging } from './staging.ts';
import type { SuitPorts } from './suit.ts';
import type { Boot } from './trial.ts';
import { Updater } from './updater.ts';

/** Milliseconds in which a program has to say how the device is, or to start it again. */
const longestProgram = 120_000;

/** The device’s updates, opened for this process alone: slots, and what leads through them. */
export interface OpenUpdates extends Disposable {
  readonly keeper: SlotKeeper;
  readonly updater: Updater;
}

/**
 * @throws KitenError `agent/no-update`, `agent/updates-in-use`, `agent/not-enrolled`, `agent/root-unreadable`,
 * `agent/state-…`, `update/…`
 */
export async function openUpdates(host: Host): Promise<OpenUpdates> {
  const settings = settingsOf(host);
  const state = await StateDirectory.open(settings.directory);
  using opening = new DisposableStack();
  opening.use(lockUpdates(state.file('lock')));
  const installer = installerOf(settings, host.configuration.root);
  const keeper = await openKeeper(host);
  const { device, site: address } = host.configuration;
  const { connect } = await requireIdentity(host);
  const fetch = siteFiles(address, connect);
  const base = `https://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}/update`;
  const director = await repository(state, 'director', settings.directorRoot, `${base}/director`);
  const image = await repository(state, 'image', settings.imageRoot, `${base}/image/metadata`);
  const { ecu, hardware: hardwareId } = settings;
  const updater = new Updater({
    ...{ device, ecu, keeper, installer, state, clock: host.clock, log: settings.log },
    suit: await suitOf(settings.suit, `${base}/image/targets/`, fetch, host.clock),
    staging: new Staging({ directory: state.file('staging'), fetch, clock: host.clock }),
    site: new SiteUpdates(siteClient(host, connect)),
    client: (running, releaseCounter) => {
      const installed = running === undefined ? {} : { installed: installedImage(running) };
      return new UptaneClient({
        ...{ vehicle: device, role: 'primary', verify: nodeVerify, clock: host.clock },
        ecus: new Map([[ecu, { hardwareId, releaseCounter, ...installed }]]),
        director: { ...director, fetch },
        image: { ...image, fetch },
      });
    },
    manifest: async (running, attack) => {
      const { certificate, key } = await requireIdentity(host);
      const { publicKey } = certificate;
      const sign = (message: Uint8Array) => key.sign(message);
      const fields = { vehicle: device, ecu, image: running, attack, now: host.clock.now() };
      return manifestOf(fields, { algorithm: ownAlgorithm(publicKey), publicKey, sign }, host.random);
    },
    url: ({ path, sha256 }) =>
      `${base}/image/targets/${targetUrlPath(path, new Map([['sha256', sha256]]), true)}`,
    health: async () => {
      if (settings.health !== undefined) await runProgram(settings.health, longestProgram);
    },
    trust: async () => (host.configuration.tpm === undefined ? undefined : (await attest(host)).status),
    lastTrust: async () => {
      const result = await host.state.read('result.json');
      return result === undefined ? undefined : decodeResult(result).status;
    },
  });
  const opened = opening.move();
  return { keeper, updater, [Symbol.dispose]: () => opened.dispose() };
}

/** The slots alone, without the site. @throws KitenError `agent/no-update`, `agent/state-…` */
export async function openKeeper(host: Host): Promise<SlotKeeper> {
  const settings = settingsOf(host);
  const { restart, confirmWithin, boots } = settings;
  return SlotKeeper.open({
    directory: await StateDirectory.open(settings.directory),
    installer: installerOf(settings, host.configuration.root),
    boot: () => bootOf(host.configuration.root),
    ...{ confirmWithin, boots },
    ...(restart !== undefined && {
      restart: async () => {
        await runProgram(restart, longestProgram);
      },
    }),
  });
}

/** What a manifest names is fetched from the site, like everything else. */
async function suitOf(
  settings: SuitSettings | undefined,
  base: string,
  fetch: FetchFrom,
  clock: Clock,
): Promise<SuitPorts | undefined> {
  if (settings === undefined) return undefined;
  const { keys, threshold, vendor: domain, class: information, component } = settings;
  const signers = await Promise.all(keys.map(async (name) => ({ name, publicKey: await publicKeyIn(name) })));
  const vendor = vendorIdentifierOf(domain);
  const { targetDeadline: deadline, minimumRate, rateWindow } = defaultTufLimits;
  return {
    trust: { signers, threshold, verify: nodeVerify },
    vendor,
    model: classIdentifierOf(vendor, information),
    component: parseComponent(component),
    fetch: (uri, maxBytes) => {
      const url = new URL(uri, base).href;
      if (!url.startsWith(base)) {
        throw new KitenError(
          'agent/suit-elsewhere',
          `A manifest names ${uri.slice(0, 200)}: files come from the site alone.`,
        );
      }
      return retrieve(url, { fetch, clock, maxBytes, deadline, minimumRate, rateWindow });
    },
  };
}

async function publicKeyIn(file: string): Promise<Uint8Array> {
  try {
    const key = createPublicKey(await readFile(file));
    return new Uint8Array(key.export({ type: 'spki', format: 'der' }));
  } catch (cause) {
    throw new KitenError('agent/key-unreadable', `${file} has no public key, PEM.`, { cause });
  }
}

function settingsOf({ configuration: { update } }: Host): UpdateSettings {
  if (update !== undefined) return update;
  throw new KitenError('agent/no-update', 'The configuration has no table “update”.');
}

function installerOf({ slots }: UpdateSettings, root: string): Installer {
  switch (slots.kind) {
    case 'directories':
      return directoryInstaller(slots.directory);
    case 'devices':
      return deviceInstaller({ devices: slots.devices, bootState: slots.bootState, root });
    case 'programs':
      return programInstaller(slots.programs);
  }
}

/** proc_sys_kernel(5): `random/boot_id`; proc_uptime(5): seconds. */
async function bootOf(root: string): Promise<Boot> {
  const read = (file: string) => readFile(join(root, 'proc', file), 'utf8');
  try {
    const name = (await read('sys/kernel/random/boot_id')).trim();
    return { name, uptime: 1000 * Number.parseFloat(await read('uptime')) };
  } catch (cause) {
    throw new KitenError('agent/boot-unknown', 'The kernel doesn’t say which boot this is.', { cause });
  }
}

/** Begins with the root that came with the device; afterwards the one that it led to counts. */
async function repository(
  state: StateDirectory,
  name: string,
  rootFile: string,
  metadataUrl: string,
): Promise<Omit<UptaneRepository, 'fetch'>> {
  const metadataDirectory = state.file(name);
  if ((await state.read(join(name, 'root.json'))) === undefined) {
    await mkdir(metadataDirectory, { recursive: true, mode: 0o700 });
    await initialiseTufClient(metadataDirectory, await rootIn(rootFile), { verify: nodeVerify });
  }
  return { metadataDirectory, metadataUrl };
}

async function rootIn(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new KitenError('agent/root-unreadable', `The first root ${file} cannot be read.`, { cause });
  }
}

/** Keys of devices are on P-256, or Ed25519 in a file. */
const ownAlgorithm = (publicKey: Uint8Array) => (publicKeyFits('EdDSA', publicKey) ? 'EdDSA' : 'ES256');
