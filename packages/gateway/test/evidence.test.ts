import { decodeUtf8 } from '@kiten/codec';
import type { Evidence, SealedEvidence } from '@kiten/trust';
import { noProperties } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeOf } from '../src/evidence/place.ts';
import {
  gatewayFindings,
  type SessionOverlapBody,
  sessionOverlapAppraiser,
  type TopicProbingBody,
  topicProbingAppraiser,
} from '../src/index.ts';
import { device, eventually, Harness } from './support/harness.ts';
import type { RawClient } from './support/raw-client.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

const home = '192.0.2.1';
const abroad = '198.51.100.7';

function evidence(): Evidence[] {
  return harness.of('evidence').map((event) => event.evidence);
}

function bodies<Body>(): Body[] {
  return evidence().map(({ body }) => JSON.parse(decodeUtf8(body)) as Body);
}

/** A packet, and the time that it takes to be sure. */
async function lives(client: RawClient): Promise<void> {
  harness.clock.advance(1_000);
  await client.settle();
  harness.pass(600);
}

describe('one credential in two places', () => {
  it('is seen when the older connection is alive after the newer one came from elsewhere', async () => {
    const older = await harness.client('pump-1', { address: home, clientId: 'pump-1/a', serial: 'aa' });
    await harness.client('pump-1', { address: abroad, clientId: 'pump-1/b', serial: 'aa' });
    await lives(older);
    expect(evidence()).toMatchObject([
      {
        mediaType: 'application/vnd.kiten.session-overlap+json',
        subject: { kind: 'device', id: 'pump-1' },
        via: ['mqtt', 'gateway'],
      },
    ]);
    expect(bodies()).toMatchObject([
      {
        kind: 'overlap',
        device: 'pump-1',
        older: { address: home, clientId: 'pump-1/a', serial: 'aa' },
        newer: { address: abroad, clientId: 'pump-1/b', serial: 'aa' },
        proof: 'packet',
        count: 1,
      },
    ]);
  });

  it('is seen although the newer connection has ended already', async () => {
    const older = await harness.client('pump-1', { address: home, clientId: 'pump-1/a' });
    const newer = await harness.client('pump-1', { address: abroad, clientId: 'pump-1/b' });
    newer.send({ type: 'disconnect', reasonCode: 0, properties: noProperties });
    await newer.closed;
    await lives(older);
    expect(bodies()).toHaveLength(1);
  });

  it('is seen when a displaced client answers our close at once', async () => {
    const older = await harness.client('pump-1', { address: home });
    await harness.client('pump-1', { address: abroad });
    await older.closed;
    await eventually(() => evidence().length === 1, 'evidence');
    expect(bodies()).toMatchObject([
      { kind: 'overlap', proof: 'close-answered', older: { clientId: 'pump-1' } },
    ]);
  });

  it('is told again as it goes on, ever more rarely', async () => {
    const older = await harness.client('pump-1', { address: home, clientId: 'pump-1/a' });
    for (let index = 0; index < 10; index++) {
      const newer = await harness.client('pump-1', { address: abroad, clientId: 'pump-1/b' });
      newer.send({ type: 'disconnect', reasonCode: 0, properties: noProperties });
      await newer.closed;
      await lives(older);
    }
    expect(bodies<SessionOverlapBody>().map(({ count }) => count)).toEqual([1, 2, 4, 8]);
  });

  it.each<[string, string, string]>([
    ['the same address', home, home],
    ['the two loopback addresses', '127.0.0.1', '::1'],
    ['an IPv4 address and the same within IPv6', home, `::ffff:${home}`],
    ['IPv4 and IPv6', home, '2001:db8::1'],
    ['two addresses of one IPv6 network', '2001:db8:1:2::1', '2001:0db8:0001:0002:a:b:c:d'],
  ])('is not concluded from %s', async (_, one, other) => {
    const older = await harness.client('pump-1', { address: one, clientId: 'pump-1/a' });
    await harness.client('pump-1', { address: other, clientId: 'pump-1/b' });
    await lives(older);
    expect(evidence()).toEqual([]);
  });

  it.each([
    ['127.0.0.1', '127.0.0.2'],
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
  ])('is concluded from %s and %s', async (one, other) => {
    const older = await harness.client('pump-1', { address: one, clientId: 'pump-1/a' });
    await harness.client('pump-1', { address: other, clientId: 'pump-1/b' });
    await lives(older);
    expect(evidence()).toHaveLength(1);
  });

  it('is not concluded from a device that roamed and left a dead connection', async () => {
    const older = await harness.client('pump-1', { address: home, keepAlive: 60, clientId: 'pump-1/a' });
    older.socket.pause();
    const newer = await harness.client('pump-1', { address: abroad, clientId: 'pump-1/b' });
    for (let index = 0; index < 10; index++) {
      await newer.settle();
      harness.pass(10_000);
    }
    expect(harness.of('session-closed')).toMatchObject([
      { clientId: 'pump-1/a', cause: 'keep-alive-timeout' },
    ]);
    expect(evidence()).toEqual([]);
  });

  it('is not concluded from a dead connection that was taken over', async () => {
    const older = await harness.client('pump-1', { address: home });
    older.socket.pause();
    await harness.client('pump-1', { address: abroad });
    harness.pass(2_001);
    await eventually(() => harness.gateway.statistics().connections === 1);
    older.socket.destroy();
    harness.pass(1_000);
    expect(evidence()).toEqual([]);
  });

  it('is not concluded from a device that changes over in order', async () => {
    const older = await harness.client('pump-1', { address: home, clientId: 'pump-1/a' });
    await harness.client('pump-1', { address: abroad, clientId: 'pump-1/b' });
    harness.clock.advance(1_000);
    older.send({ type: 'disconnect', reasonCode: 0, properties: noProperties });
    await older.closed;
    harness.pass(1_000);
    expect(evidence()).toEqual([]);
  });

  it('is not concluded from what a host flushes as it leaves', async () => {
    const older = await harness.client('pump-1', { address: home, clientId: 'pump-1/a' });
    await harness.client('pump-1', { address: abroad, clientId: 'pump-1/b' });
    harness.clock.advance(1_000);
    older.publish('d/pump-1/t', 'left over');
    await older.settle();
    harness.pass(100);
    older.socket.end();
    await older.closed;
    harness.pass(1_000);
    expect(evidence()).toEqual([]);
  });

  it('is not concluded from two devices', async () => {
    const one = await harness.client('pump-1', { address: home });
    await harness.client('pump-2', { address: abroad });
    await lives(one);
    expect(evidence()).toEqual([]);
  });
});

