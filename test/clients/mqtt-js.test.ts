import type { IClientPublishOptions } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenBroker, startOpenBroker } from '../open-broker.ts';
import { Member, type MemberOptions } from './member.ts';

let broker: OpenBroker;
beforeAll(async () => {
  broker = await startOpenBroker();
});
afterAll(async () => {
  expect(await broker.stop()).toBe(0);
});

const everyQos = [0, 1, 2] as const;

describe('200 clients of MQTT.js at once, of both versions, over TCP and WebSocket', () => {
  const size = 200;
  let members: Member[];

  const numbers = Array.from({ length: size }, (_, number) => number);

  beforeAll(async () => {
    members = await Promise.all(
      numbers.map((number) =>
        Member.join(broker, number, {
          will: { topic: `js/will/${number}`, payload: Buffer.from('gone'), qos: 1, retain: false },
        }),
      ),
    );
    await Promise.all(members.map(({ id, mqtt }) => mqtt.subscribeAsync(`js/to/${id}/#`, { qos: 2 })));
  });

  afterAll(async () => {
    await Promise.all(members.map(({ mqtt }) => mqtt.endAsync(true)));
  });

  it('say something to each other with every QoS, and each hears what is for it, once and in order', async () => {
    const rounds = 3;
    await Promise.all(
      members.map(async ({ mqtt }, number) => {
        const neighbour = members[(number + 1) % size] as Member;
        const said: Promise<unknown>[] = [];
        for (let round = 0; round < rounds; round++)
          for (const qos of everyQos)
            said.push(mqtt.publishAsync(`js/to/${neighbour.id}/${qos}`, `${number}.${round}`, { qos }));
        await Promise.all(said);
      }),
    );
    await until(() => members.every(({ heard }) => heard.length >= 3 * rounds));
    for (const [number, member] of members.entries()) {
      const before = (number + size - 1) % size;
      const expected = Array.from({ length: rounds }, (_, round) => `${before}.${round}`);
      for (const qos of everyQos) {
        const heard = member.on(`js/to/${member.id}/${qos}`);
        expect(heard, `${member.id}, QoS ${qos}`).toEqual(
          expected.map((text) => ({ text, qos, retain: false })),
        );
      }
    }
  });

  it('all learn what is retained, and hear of its change', async () => {
    const [first] = members as [Member];
    await first.mqtt.publishAsync('js/state', 'old', { qos: 1, retain: true });
    await Promise.all(members.map(({ mqtt }) => mqtt.subscribeAsync('js/state', { qos: 1 })));
    await first.mqtt.publishAsync('js/state', 'new', { qos: 1, retain: true });
    await until(() => members.every((member) => member.on('js/state').length >= 2));
    for (const member of members) {
      expect(member.on('js/state'), member.id).toEqual([
        { text: 'old', qos: 1, retain: true },
        { text: 'new', qos: 1, retain: false },
      ]);
    }
    await first.mqtt.publishAsync('js/state', '', { qos: 1, retain: true });
  });

  it('ask a service, and each gets its own answer', async () => {
    const service = await Member.join(broker, 1001);
    service.mqtt.on('message', (_topic, payload, { properties }) => {
      const { responseTopic, correlationData } = properties ?? {};
      const options: IClientPublishOptions = {
        qos: 1,
        ...(correlationData === undefined ? {} : { properties: { correlationData } }),
      };
      service.mqtt.publish(responseTopic as string, `answer to ${payload}`, options);
    });
    await service.mqtt.subscribeAsync('js/service', { qos: 1 });
    const asking = members.filter(({ mqtt }) => mqtt.options.protocolVersion === 5);
    const correlations = new Map<string, string>();
    for (const { id, mqtt } of asking) {
      mqtt.on('message', (topic, _payload, { properties }) => {
        if (topic === `js/to/${id}/answer`)
          correlations.set(id, properties?.correlationData?.toString() ?? '');
      });
      const properties = { responseTopic: `js/to/${id}/answer`, correlationData: Buffer.from(`c-${id}`) };
      mqtt.publish('js/service', id, { qos: 1, properties });
    }
    await until(() => correlations.size === asking.length);
    for (const member of asking) {
      expect(member.on(`js/to/${member.id}/answer`)).toMatchObject([{ text: `answer to ${member.id}` }]);
      expect(correlations.get(member.id)).toBe(`c-${member.id}`);
    }
    await service.mqtt.endAsync();
  });

  it('leave sessions, whose messages wait for them', async () => {
    const some = numbers.slice(0, 40).map((number) => 2_000 + number);
    const persistent = { clean: false, properties: { sessionExpiryInterval: 60 } };
    const optionsOf = (number: number): MemberOptions => (number % 2 === 0 ? { clean: false } : persistent);
    const away = await Promise.all(some.map((number) => Member.join(broker, number, optionsOf(number))));
    await Promise.all(away.map(({ id, mqtt }) => mqtt.subscribeAsync(`js/away/${id}`, { qos: 2 })));
    await Promise.all(away.map(({ mqtt }) => mqtt.endAsync()));
    const [first] = members as [Member];
    for (const { id } of away)
      for (const qos of [1, 2] as const) await first.mqtt.publishAsync(`js/away/${id}`, `${qos}`, { qos });
    const back = await Promise.all(some.map((number) => Member.join(broker, number, optionsOf(number))));
    await until(() => back.every(({ heard }) => heard.length === 2));
    for (const { heard } of back) expect(heard.map(({ text }) => text)).toEqual(['1', '2']);
    await Promise.all(back.map(({ mqtt }) => mqtt.endAsync()));
  });

  it('are mourned by their wills if they vanish, and not if they take their leave', async () => {
    const watcher = await Member.join(broker, 1003);
    await watcher.mqtt.subscribeAsync('js/will/+', { qos: 1 });
    const vanishing = members.slice(0, 50);
    const leaving = members.slice(50, 100);
    for (const { mqtt } of vanishing) mqtt.stream.destroy();
    await Promise.all(leaving.map(({ mqtt }) => mqtt.endAsync()));
    await until(() => watcher.heard.length >= vanishing.length);
    await watcher.mqtt.publishAsync('js/will/last', 'the last', { qos: 1 });
    await until(() => watcher.heard.some(({ text }) => text === 'the last'));
    const mourned = watcher.heard.map(({ topic }) => topic).sort();
    expect(mourned).toEqual([...vanishing.map(({ id }) => `js/will/${id.slice(3)}`), 'js/will/last'].sort());
    await watcher.mqtt.endAsync();
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (let attempt = 0; !holds(); attempt++) {
    if (attempt === 2_000) throw new Error('It did not come to be.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
