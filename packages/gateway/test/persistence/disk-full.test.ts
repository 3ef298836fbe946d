import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { noProperties } from '@kiten/wire';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fillDisk, maySmallDisk, mountSmallDisk } from '../../../../test/small-disk.ts';
import { eventually, Harness } from '../support/harness.ts';
import type { RawClient } from '../support/raw-client.ts';
import { remove, temporaryDirectory } from '../support/store-fixture.ts';

const persistent = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };
const limits = { segmentBytes: 262_144 };

/** Takes so many messages and acknowledges each. */
async function takeAll(client: RawClient, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const { payload, packetId = 0 } = await client.next('publish');
    texts.push(payload.toString().slice(0, 12).trim());
    client.send({ type: 'puback', packetId, reasonCode: 0, properties: noProperties });
  }
  return texts;
}

describe.skipIf(!maySmallDisk())('a full disk', () => {
  it('refuses what cannot be kept, loses nothing that was acknowledged, and goes on when there is room', async () => {
    const directory = await temporaryDirectory();
    onTestFinished(() => remove(directory));
    await using disk = mountSmallDisk(directory, 6);
    const store = join(directory, 'sessions');
    let harness = await Harness.open(store, { limits });
    await using ended = { [Symbol.asyncDispose]: () => harness.stop() };
    expect([disk, ended]).toHaveLength(2);
    const screen = await harness.client('screen', persistent);
    await screen.subscribe('d/#', { qos: 2 });
    screen.socket.destroy();
    await screen.closed;

    const pump = await harness.client('pump-1');
    const text = (number: number) => `${String(number).padEnd(12)}${'x'.repeat(8_000)}`;
    const kept: string[] = [];
    let code = 0;
    for (let number = 0; code === 0; number++) {
      const { reasonCode, properties } = await pump.publishAcknowledged('d/pump-1/t', text(number));
      code = reasonCode;
      if (code === 0) kept.push(String(number));
      else expect(properties.reasonString).toMatch(/room/);
    }
    expect(code).toBe(0x97);
    expect(kept.length).toBeGreaterThan(300);
    pump.publish('d/pump-1/t', text(-1), { qos: 2 });
    expect(await pump.next('pubrec')).toMatchObject({ reasonCode: 0x97 });
    expect(await pump.publishAcknowledged('d/pump-1/t', text(-1), { retain: true })).toMatchObject({
      reasonCode: 0x97,
    });
    const old = await harness.client('pump-2', { version: 4 });
    old.publish('d/pump-2/t', text(-1), { qos: 1 });
    await old.closed;
    expect(old.received).toEqual([]);
    expect(harness.gateway.statistics().withoutRoom).toBe(4);

    // What needs no disk goes on.
    const panel = await harness.client('panel');
    await panel.subscribe('c/panel/#');
    expect(await panel.publishAcknowledged('c/panel/x', 'live')).toMatchObject({ reasonCode: 0 });
    expect(await panel.messages()).toEqual(['live']);

    // A start without room to go on is refused, and one with room finds everything.
    await harness.stop();
    const free = await fillDisk(directory);
    await expect(Harness.open(store, { limits })).rejects.toMatchObject({ code: 'gateway/disk-full' });
    await free();
    harness = await Harness.open(store, { limits });
    const back = await harness.client('screen', persistent);
    expect(await takeAll(back, kept.length)).toEqual(kept);
    const again = await harness.client('pump-1');
    await eventually(() => harness.gateway.statistics().queuedMessages === 0, 'an empty queue');
    let answered = 0x97;
    for (let number = 0; answered !== 0 && number < 100; number++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      answered = (await again.publishAcknowledged('d/pump-1/t', 'after')).reasonCode;
    }
    expect(answered).toBe(0);
    expect(await takeAll(back, 1)).toEqual(['after']);
  });

  it('that others filled holds up what it cannot keep, until they make room', async () => {
    const directory = await temporaryDirectory();
    onTestFinished(() => remove(directory));
    await using disk = mountSmallDisk(directory, 8);
    await mkdir(join(directory, 'others'));
    const harness = await Harness.open(join(directory, 'sessions'), { limits });
    await using ended = { [Symbol.asyncDispose]: () => harness.stop() };
    expect([disk, ended]).toHaveLength(2);
    const screen = await harness.client('screen', persistent);
    await screen.subscribe('d/#');
    screen.socket.destroy();
    await screen.closed;
    const free = await fillDisk(join(directory, 'others'));
    const pump = await harness.client('pump-1');
    let kept = 0;
    while ((await pump.publishAcknowledged('d/pump-1/t', 'x'.repeat(8_000))).reasonCode === 0) kept++;
    expect(harness.of('fault')).toEqual([]);
    await free();
    let code = 0x97;
    while (code !== 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      code = (await pump.publishAcknowledged('d/pump-1/t', 'after')).reasonCode;
    }
    const back = await harness.client('screen', persistent);
    expect((await takeAll(back, kept + 1)).at(-1)).toBe('after');
  });
});
