import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPolicies } from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import type { StreamTrust, Tier } from '@kiten/trust';
import type { Publish } from '@kiten/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DeviceOptions, device, eventually, Harness } from './support/harness.ts';
import type { RawClient } from './support/raw-client.ts';

/** A value of each tier, and a finding that has it. */
const known = {
  affirming: [-2, 'measurement/readings-normal'],
  warning: [-50, 'measurement/readings-abnormal'],
  contraindicated: [-110, 'measurement/pack-replayed'],
} as const;

const readings = [
  { id: 'tank', filter: 'd/+/tank', namesChannel: false },
  { id: 'shaft', filter: 'd/+/shaft/+', namesChannel: false },
  { id: 'hall', filter: 'd/+/hall/+', namesChannel: true },
];

const safety = device('valve', { groups: ['safety', 'observers'] });
const fleet = [
  device('pump-1'),
  device('panel', { groups: ['controllers'] }),
  device('screen', { groups: ['observers'] }),
  device('dial', { groups: ['observers'] }),
  safety,
];

const trust = (stream: string, tier: keyof typeof known): StreamTrust => ({
  stream,
  value: known[tier][0],
  finding: known[tier][1],
});

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start({}, fleet);
  declare();
});
afterEach(() => harness.stop());

function declare(patterns = readings): void {
  harness.gateway.apply({ sequence: harness.next(), kind: 'streams', patterns });
}

function policies(more: string): void {
  const set = parsePolicies(`${defaultPolicies}\n${more}`);
  harness.gateway.apply({ sequence: harness.next(), kind: 'policies', policies: set });
}

/** What is known of pump-1's streams; the device itself is held against nothing. */
function pump(streams: Readonly<Record<string, keyof typeof known>>, options: DeviceOptions = {}): void {
  const trusts = Object.entries(streams).map(([stream, tier]) => trust(`pump-1/${stream}`, tier));
  const worst = trusts.find(({ value }) => value === -110) ?? trusts.find(({ value }) => value === -50);
  harness.set({
    ...device('pump-1', { vector: { 'sourced-data': worst?.value ?? 0 }, ...options }),
    streams: trusts,
    ownSourcedData: 'none',
  });
}

type Marks = Readonly<Record<string, string>>;
const marks = ({ properties }: Publish): Marks => Object.fromEntries(properties.userProperties ?? []);
const said = (client: RawClient): readonly (readonly [string, Marks])[] =>
  client.publications().map((one) => [one.payload.toString(), marks(one)] as const);
const marked = (tier: Exclude<Tier, 'none'>): Marks => ({
  'kiten-sourced-data': tier,
  'kiten-finding': known[tier][1],
});
const unjudged: Marks = { 'kiten-sourced-data': 'none' };

async function reader(id: string, options: Parameters<Harness['client']>[1] = {}): Promise<RawClient> {
  const client = await harness.client(id, options);
  await client.subscribe('d/#');
  return client;
}

