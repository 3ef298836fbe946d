import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ecu, newUpdatedDevice, textOf, type UpdatedDevice } from './updated-device.ts';

const path = `${ecu}/2.bin`;
const code = 'agent/release-withdrawn';

async function assignedDevice(): Promise<UpdatedDevice> {
  const device = await newUpdatedDevice();
  device.world.release(2, ecu);
  return device;
}

/** What is fetched and not installed. */
const staged = async ({ folder }: UpdatedDevice) =>
  readdir(join(folder, 'state', 'staging')).catch(() => [] as string[]);

describe('a release that is withdrawn', () => {
  it('while it is fetched is not installed: it is dropped, and the site hears of it', async () => {
    const device = await assignedDevice();
    const { updater, keeper } = await device.updater();
    const { assigned } = await updater.check();
    device.instead = (request) => {
      if (request.url?.includes('/targets/') && device.withdrawn.length === 0) device.withdraw(2);
      return false;
    };
    await expect(updater.install(assigned!)).rejects.toMatchObject({ code });
    expect(device.withdrawn).toEqual([path]);
    expect(await device.runs()).toBe(textOf(1));
    expect(await staged(device)).toEqual([]);
    expect(device.reports).toMatchObject([{ target: path, state: 'refused', code }]);
    expect(keeper.state).toMatchObject({ confirmed: 'a', releaseCounter: 1, reports: [] });
    expect(await readdir(join(device.slots))).not.toContain('b');
  });

  it('while half of it is fetched is dropped with the next look', async () => {
    const device = await assignedDevice();
    const { updater } = await device.updater();
    const { assigned } = await updater.check();
    let isBroken = false;
    device.instead = (request, response) => {
      if (!request.url?.includes('/targets/')) return false;
      if (isBroken) response.destroy();
      else {
        isBroken = true;
        response.writeHead(200, { 'content-length': textOf(2).length });
        response.write(textOf(2).slice(0, 4), () => response.destroy());
      }
      return true;
    };
    await expect(updater.install(assigned!)).rejects.toThrow();
    expect(await staged(device)).toHaveLength(2);
    device.instead = () => false;
    device.withdraw(2);
    const again = await device.updater();
    expect(await again.updater.check()).toEqual({ trial: 'none', checkAgainInSeconds: 600 });
    expect(await staged(device)).toEqual([]);
    expect(device.reports.at(-1)).toMatchObject({ target: path, state: 'refused', code });
  });

  it('on trial is left for what was confirmed, before it is confirmed', async () => {
    for (const look of ['check', 'confirm'] as const) {
      const device = await assignedDevice();
      await device.update();
      expect(await device.runs()).toBe(textOf(2));
      device.withdraw(2);
      const { updater, keeper } = await device.updater();
      if (look === 'check') await updater.check();
      else await expect(updater.confirm()).rejects.toMatchObject({ code });
      expect(await device.runs()).toBe(textOf(1));
      expect(keeper.state).toMatchObject({ confirmed: 'a', releaseCounter: 1 });
      expect(device.reports.at(-1)).toMatchObject({ target: path, state: 'rolled-back', code });
    }
  });

  it('is kept where it was confirmed, and where only one of both says so', async () => {
    const device = await assignedDevice();
    await device.update();
    // The site’s word alone, which nobody signs.
    device.withdrawn.push(path);
    const { updater, keeper } = await device.updater();
    expect((await updater.check()).trial).toBe('on-trial');
    expect(await device.runs()).toBe(textOf(2));
    // Silence alone.
    device.withdrawn = [];
    device.world.direct();
    expect((await updater.check()).trial).toBe('on-trial');
    await updater.confirm();
    device.withdraw(2);
    await updater.check();
    expect(await device.runs()).toBe(textOf(2));
    expect(keeper.state).toMatchObject({ confirmed: 'b', releaseCounter: 2 });
  });

  it('is confirmed where the site does not answer, as any other', async () => {
    const device = await assignedDevice();
    await device.update();
    device.isReachable = false;
    const { updater, keeper } = await device.updater();
    await updater.confirm();
    expect(keeper.state).toMatchObject({ releaseCounter: 2 });
  });
});
