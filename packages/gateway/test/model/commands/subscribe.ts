import { noProperties, reasonCodes, type Subscription } from '@kiten/wire';
import type { Client } from '../client.ts';
import type { Connection } from '../connection.ts';
import { ClientStep, differs } from '../step.ts';
import type { System } from '../system.ts';
import type { World } from '../world.ts';

/** SUBSCRIBE to a few filters. Version 4 knows of no option but the QoS. */
export class SubscribeStep extends ClientStep {
  readonly #wanted: readonly Subscription[];
  readonly #identifier: number | undefined;

  constructor(id: string, wanted: readonly Subscription[], identifier: number | undefined) {
    super(id);
    this.#wanted = wanted;
    this.#identifier = identifier;
  }

  override do({ broker }: World, system: System, client: Client, connection: Connection): void {
    const isOld = connection.version === 4;
    const old = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
    const subscriptions = isOld ? this.#wanted.map((each) => ({ ...each, ...old })) : this.#wanted;
    const identifier = isOld ? undefined : this.#identifier;
    const packetId = client.nextPacketId();
    broker.subscribe(connection.session, subscriptions, identifier);
    connection.owed.push({
      type: 'suback',
      differs: (packet) => {
        if (packet.type !== 'suback') return 'SUBACK expected';
        const granted = subscriptions.map(({ qos }) => qos);
        return differs('SUBACK', [packet.packetId, packet.reasonCodes], [packetId, granted]);
      },
    });
    const properties = identifier === undefined ? noProperties : { subscriptionIdentifiers: [identifier] };
    system.send(connection, { type: 'subscribe', packetId, subscriptions, properties });
  }

  override toString(): string {
    return `${this.id} subscribes ${JSON.stringify(this.#wanted)}, identifier ${this.#identifier}`;
  }
}

/** UNSUBSCRIBE from a few filters, whether there is such a subscription or not. */
export class UnsubscribeStep extends ClientStep {
  readonly #filters: readonly string[];

  constructor(id: string, filters: readonly string[]) {
    super(id);
    this.#filters = filters;
  }

  override do({ broker }: World, system: System, client: Client, connection: Connection): void {
    const packetId = client.nextPacketId();
    const existed = broker.unsubscribe(connection.session, this.#filters);
    const codes = existed.map((each) => (each ? reasonCodes.success : reasonCodes.noSubscriptionExisted));
    connection.owed.push({
      type: 'unsuback',
      differs: (packet) => {
        if (packet.type !== 'unsuback') return 'UNSUBACK expected';
        const expected = connection.version === 5 ? codes : [];
        return differs('UNSUBACK', [packet.packetId, packet.reasonCodes], [packetId, expected]);
      },
    });
    system.send(connection, {
      type: 'unsubscribe',
      packetId,
      filters: this.#filters,
      properties: noProperties,
    });
  }

  override toString(): string {
    return `${this.id} unsubscribes from ${this.#filters.join(' and ')}`;
  }
}
