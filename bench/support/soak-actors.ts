import { setTimeout as pause } from 'node:timers/promises';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';

type IsOver = () => boolean;
type Actor = (port: number, isOver: IsOver) => Promise<void>;

const versions = [4, 5] as const;
const everyQos = [0, 1, 2] as const;

/** Clients of every kind, until it is over. What one of them meets beside the plan ends the benchmark. */
export async function soakActors(port: number, isOver: IsOver): Promise<void> {
  const actors: Actor[] = [
    ...versions.flatMap((version) => everyQos.map((qos) => reader(version, qos))),
    ...versions.flatMap((version) => everyQos.map((qos) => publisher(version, qos))),
    keeper,
    onlooker(4),
    onlooker(5),
    ...versions.map((version) => mortal(version)),
    rival,
    rival,
    ...[0, 1, 2].map((index) => member(index)),
    sluggard,
    ...versions.flatMap((version) => ([1, 2] as const).map((qos) => traveller(version, qos))),
  ];
  await Promise.all(actors.map((act) => act(port, isOver)));
}

async function enter(port: number, options: IClientOptions): Promise<MqttClient> {
  const client = connect({ port, host: '127.0.0.1', reconnectPeriod: 0, keepalive: 0, ...options });
  client.on('error', () => client.connected);
  await seen(client, 'connect');
  return client;
}

function seen(client: MqttClient, event: 'connect' | 'close'): Promise<void> {
  return new Promise((resolve) => client.once(event, () => resolve()));
}

/** Is gone without a word. */
async function vanish(client: MqttClient): Promise<void> {
  const closed = seen(client, 'close');
  client.stream.destroy();
  await closed;
  client.end(true);
}

/** Hears all that is said. */
function reader(protocolVersion: 4 | 5, qos: 0 | 1 | 2): Actor {
  return async (port, isOver) => {
    const client = await enter(port, { protocolVersion });
    await client.subscribeAsync('live/#', { qos });
    while (!isOver()) await pause(500);
    await client.endAsync();
  };
}

function publisher(protocolVersion: 4 | 5, qos: 0 | 1 | 2): Actor {
  return async (port, isOver) => {
    const client = await enter(port, { protocolVersion });
    for (let count = 0; !isOver(); count++) {
      const topic = `live/${protocolVersion}/${qos}/${count % 50}`;
      const size = count % 1_000 === 0 ? 60_000 : 20 + (count % 200);
      const more = protocolVersion === 5 ? { properties: { messageExpiryInterval: 5 } } : {};
      await client.publishAsync(topic, Buffer.alloc(size, 'x'), { qos, ...more });
      if (count % 4 === 0) await pause(5);
    }
    await client.endAsync();
  };
}

/** Retains, replaces and clears. */
const keeper: Actor = async (port, isOver) => {
  const client = await enter(port, { protocolVersion: 5 });
  for (let count = 0; !isOver(); count++) {
    const payload = count % 3 === 0 ? '' : 'x'.repeat(count % 500);
    await client.publishAsync(`state/${(count * 7) % 300}`, payload, {
      qos: everyQos[count % 3]!,
      retain: true,
    });
    await pause(5);
  }
  await client.endAsync();
};

/** Looks at what is retained again and again, and sometimes goes in the middle of it. */
function onlooker(protocolVersion: 4 | 5): Actor {
  return async (port, isOver) => {
    for (let count = 0; !isOver(); count++) {
      const client = await enter(port, {
        protocolVersion,
        clientId: `onlooker-${protocolVersion}`,
        clean: false,
      });
      await client.subscribeAsync('state/#', { qos: everyQos[count % 3]! });
      await client.subscribeAsync('$SYS/#');
      if (count % 2 === 0) await pause(100);
      await client.unsubscribeAsync('state/#');
      if (count % 3 === 0) await vanish(client);
      else await client.endAsync();
      await pause(50);
    }
  };
}

/** Always new clients, each of which dies with a will. */
function mortal(protocolVersion: 4 | 5): Actor {
  return async (port, isOver) => {
    for (let count = 0; !isOver(); count++) {
      const isKept = count % 4 === 0 && protocolVersion === 5;
      const client = await enter(port, {
        protocolVersion,
        clientId: `mortal-${protocolVersion}-${count}`,
        clean: true,
        ...(isKept ? { properties: { sessionExpiryInterval: 2 } } : {}),
        will: {
          topic: `live/will/${count % 10}`,
          payload: Buffer.from('gone'),
          qos: everyQos[count % 3]!,
          retain: count % 5 === 0,
          ...(isKept ? { properties: { willDelayInterval: 1 } } : {}),
        },
      });
      await client.subscribeAsync([`mine/${count}`, `live/4/${count % 3}/+`], { qos: 1 });
      await client.publishAsync(`mine/${count}`, 'to myself', { qos: 1 });
      await vanish(client);
      await pause(20);
    }
  };
}

/** One of two with the same identifier. */
const rival: Actor = async (port, isOver) => {
  const session = { clientId: 'rival', clean: false, properties: { sessionExpiryInterval: 30 } };
  while (!isOver()) {
    const client = await enter(port, { protocolVersion: 5, ...session });
    const closed = seen(client, 'close');
    await Promise.race([closed, client.subscribeAsync('live/5/2/#', { qos: 2 }).catch(() => undefined)]);
    await Promise.race([closed, pause(250)]);
    client.end(true);
    await pause(100);
  }
};

/** Of a group; the third comes and goes. */
function member(index: number): Actor {
  return async (port, isOver) => {
    while (!isOver()) {
      const client = await enter(port, { protocolVersion: 5 });
      await client.subscribeAsync('$share/group/live/#', { qos: 1 });
      for (let turn = 0; turn < (index === 2 ? 2 : Number.POSITIVE_INFINITY) && !isOver(); turn++)
        await pause(500);
      if (index === 2) await vanish(client);
      else await client.endAsync();
    }
  };
}

/** Reads for a moment, and then not for a long while. */
const sluggard: Actor = async (port, isOver) => {
  const client = await enter(port, { protocolVersion: 4 });
  await client.subscribeAsync('live/#', { qos: 1 });
  while (!isOver()) {
    client.stream.pause();
    await pause(3_000);
    client.stream.resume();
    await pause(500);
  }
  await vanish(client);
};

/** Is away most of the time, and takes what waited. */
function traveller(protocolVersion: 4 | 5, qos: 1 | 2): Actor {
  return async (port, isOver) => {
    const clientId = `traveller-${protocolVersion}-${qos}`;
    const properties = protocolVersion === 5 ? { properties: { sessionExpiryInterval: 60 } } : {};
    for (let count = 0; !isOver(); count++) {
      const client = await enter(port, { protocolVersion, clientId, clean: false, ...properties });
      await client.subscribeAsync('live/#', { qos });
      await pause(1_500);
      if (count % 2 === 0) await vanish(client);
      else await client.endAsync();
      await pause(4_000);
    }
  };
}
