import { defaultPolicies } from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import { noProperties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { device, Harness } from './support/harness.ts';
import type { RawClient } from './support/raw-client.ts';

let harness: Harness;
let screen: RawClient;
let pump: RawClient;

/** The screen has the first of four messages and has not acknowledged it; it takes one at a time. */
beforeEach(async () => {
  harness = await Harness.start();
  screen = await harness.client('screen', { properties: { receiveMaximum: 1 } });
  await screen.subscribe('d/#');
  pump = await harness.client('pump-1');
  for (const text of ['1', '2', '3', '4']) await pump.publishAcknowledged('d/pump-1/t', text);
  expect(await screen.messages()).toEqual(['1']);
  expect(harness.gateway.statistics().queuedMessages).toBe(3);
});
afterEach(() => harness.stop());

/** Acknowledges what came, as long as something comes; says what it was. */
async function takeAll(): Promise<string[]> {
  for (let taken = 0; taken < screen.publications().length; ) {
    for (const { packetId = 0 } of screen.publications().slice(taken)) {
      screen.send({ type: 'puback', packetId, reasonCode: 0, properties: noProperties });
      taken++;
    }
    await screen.settle();
  }
  return screen.messages();
}

describe('what waits for a client', () => {
  it('comes in order, and policy is not asked again if nothing has changed', async () => {
    const { decisions } = harness.gateway.statistics();
    expect(await takeAll()).toEqual(['1', '2', '3', '4']);
    expect(harness.gateway.statistics().decisions).toBe(decisions);
  });

  it('is held to the policies of the moment at which it goes', async () => {
    const silent = `@id("silent") forbid (principal, action == Action::"receive", resource)
      when { resource has path && resource.path like "d/pump-1/*" };`;
    const policies = parsePolicies(`${defaultPolicies}\n${silent}`);
    harness.gateway.apply({ sequence: harness.next(), kind: 'policies', policies });
    expect(await takeAll()).toEqual(['1']);
    expect(harness.gateway.statistics().withheld).toBe(3);
  });

  it('is held to the trust in who receives it', async () => {
    harness.set(device('screen', { groups: [] }));
    expect(await takeAll()).toEqual(['1']);
  });

  it('is held to the trust in who said it', async () => {
    harness.set(device('pump-1', { vector: { hardware: 96 } }));
    expect(await takeAll()).toEqual(['1']);
  });

  it('does not come while the gateway is out of touch with the site', async () => {
    harness.clock.advance(60_000);
    expect(await takeAll()).toEqual(['1']);
    expect(harness.gateway.statistics().withheld).toBe(3);
  });

  it('is asked about anew after a change that leaves it allowed, and comes', async () => {
    const { decisions } = harness.gateway.statistics();
    harness.set(device('pump-1', { vector: { hardware: 2 } }));
    expect(await takeAll()).toEqual(['1', '2', '3', '4']);
    expect(harness.gateway.statistics().decisions).toBeGreaterThan(decisions);
  });
});
