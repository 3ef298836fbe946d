import type { Connection } from './connection.ts';
import type { Said } from './message.ts';

/** Something that a client has published with QoS 1 or 2 and may have to publish again. */
export interface Outgoing {
  readonly packetId: number;
  readonly said: Said;
  /** Where it was sent last. */
  on: Connection;
}

/** What a client knows itself. */
export class Client {
  readonly id: string;
  connection: Connection | undefined;
  /** QoS 2 messages that it has not released. */
  readonly unreleased = new Map<number, Outgoing>();
  /** The latest QoS 1 message, whose acknowledgement may be lost together with the connection. */
  latest: Outgoing | undefined;
  /** How many aliases the broker allows, and those that this connection has. */
  aliasMaximum = 0;
  readonly aliases = new Map<string, number>();
  #packetId = 0;

  constructor(id: string) {
    this.id = id;
  }

  get isConnected(): boolean {
    return this.connection?.isOpen === true;
  }

  /** One that is not in use. */
  nextPacketId(): number {
    do this.#packetId = (this.#packetId % 65_535) + 1;
    while (this.unreleased.has(this.#packetId));
    return this.#packetId;
  }

  /** Begins anew on a connection; without a session there is nothing to go on with. */
  begin(connection: Connection, isPresent: boolean): void {
    this.connection = connection;
    this.aliases.clear();
    this.aliasMaximum = 0;
    if (isPresent) return;
    this.unreleased.clear();
    this.latest = undefined;
  }
}