describe('readings', () => {
  it('pass as they came while their stream affirms them, and are marked as soon as it does not', async () => {
    const screen = await reader('screen');
    const publisher = await harness.client('pump-1');
    await publisher.publishAcknowledged('d/pump-1/tank', 'unjudged');
    pump({ tank: 'affirming' });
    await publisher.publishAcknowledged('d/pump-1/tank', 'good');
    pump({ tank: 'warning' });
    publisher.publish('d/pump-1/tank', 'doubtful');
    await publisher.publishAcknowledged('d/pump-1/tank', 'doubtful too');
    await publisher.publishAcknowledged('d/pump-1/other', 'no reading');
    await screen.settle();
    expect(said(screen)).toEqual([
      ['unjudged', unjudged],
      ['good', {}],
      ['doubtful', marked('warning')],
      ['doubtful too', marked('warning')],
      ['no reading', {}],
    ]);
  });

  it('of a contraindicated stream are held back from what acts on them and from who cannot be told, and nobody else, and the other streams flow', async () => {
    const clients = await Promise.all([
      reader('screen'),
      reader('panel'),
      reader('valve'),
      reader('dial', { version: 4 }),
    ]);
    const publisher = await harness.client('pump-1');
    pump({ tank: 'contraindicated', 'shaft/a': 'affirming' });
    await publisher.publishAcknowledged('d/pump-1/tank', 'a lie');
    await publisher.publishAcknowledged('d/pump-1/shaft/a', 'the truth');
    await Promise.all(clients.map((client) => client.settle()));
    const [screen, panel, valve, dial] = clients as [RawClient, RawClient, RawClient, RawClient];
    expect(said(dial)).toEqual([['the truth', {}]]);
    expect(said(screen)).toEqual([
      ['a lie', marked('contraindicated')],
      ['the truth', {}],
    ]);
    expect(said(panel)).toEqual([['the truth', {}]]);
    expect(said(valve)).toEqual([['the truth', {}]]);
    expect(harness.of('denied').filter(({ device: who }) => who === 'panel')).toMatchObject([
      {
        action: 'receive',
        topic: 'd/pump-1/tank',
        policies: ['contraindicated-readings-move-nothing'],
        stream: 'pump-1/tank',
        finding: 'measurement/pack-replayed',
      },
    ]);
    pump({ tank: 'affirming', 'shaft/a': 'affirming' });
    await publisher.publishAcknowledged('d/pump-1/tank', 'better');
    await panel.settle();
    expect(said(panel)).toEqual([
      ['the truth', {}],
      ['better', {}],
    ]);
  });

  it('count for the whole device where nobody says that they are apart', async () => {
    const publisher = await harness.client('pump-1');
    harness.set({
      ...device('pump-1', { vector: { 'sourced-data': -110 } }),
      streams: [trust('pump-1/tank', 'contraindicated')],
    });
    await publisher.closed;
  });

  it('are refused to their publisher where a policy says so, with why in the audit', async () => {
    policies(`@id("no-lies") forbid (principal is Device, action == Action::"publish", resource is Topic)
      when { context has sourcedData && context.sourcedData == "contraindicated" };`);
    const screen = await reader('screen');
    const publisher = await harness.client('pump-1');
    pump({ tank: 'contraindicated' });
    for (const retain of [false, true]) {
      const answer = await publisher.publishAcknowledged('d/pump-1/tank', 'a lie', { retain });
      expect(answer).toMatchObject({ reasonCode: 0x87 });
    }
    publisher.publish('d/pump-1/tank', 'a lie');
    await publisher.publishAcknowledged('d/pump-1/shaft/a', 'the truth');
    await screen.settle();
    expect(said(screen)).toEqual([['the truth', unjudged]]);
    expect(harness.of('denied')[0]).toMatchObject({
      action: 'publish',
      policies: ['no-lies'],
      stream: 'pump-1/tank',
      finding: 'measurement/pack-replayed',
    });
  });

  it('of a topic of several streams count as the one that is trusted least', async () => {
    declare([...readings, { id: 'all', filter: 'd/#', namesChannel: false }]);
    const screen = await reader('screen');
    const publisher = await harness.client('pump-1');
    const outcomes: [Record<string, keyof typeof known>, Marks][] = [
      [{ tank: 'warning', 'all/pump-1/tank': 'affirming' }, marked('warning')],
      [{ tank: 'affirming', 'all/pump-1/tank': 'warning' }, marked('warning')],
      [{ tank: 'affirming' }, unjudged],
      [{ tank: 'affirming', 'all/pump-1/tank': 'affirming' }, {}],
    ];
    for (const [streams] of outcomes) {
      pump(streams);
      await publisher.publishAcknowledged('d/pump-1/tank', 'x');
    }
    await screen.settle();
    expect(said(screen).map(([, found]) => found)).toEqual(outcomes.map(([, found]) => found));
  });

  it('whose stream can have no name are unjudged, and not free', async () => {
    const screen = await reader('screen');
    const publisher = await harness.client('pump-1');
    await publisher.publishAcknowledged('d/pump-1/shaft/ünten', 'x');
    await publisher.publishAcknowledged('d/pump-1/hall/nord', 'y');
    await screen.settle();
    expect(said(screen)).toEqual([
      ['x', unjudged],
      ['y', unjudged],
    ]);
  });

  it('are told of when a declaration comes or goes, at once', async () => {
    const screen = await reader('screen');
    const publisher = await harness.client('pump-1');
    pump({ tank: 'warning' });
    await publisher.publishAcknowledged('d/pump-1/tank', 'declared');
    declare([]);
    await publisher.publishAcknowledged('d/pump-1/tank', 'not declared');
    declare();
    await publisher.publishAcknowledged('d/pump-1/tank', 'declared again');
    await screen.settle();
    expect(said(screen).map(([, found]) => found)).toEqual([marked('warning'), {}, marked('warning')]);
  });

  it.each([
    ['more declarations than there may be', { patterns: Array.from({ length: 1025 }, () => readings[0]) }],
    ['a declaration without a filter', { patterns: [{ id: 'x', namesChannel: false }] }],
  ])('%s: nobody knows what holds, and nothing passes', async (_, change) => {
    const publisher = await harness.client('pump-1');
    const sent = { sequence: harness.next(), kind: 'streams', ...change } as never;
    expect(() => harness.gateway.apply(sent)).toThrow(/not valid/);
    harness.pass(1);
    expect(await publisher.publishAcknowledged('d/pump-1/x', 'x')).toMatchObject({ reasonCode: 0x87 });
  });

  it('pass where a group observes, and never without a word', async () => {
    harness.set(device('panel', { groups: ['controllers'], mode: 'observe' }));
    pump({ tank: 'contraindicated' }, { mode: 'observe' });
    const panel = await reader('panel');
    const publisher = await harness.client('pump-1');
    await publisher.publishAcknowledged('d/pump-1/tank', 'a lie');
    await panel.settle();
    expect(said(panel)).toEqual([['a lie', marked('contraindicated')]]);
    expect(harness.of('denied')).toMatchObject([{ observed: 'pump-1', stream: 'pump-1/tank' }]);
  });
});

