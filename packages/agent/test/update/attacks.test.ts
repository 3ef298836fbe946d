// Attacks that reach the device, with real files and a real server: each is refused with a code of its own, the site is
// told so, and neither slots nor what the device remembers were written. The numbers are those of the design’s list.
import { hash } from 'node:crypto';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fromHex, KitenError, toHex } from '@kiten/codec';
import { createDelta, type Logged } from '@kiten/update';
import { describe, expect, it } from 'vitest';
import { gathered, inMemory } from '../../../update/test/delta/support.ts';
import { encoded, hashesOf, holder, type Json } from '../../../update/test/support/simulator.ts';
import { entryOf, TestLog } from '../../../update/test/transparency/log.ts';
import { newVehicle } from '../../../update/test/uptane/world.ts';
import { deviceName, ecu, newUpdatedDevice, textOf, type UpdatedDevice } from './updated-device.ts';

const day = 86_400_000;

/** A device to which release 2 is assigned, and which has not asked yet. */
async function assigned(): Promise<UpdatedDevice> {
  const device = await newUpdatedDevice();
  device.world.release(2, ecu);
  return device;
}

/** What the Director says of release 2, to be changed by whoever holds its keys. */
function directed({ world }: UpdatedDevice, more: Json = {}): Json {
  const { target, length, hashes, releaseCounter } = world.assign(ecu, 2);
  const custom = { ecuIdentifiers: { [ecu]: { hardwareId: 'main-board' } }, releaseCounter, ...more.custom };
  return { [target]: { length, hashes, ...more, custom } };
}

function forge({ world }: UpdatedDevice, targets: Json): void {
  world.forge((said) => Object.assign(said.targets, targets), { custom: { vehicle: deviceName } });
}

/** Answers the fetch of the image with something else. */
function imageIs(device: UpdatedDevice, answer: (response: ServerResponse) => void): void {
  device.instead = (request, response) => {
    if (!request.url?.startsWith('/update/image/targets/')) return false;
    answer(response);
    return true;
  };
}

/** What was verified may be kept of the metadata; slots and state are as they were. */
const afterMetadata = { withMetadata: false };