describe('contention about a client id', () => {
  it('is seen when living connections displace each other three times within a minute', async () => {
    let displaced: RawClient | undefined;
    for (let index = 0; index < 4; index++) {
      const client = await harness.client('pump-1', { address: home });
      await displaced?.closed;
      displaced = client;
      await eventually(() => harness.gateway.statistics().connections === 1);
      harness.clock.advance(5_000);
      harness.beat();
    }
    await eventually(() => evidence().length === 1, 'evidence');
    expect(bodies()).toMatchObject([{ kind: 'contention', count: 3, older: { clientId: 'pump-1' } }]);
  });

  it('is not concluded from a client that reconnects after its connection died', async () => {
    for (let index = 0; index < 6; index++) {
      const client = await harness.client('pump-1', { address: home });
      client.socket.pause();
      harness.pass(2_500);
    }
    expect(evidence()).toEqual([]);
  });

  it('is not concluded from takeovers that lie far apart', async () => {
    for (let index = 0; index < 6; index++) {
      await harness.client('pump-1', { address: home });
      harness.pass(40_000);
    }
    expect(evidence()).toEqual([]);
  });
});

describe('probing', () => {
  it('is seen from five refused topics and filters of others within a minute', async () => {
    const pump = await harness.client('pump-1');
    for (const id of ['a', 'b', 'c']) await pump.publishAcknowledged(`d/${id}/t`, 'x');
    await pump.subscribe('#');
    expect(evidence()).toEqual([]);
    await pump.subscribe('c/+/set');
    expect(bodies()).toMatchObject([
      { device: 'pump-1', distinct: 5, window: 60, topics: ['#', 'c/+/set', 'd/a/t', 'd/b/t', 'd/c/t'] },
    ]);
  });

  it('is told again as it grows', async () => {
    const pump = await harness.client('pump-1');
    for (let index = 0; index < 60; index++) await pump.publishAcknowledged(`d/x${index}/t`, 'x');
    expect(bodies<TopicProbingBody>().map(({ distinct }) => distinct)).toEqual([5, 10, 20, 50]);
  });

  it.each<[string, (pump: RawClient, index: number) => Promise<unknown>]>([
    ['one topic tried again and again', (pump) => pump.publishAcknowledged('d/pump-2/t', 'x')],
    ['topics of its own', (pump, index) => pump.subscribe(`d/pump-1/${index}`)],
    ['what is allowed', (pump, index) => pump.publishAcknowledged(`d/pump-1/${index}`, 'x')],
    [
      'tries that lie far apart',
      async (pump, index) => {
        await pump.publishAcknowledged(`d/x${index}/t`, 'x');
        harness.pass(20_000);
      },
    ],
    [
      'refusals for want of a fresh replica',
      async (pump, index) => {
        if (index === 0) harness.clock.advance(16_000);
        await pump.publishAcknowledged(`d/x${index}/t`, 'x');
      },
    ],
  ])('is not concluded from %s', async (_, act) => {
    const pump = await harness.client('pump-1');
    for (let index = 0; index < 12; index++) await act(pump, index);
    expect(evidence()).toEqual([]);
  });

  it('is not concluded from a contained device, which is refused everything', async () => {
    harness.set(device('panel', { groups: ['controllers'], standing: 'quarantined' }));
    const panel = await harness.client('panel');
    for (let index = 0; index < 12; index++) await panel.publishAcknowledged(`c/x${index}/set`, 'x');
    expect(evidence()).toEqual([]);
  });
});

