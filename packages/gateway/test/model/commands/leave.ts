import { noProperties, reasonCodes } from '@kiten/wire';
import type { Client } from '../client.ts';
import type { Connection } from '../connection.ts';
import { ClientStep } from '../step.ts';
import type { System } from '../system.ts';
import type { World } from '../world.ts';

export type Farewell =
  /** DISCONNECT, as it is meant. */
  | 'disconnect'
  /** DISCONNECT with the wish that the will be published (5.0). */
  | 'with-will'
  /** DISCONNECT, and the session is to end now, or later than was said (5.0). */
  | 'end-session'
  | 'keep-session'
  /** Without a word: by closing its side, by giving both up, or by a reset on the way. */
  | 'end'
  | 'destroy'
  | 'reset';

/** What the session lives longer by, if it may; seconds. */
const longer = 900;

/** The end of a connection that comes from the client. */
export class LeaveStep extends ClientStep {
  readonly #how: Farewell;

  constructor(id: string, how: Farewell) {
    super(id);
    this.#how = how;
  }

  override isPossible({ connection }: Client): boolean {
    return connection?.version === 5 || !['with-will', 'end-session', 'keep-session'].includes(this.#how);
  }

  override do({ broker }: World, system: System, _client: Client, connection: Connection): void {
    const { session, wishes } = connection;
    const say = (reasonCode: number, properties = noProperties): void =>
      system.send(connection, { type: 'disconnect', reasonCode, properties });
    switch (this.#how) {
      case 'disconnect':
        say(0);
        broker.disconnect(connection, { isInOrder: true });
        return;
      case 'with-will':
        say(reasonCodes.disconnectWithWill);
        broker.disconnect(connection, {});
        return;
      case 'end-session':
        say(0, { sessionExpiryInterval: 0 });
        session.expiry = 0;
        broker.disconnect(connection, { isInOrder: true });
        return;
      case 'keep-session':
        say(0, { sessionExpiryInterval: longer });
        // MQTT 5.0 §3.14.2.2.2: not a valid DISCONNECT if the session was to end with the connection.
        if (wishes.sessionExpiry === 0) broker.disconnect(connection, { goodbye: reasonCodes.protocolError });
        else {
          session.expiry = longer;
          broker.disconnect(connection, { isInOrder: true });
        }
        return;
      default:
        system.close(connection, this.#how);
        broker.disconnect(connection, {});
    }
  }

  override toString(): string {
    return `${this.id} leaves: ${this.#how}`;
  }
}
