import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { device, eventually, Harness } from './support/harness.ts';
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

const payload = 'x'.repeat(10_000);
const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('a receiver that lags behind', () => {
  it('slows those down who publish to it, and nothing is lost', async () => {
    harness = await Harness.start({ limits: { outboundBytes: 262_144, backPressure: 30_000 } });
    const screen = await harness.client('screen', { version: 4 });
    await screen.subscribe('d/#', { qos: 0 });
    screen.socket.pause();
    const pump = await harness.client('pump-1', { version: 4 });
    for (let index = 0; index < 3_000; index++) pump.publish('d/pump-1/t', payload);
    await eventually(() => harness.gateway.statistics().heldConnections === 1, 'a publisher that is held');
    const other = await harness.client('pump-2');
    await other.settle();
    const { received } = harness.gateway.statistics();
    expect(received).toBeLessThan(3_000);
    await pause();
    expect(harness.gateway.statistics().received).toBe(received);
    screen.socket.resume();
    await eventually(() => screen.publications().length === 3_000, 'every message');
    expect(harness.gateway.statistics()).toMatchObject({ dropped: 0, heldConnections: 0 });
  });

  it('is given up on if it does not catch up in time, and slows nobody down for a while', async () => {
    harness = await Harness.start({ limits: { outboundBytes: 131_072, backPressure: 20 } });
    const screen = await harness.client('screen', { version: 4 });
    await screen.subscribe('d/#', { qos: 0 });
    screen.socket.pause();
    const pump = await harness.client('pump-1', { version: 4 });
    for (let index = 0; index < 1_000; index++) pump.publish('d/pump-1/t', payload);
    await pump.settle();
    expect(harness.gateway.statistics().received).toBe(1_000);
    expect(harness.gateway.statistics().dropped).toBeGreaterThan(0);
  });

  it('holds up no verdict: the publisher that is held falls at once', async () => {
    harness = await Harness.start({ limits: { outboundBytes: 131_072, backPressure: 30_000 } });
    const screen = await harness.client('screen', { version: 4 });
    await screen.subscribe('d/#', { qos: 0 });
    screen.socket.pause();
    const pump = await harness.client('pump-1', { version: 4 });
    for (let index = 0; index < 1_000; index++) pump.publish('d/pump-1/t', payload);
    await eventually(() => harness.gateway.statistics().heldConnections === 1, 'a publisher that is held');
    harness.set(device('pump-1', { standing: 'quarantined' }));
    expect(harness.gateway.statistics()).toMatchObject({ heldConnections: 0, connections: 1 });
    await pump.closed;
  });

  it('does not cost the one that is held its keep-alive', async () => {
    harness = await Harness.start({ limits: { outboundBytes: 131_072, backPressure: 30_000 } });
    const screen = await harness.client('screen', { version: 4 });
    await screen.subscribe('d/#', { qos: 0 });
    screen.socket.pause();
    const pump = await harness.client('pump-1', { version: 4, keepAlive: 10 });
    for (let index = 0; index < 1_000; index++) pump.publish('d/pump-1/t', payload);
    await eventually(() => harness.gateway.statistics().heldConnections === 1, 'a publisher that is held');
    harness.pass(16_000);
    screen.socket.resume();
    await eventually(() => harness.gateway.statistics().received === 1_000, 'the rest');
    await pump.settle();
  });
});

it('a QoS 1 message does not go to a client that takes nothing, and follows when it does', async () => {
  const limits = {
    outboundBytes: 131_072,
    backPressure: 0,
    inflightMessages: 10_000,
    queuedBytes: 100_000_000,
  };
  harness = await Harness.start({ limits: { ...limits, queuedMessages: 10_000 } });
  const screen = await harness.client('screen', { version: 4 });
  await screen.subscribe('d/#');
  screen.socket.pause();
  const pump = await harness.client('pump-1', { version: 4 });
  for (let index = 0; index < 2_000; index++) pump.publish('d/pump-1/t', payload, { qos: 1 });
  await pump.settle();
  expect(harness.gateway.statistics().queuedMessages).toBeGreaterThan(0);
  screen.socket.resume();
  await eventually(() => screen.publications().length === 2_000, 'every message');
});

it('a disk that lags behind slows those down whose messages go there', async () => {
  harness = await Harness.open(directory);
  const screen = await harness.client('screen', {
    cleanStart: false,
    properties: { sessionExpiryInterval: 600 },
  });
  await screen.subscribe('d/#');
  screen.socket.destroy();
  await screen.closed;
  const pump = await harness.client('pump-1', { version: 4 });
  let held = 0;
  const watch = setInterval(() => {
    held = Math.max(held, harness.gateway.statistics().heldConnections);
  }, 0);
  const large = 'x'.repeat(1_000_000);
  for (let index = 0; index < 60; index++) pump.publish('d/pump-1/t', large, { qos: 1 });
  await eventually(() => pump.received.filter(({ type }) => type === 'puback').length === 60, 'the answers');
  clearInterval(watch);
  expect(held).toBe(1);
  expect(harness.gateway.statistics()).toMatchObject({ heldConnections: 0, queuedMessages: 60 });
});