describe('no way leads around it:', () => {
  it('a topic alias', async () => {
    const [screen, panel] = [await reader('screen'), await reader('panel')];
    const publisher = await harness.client('pump-1');
    pump({ tank: 'contraindicated' });
    const properties = { topicAlias: 1 };
    await publisher.publishAcknowledged('d/pump-1/tank', 'first', { properties });
    await publisher.publishAcknowledged('', 'second', { properties });
    await Promise.all([screen.settle(), panel.settle()]);
    expect(said(screen)).toEqual([
      ['first', marked('contraindicated')],
      ['second', marked('contraindicated')],
    ]);
    expect(said(panel)).toEqual([]);
  });

  it('an alias towards the receiver', async () => {
    const screen = await reader('screen', { properties: { topicAliasMaximum: 4 } });
    const publisher = await harness.client('pump-1');
    pump({ tank: 'warning' });
    for (const line of ['first', 'second']) await publisher.publishAcknowledged('d/pump-1/tank', line);
    await screen.settle();
    expect(said(screen).map(([, found]) => found)).toEqual([marked('warning'), marked('warning')]);
  });

  it('a retained message, which counts as its stream does when it is delivered', async () => {
    const publisher = await harness.client('pump-1');
    pump({ tank: 'affirming' });
    await publisher.publishAcknowledged('d/pump-1/tank', 'kept', { retain: true });
    for (const [tier, forScreen, forPanel] of [
      ['affirming', [{}], [{}]],
      ['warning', [marked('warning')], [marked('warning')]],
      ['contraindicated', [marked('contraindicated')], []],
    ] as const) {
      pump({ tank: tier });
      for (const qos of [0, 1] as const) {
        for (const [id, expected] of [
          ['screen', forScreen],
          ['panel', forPanel],
        ] as const) {
          const client = await harness.client(id);
          await client.subscribe('d/#', { qos });
          await client.settle();
          expect(said(client).map(([, found]) => found)).toEqual(expected);
        }
      }
    }
  });

  it('a will', async () => {
    const [screen, panel] = [await reader('screen'), await reader('panel')];
    pump({ tank: 'affirming' });
    const will = { topic: 'd/pump-1/tank', payload: Buffer.from('last'), qos: 1, retain: false } as const;
    const publisher = await harness.client('pump-1', { will: { ...will, properties: {} } });
    pump({ tank: 'contraindicated' });
    publisher.socket.destroy();
    await eventually(() => screen.publications().length > 0, 'the will');
    await panel.settle();
    expect(said(screen)).toEqual([['last', marked('contraindicated')]]);
    expect(said(panel)).toEqual([]);
  });

  it.each(['QoS 0', 'QoS 1'])(
    'a shared subscription, with %s: a member that may have it gets it',
    async (name) => {
      const panel = await harness.client('panel');
      await panel.subscribe('$share/all/d/#');
      const screen = await harness.client('screen');
      await screen.subscribe('$share/all/d/#');
      const publisher = await harness.client('pump-1');
      pump({ tank: 'contraindicated' });
      for (let count = 0; count < 4; count++) {
        if (name === 'QoS 1') await publisher.publishAcknowledged('d/pump-1/tank', 'a lie');
        else publisher.publish('d/pump-1/tank', 'a lie');
      }
      await publisher.settle();
      await Promise.all([screen.settle(), panel.settle()]);
      expect(said(panel)).toEqual([]);
      expect(said(screen).map(([, found]) => found)).toEqual(Array(4).fill(marked('contraindicated')));
    },
  );

  it('a queue: what waited for a client is judged when it is sent', async () => {
    const away = { properties: { sessionExpiryInterval: 3600 } };
    for (const id of ['screen', 'panel']) (await reader(id, away)).socket.destroy();
    await eventually(() => harness.of('session-closed').length === 2, 'the end of both');
    const publisher = await harness.client('pump-1');
    pump({ tank: 'affirming' });
    await publisher.publishAcknowledged('d/pump-1/tank', 'waits');
    pump({ tank: 'contraindicated' });
    const back = { ...away, cleanStart: false };
    const [screen, panel] = [await harness.client('screen', back), await harness.client('panel', back)];
    await Promise.all([screen.settle(), panel.settle()]);
    expect(said(screen)).toEqual([['waits', marked('contraindicated')]]);
    expect(said(panel)).toEqual([]);
  });

  it('a queue on the disk, over a restart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kiten-sourced-'));
    await harness.stop();
    harness = await Harness.open(directory, {}, fleet);
    declare();
    const away = { properties: { sessionExpiryInterval: 3600 } };
    for (const id of ['screen', 'panel']) (await reader(id, away)).socket.destroy();
    await eventually(() => harness.of('session-closed').length === 2, 'the end of both');
    const publisher = await harness.client('pump-1');
    pump({ tank: 'affirming' });
    await publisher.publishAcknowledged('d/pump-1/tank', 'waits');
    await harness.stop();
    harness = await Harness.open(directory, {}, fleet);
    declare();
    pump({ tank: 'contraindicated' });
    const back = { ...away, cleanStart: false };
    const [screen, panel] = [await harness.client('screen', back), await harness.client('panel', back)];
    await eventually(() => screen.publications().length > 0, 'what waited');
    await panel.settle();
    expect(said(screen)).toEqual([['waits', marked('contraindicated')]]);
    expect(said(panel)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  it.each(['kiten-sourced-data', 'kiten-finding', 'KITEN-Sourced-Data', 'kiten-anything'])(
    'a publisher that says “%s” itself',
    async (name) => {
      const screen = await reader('screen');
      const publisher = await harness.client('pump-1');
      const properties = { userProperties: [['unit', 'bar'] as const, [name, 'affirming'] as const] };
      for (const retain of [false, true]) {
        const answer = await publisher.publishAcknowledged('d/pump-1/tank', 'x', { properties, retain });
        expect(answer).toMatchObject({ reasonCode: 0x87 });
      }
      const honest = { userProperties: [['unit', 'bar'] as const] };
      await publisher.publishAcknowledged('d/pump-1/tank', 'y', { properties: honest });
      await screen.settle();
      expect(said(screen)).toEqual([['y', { unit: 'bar', ...unjudged }]]);
      expect(harness.of('denied')[0]).toMatchObject({ policies: ['gateway/reserved-property'] });
    },
  );

  it('a will that says so', async () => {
    const screen = await reader('screen');
    const userProperties = [['kiten-sourced-data', 'affirming'] as const];
    const will = { topic: 'd/pump-1/tank', payload: Buffer.from('x'), qos: 1, retain: false } as const;
    const publisher = await harness.client('pump-1', { will: { ...will, properties: { userProperties } } });
    publisher.socket.destroy();
    await eventually(() => harness.of('denied').length > 0, 'the refusal');
    await screen.settle();
    expect(said(screen)).toEqual([]);
  });
});

