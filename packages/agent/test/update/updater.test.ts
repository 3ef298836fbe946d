import { KitenError } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { ecu, newUpdatedDevice, textOf, type UpdatedDevice } from './updated-device.ts';

/** A device that has release 2 on trial. */
async function onTrial(): Promise<UpdatedDevice> {
  const device = await newUpdatedDevice();
  device.world.release(2, ecu);
  await device.update();
  return device;
}

describe('an update', () => {
  it('is fetched, written into the other slot and started, and confirmed when the device is well', async () => {
    const device = await onTrial();
    expect(await device.runs()).toBe(textOf(2));
    const { updater, keeper } = await device.updater();
    expect(keeper.state).toMatchObject({
      confirmed: 'a',
      releaseCounter: 1,
      attempt: { phase: 'trying', slot: 'b' },
    });
    await updater.confirm();
    expect(keeper.state).toMatchObject({ confirmed: 'b', releaseCounter: 2, reports: [] });
    expect(keeper.state.attempt).toBeUndefined();
    expect(device.reports).toMatchObject([
      { target: 'main/2.bin', state: 'installed' },
      { target: 'main/2.bin', state: 'confirmed' },
    ]);
    await device.update();
    expect(device.manifests.at(-1)?.reports.get(ecu)?.installed.path).toBe('main/2.bin');
    expect(await device.runs()).toBe(textOf(2));
  });

  it('is told to a site that could not be reached when it happened', async () => {
    const device = await newUpdatedDevice();
    device.world.release(2, ecu);
    const { updater, keeper } = await device.updater();
    const { assigned } = await updater.check();
    device.instead = (request) => {
      if (request.url !== '/update/report') return false;
      request.socket.destroy();
      return true;
    };
    await updater.install(assigned!);
    await updater.confirm();
    expect(keeper.state.reports).toHaveLength(2);
    device.instead = () => false;
    await (await device.updater()).updater.check();
    expect(device.reports.map(({ state }) => state)).toEqual(['installed', 'confirmed']);
    expect((await device.keeper()).state.reports).toEqual([]);
  });

  it('goes back by itself when nobody confirms it in time, burns no counter, and is not tried again unasked', async () => {
    const device = await onTrial();
    device.boot.uptime = 61_000;
    await device.update();
    expect(await device.runs()).toBe(textOf(1));
    expect((await device.keeper()).state).toMatchObject({ releaseCounter: 1, confirmed: 'a' });
    expect(device.reports.at(-1)).toMatchObject({ state: 'rolled-back', code: 'agent/update-unconfirmed' });
    await device.update();
    expect(await device.runs()).toBe(textOf(1));
    // A release below the one that was given up, but not below the one that was confirmed, bars nothing.
    device.world.release(3, ecu);
    await device.update();
    expect(await device.runs()).toBe(textOf(3));
  });

  it('goes back when the device was started too often with it', async () => {
    const device = await onTrial();
    for (const name of ['boot-2', 'boot-3', 'boot-4']) {
      Object.assign(device.boot, { name, uptime: 500_000 });
      expect((await device.keeper()).state.attempt).toBeDefined();
      Object.assign(device.boot, { uptime: 1000 });
      expect(await (await device.keeper()).resume()).toBe('on-trial');
    }
    Object.assign(device.boot, { name: 'boot-5' });
    expect(await (await device.keeper()).resume()).toBe('none');
    expect(await device.runs()).toBe(textOf(1));
  });

  it('stays on trial while the device isn’t well, or its evidence comes to less than before', async () => {
    const device = await newUpdatedDevice();
    device.world.release(2, ecu);
    await device.update({ lastTrust: async () => 'affirming' });
    const health = async () => {
      throw new KitenError('agent/program-failed', 'It ended with 1.');
    };
    await expect((await device.updater({ health })).updater.confirm()).rejects.toMatchObject({
      code: 'agent/program-failed',
    });
    const { updater, keeper } = await device.updater({ trust: async () => 'warning' });
    await expect(updater.confirm()).rejects.toMatchObject({ code: 'agent/trust-fell' });
    expect(keeper.state).toMatchObject({ releaseCounter: 1, attempt: { phase: 'trying' } });
    await (await device.updater({ trust: async () => 'affirming' })).updater.confirm();
    expect((await device.keeper()).state.releaseCounter).toBe(2);
  });

  it('that heals a device is confirmed, though its evidence is no better than it was', async () => {
    const device = await newUpdatedDevice();
    device.world.release(2, ecu);
    await device.update({ lastTrust: async () => 'contraindicated' });
    await (await device.updater({ trust: async () => 'warning' })).updater.confirm();
    expect((await device.keeper()).state.releaseCounter).toBe(2);
  });

  it('is not begun while another is on trial', async () => {
    const device = await onTrial();
    device.world.release(3, ecu);
    const { updater } = await device.updater();
    expect(await updater.check()).toMatchObject({ trial: 'on-trial' });
    expect((await updater.check()).assigned).toBeUndefined();
    expect(await device.runs()).toBe(textOf(2));
  });

  it('that breaks off is fetched on from there', async () => {
    const device = await newUpdatedDevice();
    device.world.release(2, ecu);
    const ranges: (string | undefined)[] = [];
    device.instead = (request, response) => {
      if (!request.url?.startsWith('/update/image/targets/')) return false;
      ranges.push(request.headers.range);
      if (ranges.length > 2) return false;
      const from = Number(/=(\d+)/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const length = textOf(2).length;
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': length - from,
        ...(from > 0 && { 'content-range': `bytes ${from}-${length - 1}/${length}` }),
      });
      response.write(textOf(2).slice(from, from + 4), () => response.destroy());
      return true;
    };
    await device.update();
    expect(ranges).toEqual([undefined, 'bytes=4-', 'bytes=8-']);
    expect(await device.runs()).toBe(textOf(2));
  });

  it('is fetched from the beginning where the site knows no ranges', async () => {
    const device = await newUpdatedDevice();
    device.world.release(2, ecu);
    let asked = 0;
    device.instead = (request, response) => {
      if (!request.url?.startsWith('/update/image/targets/')) return false;
      asked += 1;
      response.writeHead(200, { 'content-length': textOf(2).length });
      if (asked === 1) response.write('main', () => response.destroy());
      else response.end(textOf(2));
      return true;
    };
    await device.update();
    expect(asked).toBe(3);
    expect(await device.runs()).toBe(textOf(2));
  });
});
