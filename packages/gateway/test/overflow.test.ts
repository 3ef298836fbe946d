import { noProperties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../src/index.ts';
import { eventually, Harness } from './support/harness.ts';
import type { RawClient } from './support/raw-client.ts';
import { remove, temporaryDirectory } from './support/store-fixture.ts';

let directory: string;
let harness: Harness;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await harness.stop();
  await remove(directory);
});

const persistent = { cleanStart: false, properties: { sessionExpiryInterval: 600 } };
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

async function publishNumbers(client: RawClient, from: number, to: number): Promise<void> {
  for (const text of numbers(from, to)) await client.publishAcknowledged('d/pump-1/t', text);
}

/** A reader that subscribed to everything and went. */
async function readerAway(): Promise<void> {
  const screen = await harness.client('screen', persistent);
  await screen.subscribe('d/#');
  screen.send({ type: 'disconnect', reasonCode: 0, properties: noProperties });
  await screen.closed;
}

describe.each([
  ['in memory', (options: Partial<GatewayOptions>) => Harness.start(options)],
  ['on the disk', (options: Partial<GatewayOptions>) => Harness.open(directory, options)],
] as const)('a queue that is full, %s', (_, open) => {
  const start = async (queueOverflow: GatewayOptions['queueOverflow']) => {
    const limits = { queuedMessages: 5 };
    harness = await open(queueOverflow === undefined ? { limits } : { limits, queueOverflow });
    await readerAway();
    return harness.client('pump-1');
  };

  it('has no room for new messages, if nothing else is said', async () => {
    const pump = await start(undefined);
    await publishNumbers(pump, 1, 8);
    expect(harness.gateway.statistics()).toMatchObject({ queuedMessages: 5, overflowed: 3, dropped: 3 });
    const back = await harness.client('screen', persistent);
    await eventually(() => back.publications().length === 5, 'five messages');
    expect(await back.messages()).toEqual(numbers(1, 5));
  });

  it('makes room by dropping the oldest', async () => {
    const pump = await start('drop-oldest');
    await publishNumbers(pump, 1, 8);
    expect(harness.gateway.statistics()).toMatchObject({ queuedMessages: 5, overflowed: 3 });
    const back = await harness.client('screen', persistent);
    await eventually(() => back.publications().length === 5, 'five messages');
    expect(await back.messages()).toEqual(numbers(4, 8));
  });

  it('ends the session, so that the client learns of it', async () => {
    const pump = await start('end-session');
    await publishNumbers(pump, 1, 8);
    harness.gateway.sweep();
    expect(harness.gateway.statistics()).toMatchObject({ queuedMessages: 0, overflowed: 1, sessions: 1 });
    const back = await harness.socket('screen');
    expect(await back.connect('screen', persistent)).toMatchObject({ sessionPresent: false });
  });

  it('ends the connection of a client that does not keep up, with its session', async () => {
    harness = await open({ limits: { queuedMessages: 5 }, queueOverflow: 'end-session' });
    const screen = await harness.client('screen', {
      cleanStart: false,
      properties: { sessionExpiryInterval: 600, receiveMaximum: 1 },
    });
    await screen.subscribe('d/#');
    const pump = await harness.client('pump-1');
    await publishNumbers(pump, 1, 8);
    expect(await screen.next('disconnect')).toMatchObject({ reasonCode: 0x97 });
    expect(harness.gateway.statistics().sessions).toBe(1);
  });
});