describe('receivers of version 3.1.1', () => {
  it('get readings as they came, unless a policy holds back what they could not be told', async () => {
    const screen = await reader('screen', { version: 4 });
    const publisher = await harness.client('pump-1', { version: 4 });
    pump({ tank: 'warning' });
    await publisher.publishAcknowledged('d/pump-1/tank', 'doubtful');
    policies(`@id("told-or-nothing") forbid (principal is Device, action == Action::"receive", resource is Topic)
      when { context has protocol && context.protocol == "3.1.1" }
      when { context has sourcedData && context.sourcedData != "affirming" };`);
    await publisher.publishAcknowledged('d/pump-1/tank', 'held back');
    pump({ tank: 'affirming' });
    await publisher.publishAcknowledged('d/pump-1/tank', 'good');
    expect(await screen.messages()).toEqual(['doubtful', 'good']);
  });

  it('are judged by how they speak now: a session may come back in the other version', async () => {
    policies(`@id("told-or-nothing") forbid (principal is Device, action == Action::"receive", resource is Topic)
      when { context has protocol && context.protocol == "3.1.1" }
      when { context has sourcedData && context.sourcedData != "affirming" };`);
    pump({ tank: 'warning' });
    const publisher = await harness.client('pump-1');
    const away = { properties: { sessionExpiryInterval: 3600 } };
    (await reader('screen', away)).socket.destroy();
    await eventually(() => harness.of('session-closed').length === 1, 'the end');
    await publisher.publishAcknowledged('d/pump-1/tank', 'waits');
    const old = await harness.client('screen', { version: 4, cleanStart: false });
    await publisher.publishAcknowledged('d/pump-1/tank', 'live');
    expect(await old.messages()).toEqual([]);
    old.socket.destroy();
    await eventually(() => harness.of('session-closed').length === 2, 'the end');
    const back = await harness.client('screen', { ...away, cleanStart: false });
    await publisher.publishAcknowledged('d/pump-1/tank', 'told');
    await back.settle();
    expect(said(back)).toEqual([['told', marked('warning')]]);
  });
});
