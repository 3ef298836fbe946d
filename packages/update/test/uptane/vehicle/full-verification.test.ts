import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { now } from '../../support/simulator.ts';
import { newWorld, settledWorld } from '../world.ts';

const targetUrl = 'https://repository.example/targets';

describe('full verification', () => {
  it('yields what both repositories vouch for, for every ECU that something is assigned to', async () => {
    const world = await newWorld();
    world.release(2, 'engine', 'brake');
    const { images } = await world.client().verify();
    expect(
      images.map(({ ecu, path, releaseCounter, isInstalled }) => ({
        ecu,
        path,
        releaseCounter,
        isInstalled,
      })),
    ).toEqual([
      { ecu: 'brake', path: 'brake/2.bin', releaseCounter: 2, isInstalled: false },
      { ecu: 'engine', path: 'engine/2.bin', releaseCounter: 2, isInstalled: false },
    ]);
  });

  it('fetches the images, each whole', async () => {
    const world = await newWorld();
    world.release(2, 'engine');
    const client = world.client();
    const [image] = (await client.verify()).images;
    const targetDirectory = join(world.folder, 'slot');
    const { file } = await client.download(image!, { targetUrl, targetDirectory });
    expect(await readFile(join(targetDirectory, file), 'utf8')).toBe('engine release 2');
  });

  it('asks the Image repository nothing while all that is assigned is installed', async () => {
    const world = await newWorld();
    world.direct(world.assign('engine', 1));
    world.image.requests.length = 0;
    const { images } = await world.client().verify();
    expect(images).toMatchObject([{ ecu: 'engine', isInstalled: true }]);
    expect(world.image.requests).toEqual([]);
  });

  it('takes one image for two ECUs of one kind', async () => {
    const world = await newWorld();
    world.ecus.set('door', { hardwareId: 'engine-board' });
    world.forge(({ targets }) => {
      const { length, hashes } = world.assign('engine', 2);
      const hardware = { hardwareId: 'engine-board' };
      const custom = { ecuIdentifiers: { engine: hardware, door: hardware }, releaseCounter: 2 };
      targets['engine/2.bin'] = { length, hashes, custom };
    });
    world.addImage('engine', 2);
    world.image.publishTargets('targets');
    const { images } = await world.client().verify();
    expect(images.map(({ ecu }) => ecu)).toEqual(['engine', 'door']);
  });

  it('keeps what it verified, and goes on from there', async () => {
    const world = await settledWorld();
    const before = await world.digest();
    await world.client().verify();
    expect(await world.digest()).toBe(before);
    world.directorFiles.files.delete(`metadata/${world.said?.targets.version}.targets.json`);
    world.image.files.delete('metadata/3.targets.json');
    expect((await world.client().verify()).images).toMatchObject([{ path: 'engine/2.bin' }]);
  });

  it('a secondary passes over what is for others, and looks up its own image alone', async () => {
    const world = await newWorld();
    world.release(2, 'engine', 'brake');
    const ecus = new Map([['brake', world.ecus.get('brake')!]]);
    const { images } = await world.client({ role: 'secondary', ecus }).verify();
    expect(images.map(({ ecu }) => ecu)).toEqual(['brake']);
  });

  it('an empty assignment is the vehicle’s own too', async () => {
    const world = await newWorld();
    world.direct();
    expect((await world.client().verify()).images).toEqual([]);
  });

  it('a delegation for other hardware is passed over', async () => {
    const world = await newWorld();
    world.image.delegate('targets', 'valves', { paths: ['*/*'], hardware_ids: ['valve-board'] });
    world.image.delegate('targets', 'engines', { paths: ['engine/*'], hardware_ids: ['engine-board'] });
    world.addImage('engine', 2, { releaseCounter: 9 }, 'valves');
    world.addImage('engine', 2, {}, 'engines');
    world.image.publishTargets('valves', 'engines', 'targets');
    world.direct(world.assign('engine', 2));
    expect((await world.client().verify()).images).toMatchObject([
      { path: 'engine/2.bin', releaseCounter: 2 },
    ]);
  });

  it('the order of installation follows what images need', async () => {
    const world = await newWorld();
    world.addImage('engine', 2, { dependencies: [{ path: 'gateway/*', from: 2 }] });
    world.addImage('gateway', 2, {
      dependencies: [
        { path: 'brake/*', from: 2 },
        { path: 'door/*', from: 1 },
      ],
    });
    world.addImage('brake', 2);
    world.image.publishTargets('targets');
    world.direct(world.assign('engine', 2), world.assign('gateway', 2), world.assign('brake', 2));
    expect((await world.client().verify()).images.map(({ ecu }) => ecu)).toEqual([
      'brake',
      'gateway',
      'engine',
    ]);
  });

  it('what was said holds a month, its timestamp a day', async () => {
    const world = await settledWorld();
    expect(world.said?.timestamp.expires).toBe(now + 86_400_000);
    expect(world.said?.targets.expires).toBe(now + 30 * 86_400_000);
  });
});
