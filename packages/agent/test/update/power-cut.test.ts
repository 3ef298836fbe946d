import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { otherSlot } from '../../src/update/image.ts';
import { Power } from './power.ts';
import { contentOf, imageOf, preparedOf } from './releases.ts';
import { newDevice, type SlotDevice, type SlotKind } from './slots.ts';

const power = new Power();
beforeAll(() => power.install());
afterAll(() => power.remove());

/** Installs release 2, confirms it, installs release 3, and rolls that back. */
async function life(device: SlotDevice): Promise<void> {
  const keeper = await device.keeper();
  await keeper.install(preparedOf(2), 1);
  await keeper.confirm();
  await keeper.install(preparedOf(3), 2);
  device.boot = { name: device.boot.name, uptime: 100_000 };
  await keeper.resume();
}

/** What the device starts from is one whole image, and what it remembers is true. */
async function checkDevice(device: SlotDevice): Promise<void> {
  const keeper = await device.keeper();
  const chosen = await device.chosen();
  const content = Buffer.from(await device.content(chosen));
  const whole = [1, 2, 3].filter((release) =>
    content.subarray(0, contentOf(release).length).equals(contentOf(release)),
  );
  expect(whole).toHaveLength(1);
  for (const slot of ['a', 'b'] as const) {
    const image = keeper.state.slots[slot];
    if (image === undefined) continue;
    const held = Buffer.from(await device.content(slot)).subarray(0, image.length);
    expect(held.equals(contentOf(image.releaseCounter))).toBe(true);
  }
  const { confirmed, releaseCounter, attempt, slots } = keeper.state;
  expect(slots[confirmed!]?.releaseCounter).toBe(releaseCounter);
  if (attempt === undefined) expect(chosen).toBe(confirmed);
  expect(releaseCounter).toBeLessThan(3);
}

/** Whatever happened, the device can be brought to release 4. */
async function checkUpdatable(device: SlotDevice): Promise<void> {
  device.boot = { name: `${device.boot.name}+`, uptime: 0 };
  const keeper = await device.keeper();
  if ((await keeper.resume()) === 'on-trial') await keeper.confirm();
  const before = keeper.state.releaseCounter;
  await keeper.install(preparedOf(4), 9);
  expect(keeper.state.releaseCounter).toBe(before);
  await keeper.confirm();
  expect(keeper.state).toMatchObject({ releaseCounter: 4, slots: { [await device.chosen()]: imageOf(4) } });
  expect(otherSlot(keeper.state.confirmed)).not.toBe(await device.chosen());
}

describe.each<SlotKind>(['directories', 'devices'])('slots that are %s', { timeout: 120_000 }, (kind) => {
  it('are old or new, never a mix, at whatever step the power is cut', async () => {
    power.restore();
    const unharmed = await newDevice(kind);
    power.restore();
    await life(unharmed);
    const { steps } = power;
    expect(steps).toBeGreaterThan(60);
    expect(await unharmed.content(await unharmed.chosen())).toHaveProperty('length');
    for (let cut = 0; cut < steps; cut += 1) {
      power.restore();
      const device = await newDevice(kind);
      power.cutAfter(cut);
      await expect(life(device), `cut ${cut}`).rejects.toThrow();
      power.restore();
      await checkDevice(device);
      const keeper = await device.keeper();
      await keeper.resume();
      await checkDevice(device);
      await checkUpdatable(device);
    }
    expect(power.unsynced).toEqual([]);
  });

  it('are so too when the power is cut again while what it left is mended', async () => {
    power.restore();
    const unharmed = await newDevice(kind);
    power.restore();
    await life(unharmed);
    const { steps } = power;
    for (let cut = 3; cut < steps; cut += 13) {
      for (let again = 0; again < 12; again += 3) {
        power.restore();
        const device = await newDevice(kind);
        power.cutAfter(cut);
        await expect(life(device)).rejects.toThrow();
        power.cutAfter(again);
        const mended = device.keeper().then((keeper) => keeper.resume());
        await mended.catch(() => 'cut');
        power.restore();
        await checkDevice(device);
        await checkUpdatable(device);
      }
    }
  });
});
