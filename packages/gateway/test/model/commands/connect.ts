import { type Connect, noProperties, type Packet, type Properties } from '@kiten/wire';
import type { Connection, Wishes } from '../connection.ts';
import type { Will } from '../session.ts';
import { differs, Step } from '../step.ts';
import type { System } from '../system.ts';
import type { World } from '../world.ts';

/** CONNECT; in the place of the client's earlier connection if there is one. */
export class ConnectStep extends Step {
  readonly #id: string;
  readonly #wishes: Wishes;
  readonly #pings: boolean;

  /** `pings`: it sends more before it has an answer, as it may. */
  constructor(id: string, wishes: Wishes, pings: boolean) {
    super();
    this.#id = id;
    this.#wishes = wishes;
    this.#pings = pings;
  }

  override act(world: World, system: System): void {
    const client = world.client(this.#id);
    const { connection, isPresent } = world.broker.connect(this.#id, this.#wishes);
    world.connections.push(connection);
    client.begin(connection, isPresent);
    connection.owed.push({
      type: 'connack',
      differs: (packet) => {
        if (packet.type !== 'connack') return 'CONNACK expected';
        client.aliasMaximum = packet.properties.topicAliasMaximum ?? 0;
        // As asked for, unless the broker says otherwise: it has no reason to.
        const { sessionExpiryInterval, serverKeepAlive, assignedClientIdentifier } = packet.properties;
        const found = [packet.reasonCode, packet.sessionPresent];
        return (
          differs('CONNACK', found, [0, isPresent]) ??
          differs(
            'what was changed',
            { sessionExpiryInterval, serverKeepAlive, assignedClientIdentifier },
            {},
          )
        );
      },
    });
    const packets: Packet[] = [connectPacket(this.#id, connection)];
    if (this.#pings) {
      packets.push({ type: 'pingreq' });
      connection.owed.push({ type: 'pingresp', differs: () => undefined });
    }
    system.open(connection, ...packets);
  }

  override toString(): string {
    return `${this.#id} connects ${JSON.stringify(this.#wishes)}${this.#pings ? ' and pings' : ''}`;
  }
}

function connectPacket(clientId: string, { wishes }: Connection): Connect {
  const { version, cleanStart, keepAlive, will } = wishes;
  return {
    type: 'connect',
    version,
    clientId,
    cleanStart,
    keepAlive,
    properties: version === 5 ? connectProperties(wishes) : noProperties,
    ...(will === undefined ? {} : { will: willOf(will, version === 5) }),
  };
}

function connectProperties(wishes: Wishes): Properties {
  const { sessionExpiry, receiveMaximum, topicAliasMaximum, maximumPacketSize } = wishes;
  return {
    ...(sessionExpiry === 0 ? {} : { sessionExpiryInterval: Math.min(sessionExpiry, 0xffff_ffff) }),
    ...(receiveMaximum === 65_535 ? {} : { receiveMaximum }),
    ...(topicAliasMaximum === 0 ? {} : { topicAliasMaximum }),
    ...(Number.isFinite(maximumPacketSize) ? { maximumPacketSize } : {}),
  };
}

function willOf(will: Will, hasProperties: boolean): NonNullable<Connect['will']> {
  const { topic, payload, qos, retain, properties, expiry, delay } = will;
  const all: Properties = {
    ...properties,
    ...(delay === 0 ? {} : { willDelayInterval: delay }),
    ...(expiry === undefined ? {} : { messageExpiryInterval: expiry }),
  };
  return {
    topic,
    payload: Buffer.from(payload),
    qos,
    retain,
    properties: hasProperties ? all : noProperties,
  };
}