describe('the appraisers', () => {
  const overlap = sessionOverlapAppraiser();
  const probing = topicProbingAppraiser();
  const sealed = (evidence: Evidence): SealedEvidence => ({
    ...evidence,
    salt: new Uint8Array(32),
    digest: `sha256:${'5a'.repeat(32)}`,
  });

  it('find a copied credential from an overlap, and explain it in both languages', async () => {
    const older = await harness.client('pump-1', { address: home, clientId: 'pump-1/a' });
    await harness.client('pump-1', { address: abroad, clientId: 'pump-1/b' });
    await lives(older);
    const one = sealed(evidence()[0] as Evidence);
    const [finding] = overlap.appraise(one, []);
    expect(finding).toMatchObject({
      subject: { kind: 'device', id: 'pump-1' },
      claim: 'instance-identity',
      value: -100,
      code: 'gateway/credential-in-two-places',
      premises: [one.digest],
    });
    for (const language of ['en', 'ja'] as const) {
      const { found, expected, remedy } = gatewayFindings.sentence(finding as never, language);
      expect(found).toContain(home);
      expect(found).toContain(abroad);
      expect(expected.length * remedy.length).toBeGreaterThan(0);
    }
    expect(overlap.appraise(one, [])).toEqual([finding]);
  });

  it('warn of contention, of five topics, and hold fifty against the device', async () => {
    const told = (body: object, mediaType: string) =>
      sealed({
        mediaType,
        subject: { kind: 'device', id: 'pump-1' },
        receivedAt: 5,
        via: [],
        body: new TextEncoder().encode(JSON.stringify(body)),
      });
    const end = { address: home, clientId: 'pump-1', openedAt: 1, serial: '' };
    const contention = {
      kind: 'contention',
      device: 'pump-1',
      older: end,
      newer: end,
      proof: 'close-answered',
      provenAt: 4,
      count: 3,
    };
    expect(overlap.appraise(told(contention, overlap.mediaTypes[0] as string), [])).toMatchObject([
      { code: 'gateway/client-id-contention', value: -40, claim: 'instance-identity', at: 4 },
    ]);
    const probe = { device: 'pump-1', topics: ['a'], firstAt: 1, lastAt: 3, window: 60 };
    const found = [5, 49, 50].map(
      (distinct) => probing.appraise(told({ ...probe, distinct }, probing.mediaTypes[0] as string), [])[0],
    );
    expect(found.map((finding) => [finding?.code, finding?.value, finding?.claim])).toEqual([
      ['gateway/topic-probing', -50, 'executables'],
      ['gateway/topic-probing', -50, 'executables'],
      ['gateway/topic-search', -110, 'executables'],
    ]);
    // A later handful must not supersede what a search has shown.
    expect(found[2]?.aspect).not.toBe(found[0]?.aspect);
  });

  it.each(['', 'null', '[]', '{}', '{"kind":"overlap"}', '{"device":"pump-1","device":"pump-2"}', '\u0000'])(
    'find unreadable evidence unreadable: %j',
    (text) => {
      for (const appraiser of [overlap, probing]) {
        const mediaType = appraiser.mediaTypes[0] as string;
        const subject = { kind: 'device', id: 'pump-1' } as const;
        const findings = appraiser.appraise(
          sealed({ mediaType, subject, receivedAt: 5, via: [], body: new TextEncoder().encode(text) }),
          [],
        );
        expect(findings).toMatchObject([{ code: 'gateway/evidence-unreadable', subject }]);
      }
    },
  );
});

describe('a place', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '127.0.0.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:ffff::1', '2001:db8:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64%eth0'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
    ['a:b:c:d:e:f:0:1', 'a:b:c:d::/64'],
  ])('of %s is %s', (address, name) => {
    expect(placeOf(address)?.name).toBe(name);
  });

  it('is unknown for what is no address', () => {
    expect(placeOf('')).toBeUndefined();
    expect(placeOf('pump-1.example')).toBeUndefined();
  });
});
