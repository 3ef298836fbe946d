import { cp } from 'node:fs/promises';
import { noProperties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, Harness } from '../support/harness.ts';
import type { RawClient } from '../support/raw-client.ts';
import { remove, temporaryDirectory } from '../support/store-fixture.ts';

let directory: string;
let harness: Harness;
beforeEach(async () => {
  directory = await temporaryDirectory();
  harness = await Harness.open(directory);
});
afterEach(async () => {
  await harness.stop();
  await remove(directory);
});

const texts = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `${from + index}`.padStart(4, '0'));

async function member(clientId: string, sessionExpiryInterval: number, more = {}): Promise<RawClient> {
  const properties = { sessionExpiryInterval, ...more };
  return harness.client('screen', { clientId, cleanStart: false, properties });
}

async function joins(clientId: string, sessionExpiryInterval: number, ...own: string[]): Promise<void> {
  const client = await member(clientId, sessionExpiryInterval);
  await client.subscribe('$share/g/d/#');
  for (const filter of own) await client.subscribe(filter);
  client.send({ type: 'disconnect', reasonCode: 0, properties: noProperties });
  await client.closed;
}

async function publish(all: readonly string[]): Promise<void> {
  const pump = await harness.client('pump-1');
  for (const text of all) pump.publish('d/pump-1/t', text, { qos: 1 });
  await eventually(() => pump.received.filter(({ type }) => type === 'puback').length === all.length);
}

/** So many messages, each acknowledged, and what else a round trip brings. */
async function take(client: RawClient, count: number): Promise<string[]> {
  const taken: string[] = [];
  const takeWhatCame = (): boolean => {
    for (const packet of client.publications()) {
      client.received.splice(client.received.indexOf(packet), 1);
      taken.push(packet.payload.toString());
      const packetId = packet.packetId as number;
      client.send({ type: 'puback', packetId, reasonCode: 0, properties: noProperties });
    }
    return taken.length >= count;
  };
  await eventually(takeWhatCame, `${count} messages`);
  for (let turn = 0; turn < 3; turn++) await client.settle();
  takeWhatCame();
  return taken.sort();
}

describe('what waits on the disk for a member of a group whose session ends', () => {
  it('goes to the others, all of it, and nothing is left behind', async () => {
    await joins('screen/short', 10);
    await joins('screen/long', 600);
    const all = texts(0, 1_500);
    await publish(all);
    harness.pass(20_000);
    const stays = await member('screen/long', 600);
    expect(await take(stays, all.length)).toEqual(all);
    // That one, and the publisher's.
    expect(harness.gateway.statistics()).toMatchObject({ sessions: 2, queuedMessages: 0, dropped: 0 });
    expect(harness.of('fault')).toEqual([]);
  });

  it('goes to one that is here at once', async () => {
    await joins('screen/short', 10);
    const all = texts(0, 20);
    await publish(all);
    const here = await member('screen/long', 600);
    await here.subscribe('$share/g/d/#');
    harness.pass(20_000);
    expect(await take(here, all.length)).toEqual(all);
  });

  it('goes there although it was sent, if it was not acknowledged', async () => {
    const short = await member('screen/short', 10);
    await short.subscribe('$share/g/d/#');
    await publish(texts(0, 3));
    await eventually(() => short.publications().length === 3);
    short.socket.destroy();
    await eventually(() => harness.of('session-closed').some(({ clientId }) => clientId === 'screen/short'));
    const here = await member('screen/long', 600);
    await here.subscribe('$share/g/d/#');
    harness.pass(20_000);
    expect(await take(here, 3)).toEqual(texts(0, 3));
  });

  it('is not mistaken for what the session has by its own subscriptions', async () => {
    await joins('screen/short', 10, 'd/pump-1/#');
    const all = texts(0, 20);
    await publish(all);
    const here = await member('screen/long', 600);
    await here.subscribe('$share/g/d/#');
    harness.pass(20_000);
    // Each once: the copies that were its own end with it.
    expect(await take(here, all.length)).toEqual(all);
  });

  it('goes to the others if the session comes to its end while the gateway is down', async () => {
    await joins('screen/short', 10);
    await joins('screen/long', 600);
    const all = texts(0, 50);
    await publish(all);
    const now = harness.clock.now() + 20_000;
    await harness.stop();
    harness = await Harness.open(directory, { now });
    const stays = await member('screen/long', 600);
    harness.pass(1);
    expect(await take(stays, all.length)).toEqual(all);
  });

  it('goes on to the others after a crash in the middle, and a new session of the client lives on', async () => {
    await joins('screen/short', 600);
    await joins('screen/long', 600);
    const all = texts(0, 3_000);
    await publish(all);
    const again = await harness.client('screen', {
      clientId: 'screen/short',
      cleanStart: true,
      properties: { sessionExpiryInterval: 600 },
    });
    await again.subscribe('d/pump-1/other');
    const image = await temporaryDirectory();
    await cp(directory, image, { recursive: true });
    const now = harness.clock.now() + 1_000;
    await harness.stop();
    await remove(directory);
    directory = image;
    harness = await Harness.open(directory, { now });
    const back = await member('screen/short', 600);
    expect(back).toBeDefined();
    const stays = await member('screen/long', 600);
    const taken = await take(stays, all.length);
    expect([...new Set(taken)]).toEqual(all);
    expect(harness.gateway.statistics().sessions).toBe(2);
  });
});
