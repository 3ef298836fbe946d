import { Broker } from './broker.ts';
import { Client } from './client.ts';
import type { Connection } from './connection.ts';

/** What the standard says there should be: the broker, and what its clients know. */
export class World {
  readonly broker: Broker;
  readonly clients: ReadonlyMap<string, Client>;
  /** Those whose end was not seen yet. */
  connections: Connection[] = [];

  constructor(now: number, ids: readonly string[]) {
    this.broker = new Broker(now);
    this.clients = new Map(ids.map((id) => [id, new Client(id)]));
  }

  client(id: string): Client {
    return this.clients.get(id) as Client;
  }
}