describe('on the device', () => {
  it('unharmed, the same update is installed', async () => {
    const device = await assigned();
    await device.update();
    expect(await device.runs()).toBe(textOf(2));
  });

  it.each(['directorFiles', 'image'] as const)(
    '1 arbitrary software: a stranger’s timestamp of %s',
    async (which) => {
      const device = await assigned();
      const { timestamp } = device.world[which].said;
      const said =
        which === 'image'
          ? timestamp!
          : (
              JSON.parse(
                String(Buffer.from(device.world.directorFiles.file('metadata/timestamp.json'))),
              ) as Json
            ).signed;
      device.world[which].files.set(
        'metadata/timestamp.json',
        encoded(device.world[which].sign('timestamp', said, [holder()])),
      );
      await device.refuses('update/unsigned');
    },
  );

  it('2 rollback: an image below the release that was confirmed', async () => {
    const device = await newUpdatedDevice();
    device.world.release(3, ecu);
    await device.update();
    await (await device.updater()).updater.confirm();
    device.world.release(2, ecu);
    const before = await device.digest(true);
    await expect(device.update()).rejects.toMatchObject({ code: 'update/uptane-release-rollback' });
    expect(await device.digest(true)).toBe(before);
    expect(device.reports.at(-1)).toMatchObject({ state: 'refused', code: 'update/uptane-release-rollback' });
  });

  it('2 rollback: whatever the metadata say, the slots’ own counter stands', async () => {
    const device = await newUpdatedDevice();
    const keeper = await device.keeper();
    const image = { path: 'main/0.bin', length: 1, sha256: '0'.repeat(64), releaseCounter: 0 };
    const before = await device.digest(true);
    const none = { ...image, pieces: () => Readable.from([]) };
    await expect(keeper.install(none, 1)).rejects.toMatchObject({ code: 'agent/release-rollback' });
    expect(await device.digest(true)).toBe(before);
  });

  it('2 rollback: an older timestamp of the Director', async () => {
    const device = await assigned();
    await (await device.updater()).updater.check();
    const old = device.world.directorFiles.file('metadata/timestamp.json');
    device.world.release(3, ecu);
    await (await device.updater()).updater.check();
    device.world.directorFiles.files.set('metadata/timestamp.json', old);
    await device.refuses('update/rollback');
  });

  it('3 fast-forward: recovered from by rotating the keys', async () => {
    const device = await assigned();
    await (await device.updater()).updater.check();
    device.world.forge((said) => Object.assign(said.targets, directed(device)), {
      version: 2 ** 50,
      custom: { vehicle: deviceName },
    });
    await (await device.updater()).updater.check();
    device.world.direct(device.world.assign(ecu, 2));
    await device.refuses('update/rollback');
    for (const role of ['timestamp', 'snapshot', 'targets'])
      device.world.directorFiles.entrust(role, holder());
    device.world.directorFiles.publish('root');
    device.world.direct(device.world.assign(ecu, 2));
    await device.update();
    expect(await device.runs()).toBe(textOf(2));
  });

  it('4 freeze: what was said is told long after', async () => {
    const device = await assigned();
    device.world.clock.advance(40 * day);
    await device.refuses('update/expired');
  });

  it('5 endless data: more than the image was declared to be', async () => {
    const device = await assigned();
    imageIs(device, (response) => {
      response.on('drain', () => response.write(Buffer.alloc(65_536)));
      response.write(Buffer.alloc(65_536));
    });
    await device.refuses('update/endless-data', undefined, afterMetadata);
  });

  it('6 slow retrieval: an image that comes in drops', async () => {
    const device = await assigned();
    imageIs(device, (response) => {
      response.write(textOf(2).slice(0, 1));
      device.world.clock.advance(30_000);
    });
    const clock = { now: () => device.world.clock.now() + performance.now() };
    const limits = { rateWindow: 60, minimumRate: 1000 };
    await device.refuses('update/retrieval-slow', () => device.update({ clock }, limits), afterMetadata);
  });

  it('7 mix-and-match: targets of one time with a snapshot of another', async () => {
    const device = await assigned();
    const old = device.world.said!;
    device.world.release(3, ecu);
    device.world.directorFiles.files.set(
      `metadata/${device.world.said!.targets.version}.targets.json`,
      old.targets.bytes,
    );
    await device.refuses('update/version-mismatch');
  });

  it('8 dependencies: on what the device has nothing of', async () => {
    const device = await newUpdatedDevice();
    device.world.addImage(ecu, 2, { dependencies: [{ path: 'radio/*', from: 1 }] });
    device.world.image.publishTargets('targets');
    forge(device, directed(device));
    await device.refuses('update/uptane-dependency-extraneous');
  });

  it.each([
    ['other hardware', { [ecu]: { hardwareId: 'other-board' } }, 'update/uptane-hardware-mismatch'],
    ['an ECU that it has not', { radio: { hardwareId: 'main-board' } }, 'update/uptane-ecu-unknown'],
  ])('9 wrong hardware: an image for %s', async (_, ecuIdentifiers, code) => {
    const device = await newUpdatedDevice();
    device.world.addImage(ecu, 2);
    device.world.image.publishTargets('targets');
    forge(device, directed(device, { custom: { ecuIdentifiers } }));
    await device.refuses(code);
  });

  it('10 the repositories disagree about the image', async () => {
    const device = await newUpdatedDevice();
    device.world.addImage(ecu, 2);
    device.world.image.publishTargets('targets');
    forge(device, directed(device, { hashes: { sha256: '0'.repeat(64) } }));
    await device.refuses('update/uptane-hash-differs');
  });

  it('10 another file than the one that both describe', async () => {
    const device = await assigned();
    imageIs(device, (response) =>
      response.end('malware release'.slice(0, textOf(2).length).padEnd(textOf(2).length)),
    );
    await device.refuses('update/target-mismatch', undefined, afterMetadata);
  });

  it('11 another vehicle’s metadata', async () => {
    const device = await assigned();
    const { world } = device;
    const manifest = { ...world.manifest(), vehicle: 'pump-2' };
    world.serve(
      world.director().metadataFor(newVehicle('pump-2', [ecu]).vehicle, manifest, [world.assign(ecu, 2)]),
    );
    await device.refuses('update/uptane-other-vehicle');
  });

  it('12 root: a version that is skipped', async () => {
    const device = await assigned();
    const { directorFiles } = device.world;
    const next = { ...directorFiles.root, version: 3 };
    directorFiles.files.set('metadata/2.root.json', encoded(directorFiles.sign('root', next)));
    await device.refuses('update/root-version');
  });

  it.each(['../slots/a/image', '__proto__/x'])(
    '13 delegations and names: an image called %s',
    async (path) => {
      const device = await newUpdatedDevice();
      device.world.image.addTarget('targets', path, 'x', {
        custom: { hardwareIds: ['main-board'], releaseCounter: 2 },
      });
      device.world.image.publishTargets('targets');
      const custom = { ecuIdentifiers: { [ecu]: { hardwareId: 'main-board' } }, releaseCounter: 2 };
      forge(device, { [path]: { length: 1, hashes: hashesOf(Buffer.from('x')), custom } });
      const names = await readdir(device.folder);
      const outcome = await device.update().catch((error: unknown) => error);
      if (path.startsWith('..')) expect(outcome).toMatchObject({ code: expect.stringMatching(/^update\//) });
      // An image of a strange name is an image, and goes where images go.
      else expect(outcome).toBeUndefined();
      expect(await readdir(device.folder)).toEqual(names);
      expect(await readdir(device.slots)).toEqual(expect.arrayContaining(['a', 'current']));
    },
  );
});

describe('14 deltas on the device', () => {
  const [old, next] = [textOf(1), textOf(2)].map((text) => Buffer.from(text)) as [Buffer, Buffer];
  const good = () => gathered(createDelta(inMemory(old), inMemory(next)));

  /** Release 2 by a delta; the image itself can’t be had unless `whole`. */
  async function offered(
    delta: Uint8Array,
    { whole = false, more = {} as Json } = {},
  ): Promise<UpdatedDevice> {
    const device = await newUpdatedDevice();
    const { world } = device;
    const path = 'deltas/2.delta';
    const sha256 = hashesOf(delta).sha256 as string;
    const described = { path, length: delta.length, sha256, base: hashesOf(old).sha256, ...more };
    world.addImage(ecu, 2);
    world.image.publishTargets('targets');
    world.image.files.set(`targets/deltas/${sha256}.2.delta`, delta);
    if (!whole) {
      for (const name of world.image.files.keys()) if (name.endsWith('2.bin')) world.image.files.delete(name);
    }
    const { target: image, ...rest } = world.assign(ecu, 2);
    world.direct({ target: image, ...rest, custom: { deltas: [described] } });
    return device;
  }

  /** The delta is refused with this code; then there is nothing else to be had. */
  async function refusesDelta(device: UpdatedDevice, code: string): Promise<void> {
    await device.refuses('update/not-found', undefined, afterMetadata);
    expect(device.reports.map((report) => report.code)).toEqual([code, 'update/not-found']);
  }

  it('that is good is what is fetched, and the image itself isn’t', async () => {
    const device = await offered(await good());
    await device.update();
    expect(await device.runs()).toBe(textOf(2));
    expect(device.requests.filter((url) => url.includes('/targets/'))).toHaveLength(1);
  });

  it('to another base than the one that the device runs', async () => {
    const other = Buffer.from('another base');
    await refusesDelta(
      await offered(await gathered(createDelta(inMemory(other), inMemory(next)))),
      'update/delta-wrong-base',
    );
  });

  it('to another image than the one that is vouched for', async () => {
    const evil = Buffer.from('malware');
    await refusesDelta(
      await offered(await gathered(createDelta(inMemory(old), inMemory(evil)))),
      'update/delta-other-target',
    );
  });

  it('that claims to make the image and makes another', async () => {
    const delta = Buffer.from(
      await gathered(createDelta(inMemory(old), inMemory(Buffer.from('main malware  ')))),
    );
    const image = Buffer.from(await good());
    // The header of the good one, in front of what makes the other.
    const headerBytes = 12 + 2 + 64;
    expect(image.length).toBeGreaterThan(headerBytes);
    await refusesDelta(
      await offered(Buffer.concat([image.subarray(0, headerBytes), delta.subarray(headerBytes)])),
      'update/delta-mismatch',
    );
  });

  it('that is cut short, or goes on behind its end, or bursts', async () => {
    const delta = await good();
    await refusesDelta(await offered(delta.subarray(0, -1)), 'update/delta-truncated');
    await refusesDelta(await offered(Buffer.concat([delta, Buffer.from('x')])), 'update/delta-overlong');
    const header = delta.subarray(0, 12 + 2 + 64);
    // Sections of 14 octets, a window of as many, and a first stream of 2^49 octets.
    const bomb = Buffer.concat([
      header,
      Buffer.from([14, 14, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 1]),
    ]);
    await refusesDelta(await offered(bomb), 'update/delta-bomb');
  });

  it('that is refused makes way for the image itself, and the site learns of it', async () => {
    const device = await offered(
      Buffer.from('no delta at all, but as long as a header is: 12345678901234567890'),
      { whole: true },
    );
    await device.update();
    expect(await device.runs()).toBe(textOf(2));
    expect(device.reports).toMatchObject([
      { state: 'refused', code: 'update/delta-malformed' },
      { state: 'installed' },
    ]);
  });

  it('for another base than the device runs isn’t looked at', async () => {
    const device = await offered(await good(), { whole: true, more: { base: '0'.repeat(64) } });
    await device.update();
    expect(device.requests.some((url) => url.includes('2.delta'))).toBe(false);
    expect(await device.runs()).toBe(textOf(2));
  });
});

describe('17 the log, as the device asks for it', () => {
  const other = entryOf({ kind: 'release', target: 'x', length: 1, sha256: new Uint8Array(32) });
  const logged = (device: UpdatedDevice): Logged => {
    const { target, length, hashes } = device.world.assign(ecu, 2);
    return { kind: 'release', target, length, sha256: fromHex(hashes.sha256!) };
  };

  /** What the Director says to this device now, as the log has it. */
  const decided = ({ world }: UpdatedDevice): Logged => {
    const names = [...world.directorFiles.files.keys()];
    const versions = names.flatMap((name) => /^metadata\/(\d+)\.targets\.json$/.exec(name)?.[1] ?? []);
    const version = Math.max(...versions.map(Number));
    const bytes = world.directorFiles.file(`metadata/${version}.targets.json`);
    return { kind: 'decision', device: deviceName, version, sha256: hash('sha256', bytes, 'buffer') };
  };
  const entriesOf = (device: UpdatedDevice) => [entryOf(logged(device)), entryOf(decided(device)), other];
  /** Where in that log is what has this SHA-256. */
  const placeOf = (device: UpdatedDevice, sha256: string) =>
    sha256 === toHex(logged(device).sha256) ? 0 : 1;
  type Answering = (
    log: TestLog,
    device: UpdatedDevice,
    sha256: string,
  ) => ReturnType<TestLog['inclusion']> | undefined;
  const truly: Answering = (log, device, sha256) => log.inclusion(placeOf(device, sha256));

  it('that shows release and decision, seen by witnesses, lets it be installed; the checkpoint is remembered', async () => {
    const device = await assigned();
    const log = new TestLog(entriesOf(device));
    device.inclusion = (sha256) => truly(log, device, sha256);
    await device.update({ log: log.trust });
    expect(await device.runs()).toBe(textOf(2));
    expect(await readdir(join(device.folder, 'state'))).toContain('checkpoint');
  });

  it.each<readonly [string, string, Answering]>([
    [
      'has no such release',
      'update/inclusion-missing',
      (log, device, sha256) => (placeOf(device, sha256) === 0 ? undefined : truly(log, device, sha256)),
    ],
    [
      'has no such decision: others could not see what this device alone is told',
      'update/inclusion-missing',
      (log, device, sha256) => (placeOf(device, sha256) === 1 ? undefined : truly(log, device, sha256)),
    ],
    [
      'was seen by too few',
      'update/checkpoint-witnesses',
      (log, device, sha256) => log.inclusion(placeOf(device, sha256), { checkpoint: log.cosigned(1) }),
    ],
    [
      'was seen long ago',
      'update/checkpoint-stale',
      (log, device, sha256) =>
        log.inclusion(placeOf(device, sha256), {
          checkpoint: log.cosigned(2, device.world.clock.now() - 2 * day),
        }),
    ],
    ['shows something else', 'update/inclusion-other', (log) => log.inclusion(2)],
    [
      'is signed by somebody else',
      'update/checkpoint-forged',
      (_, device, sha256) => truly(new TestLog(entriesOf(device)), device, sha256),
    ],
  ])('that %s', async (_, code, answering) => {
    const device = await assigned();
    const log = new TestLog(entriesOf(device));
    device.inclusion = (sha256) => answering(log, device, sha256);
    await device.refuses(code, () => device.update({ log: log.trust }), afterMetadata);
  });

  it('that shows another tree than before: a split view', async () => {
    const device = await assigned();
    const log = new TestLog(entriesOf(device));
    device.inclusion = (sha256) => truly(log, device, sha256);
    const seen = new TestLog([other, other, other], log).cosigned();
    await writeFile(join(device.folder, 'state', 'checkpoint'), seen, { mode: 0o600 });
    await device.refuses('update/log-split-view', () => device.update({ log: log.trust }), afterMetadata);
  });
});

describe('a device that can’t keep what it should', () => {
  it('leaves its slots as they are', async () => {
    const device = await assigned();
    await writeFile(join(device.folder, 'state', 'staging'), 'no directory');
    await expect(device.update()).rejects.toMatchObject({ code: 'agent/staging-unusable' });
    expect(await device.runs()).toBe(textOf(1));
    await chmod(join(device.folder, 'state'), 0o755);
    await expect(device.update()).rejects.toBeInstanceOf(KitenError);
  });
});
